"""What a company sets for its transfers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

POSTINGS = ("payment", "statement_line")


@dataclass(frozen=True)
class TransferSettings:
    """How payments are made.

    - `posting`: one of `POSTINGS`; `journals`: account of the bank → Odoo's journal
    - `card_journals`: journals of card payments, which are no account's
    - `fee`: cents that a bank may keep; `withholding`: percentages, None: those shipped; `zone`: the company's
    """

    posting: str = "payment"
    journals: Mapping[str, int] = field(default_factory=dict)
    fee: int = 500
    withholding: Mapping[str, Sequence[str]] | None = None
    zone: str = "UTC"
    card_journals: Sequence[int] = ()
