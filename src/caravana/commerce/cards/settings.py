"""What a company sets for card payments, as read from its configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NotRequired, TypedDict

from caravana.commerce.store import Store


@dataclass(frozen=True)
class CardSettings:
    """What a company sets for card payments.

    - `on_paid`: `advance` or `invoice`: what a payment of an order without invoice becomes
    - `reference_prefix`: what our references begin with
    - `journal_id`, `method_line_id`: Odoo's journal and payment method for card payments; without them the first bank journal
    - `x_fields`: whether state and link are also written into x_ fields of the order, where Odoo has them
    - `tell_expired`: whether an attempt that expired unpaid is told on the order, and so to its followers
    - `life`: how long a customer has to pay once he pressed the button
    - `zone`: the company's time zone
    - `stores`: the merchant accounts by connection; `offered`: those of a company without branches, in their order
    - `branches`: what each branch has of its own
    - `refund_journal_id`: Odoo's journal of the bank account from which money is sent back by hand
    - `refund_patience`: seconds after which a person is told of a refund of which the company tells no more
    - `transfers`: whether orders of a company without branches may be paid into an account, too
    - `go_live`: the moment of the go-live line: what was paid before it is not compared
    """

    company: str
    zone: str
    stores: Mapping[str, Store]
    offered: Sequence[str]
    on_paid: str = "advance"
    reference_prefix: str = "CV"
    journal_id: int | None = None
    method_line_id: int | None = None
    life: timedelta = timedelta(minutes=30)
    x_fields: bool = True
    tell_expired: bool = False
    branches: Mapping[str, "CardBranch"] = field(default_factory=dict)
    go_live: str | None = None
    refund_journal_id: int | None = None
    refund_patience: float = 3 * 86_400
    transfers: bool = False


class CardBranch(TypedDict):
    """What a branch has of its own: connections of its merchant accounts, Odoo's journals of card payments and invoices.

    `transfers`: whether its orders may be paid into an account, too; `bank_journal_ids`: Odoo's journals of its accounts.
    """

    stores: Sequence[str]
    journal_id: int | None
    sale_journal_id: int | None
    transfers: NotRequired[bool]
    bank_journal_ids: NotRequired[Sequence[int]]


__all__ = ["CardBranch", "CardSettings", "Store"]
