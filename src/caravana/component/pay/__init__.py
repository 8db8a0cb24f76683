"""`pay:`: the payment company that the merchant account belongs to, whichever it is."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from caravana.component.pay.company import Companies
from caravana.component.pay.consumer import notifications
from caravana.component.pay.desk import WISHES, Desk
from caravana.component.pay.files import SettlementProducer
from caravana.component.pay.producer import PayProducer
from caravana.component.pay.returned import ReturnedProducer
from caravana.kit.component import Component, Consumer, Endpoint, Maturity, Producer
from caravana.kit.errors import ConfigurationError
from caravana.kit.merchant import Accounts, accounts_of
from caravana.kit.options import Duration, Options
from caravana.kit.payment import Operation
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri
from caravana.kit.wishes import WishesConsumer, plain

RETURNED, SETTLEMENT = "returned", "settlement"
"""What asks no company."""


class PayOptions(Options):
    """Options of one `pay:` address."""

    connection: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="the merchant account; without it that of the message, else that of the exchange's branch",
    )
    patience: Duration | None = Field(
        default=None,
        description="how long a call may wait for a company that is away; by default as long as its connection's limits say",
    )


@dataclass(frozen=True)
class PayEndpoint(Endpoint):
    """One operation, at whichever company."""

    desk: Desk

    @property
    def sources(self) -> list[str]:
        """The accounts whose companies notify; what a person wishes is asked for here."""
        if self.uri.path in WISHES:
            return []
        companies = Companies(self.context, Operation.NOTIFICATION)
        found = [companies.endpoint(name).connection for name in self._accounts().names if companies.offers(name)]
        return [one for one in found if one is not None]

    def producer(self) -> Producer:
        """Return the call. Raises `ConfigurationError` for `notification`, and for an account that nobody serves."""
        operation = _operation(self.uri)
        if self.uri.path in WISHES:
            raise ConfigurationError(f"`pay:{self.uri.path}` cannot be sent to", place=str(self.uri))
        if self.uri.path == SETTLEMENT:
            return SettlementProducer(self.desk.settlements, self.options.connection)
        if operation is None:
            return ReturnedProducer(self._accounts(), Companies(self.context, Operation.QUERY))
        if operation is Operation.NOTIFICATION:
            raise ConfigurationError("`pay:notification` cannot be sent to", place=str(self.uri))
        return PayProducer(self._accounts(), Companies(self.context, operation), self.options.patience)

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return what takes every company's notifications, or a person's wishes.

        Raises `ConfigurationError` for another operation.
        """
        if self.uri.path in WISHES:
            return WishesConsumer(self.desk.wishes, self.uri.path, receiver)
        operation = _operation(self.uri)
        if operation is not Operation.NOTIFICATION:
            raise ConfigurationError(
                f"`pay:{self.uri.path}` cannot be consumed from", place=str(self.uri), suggestion="pay:notification"
            )
        return notifications(self._accounts(), Companies(self.context, operation), receiver)

    def _accounts(self) -> Accounts:
        return Accounts(self.context, self.options.connection, accounts_of(self.context))


class PayComponent(Component):
    """Any payment company."""

    scheme = "pay"
    title = "Payment company"
    syntax = "pay:operation"
    doc = (
        "Hands over to the component of the payment company that the merchant account belongs to. Operations: "
        "create, query, cancel, confirm, capture, void, refund, refund_query, dispute_query, events, listing, returned, "
        "settlement (to); "
        "notification, refunds, refunded, disputes, comparisons, settlements (from)."
    )
    maturity = Maturity.BETA
    options = PayOptions

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._desk = Desk(context)

    async def operate(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out `list`, `show`, `refund`, `refunded`, `dispute`, `compare` or `import`. Raises `LookupError`."""
        acts: Mapping[str, Callable[..., Awaitable[Any]]] = {
            "list": self._desk.listed,
            "show": self._desk.shown,
            "refund": self._desk.refund,
            "compare": self._desk.compare,
            "dispute": self._desk.dispute,
            "import": self._desk.settlement,
            "refunded": self._desk.refunded,
        }
        if operation not in acts:
            raise LookupError(f"`pay:` has no operation `{operation}`")
        return plain(await acts[operation](**arguments))

    def create(self, uri: Uri, options: Any) -> PayEndpoint:
        """Return the endpoint. Raises `ConfigurationError` for an operation that the port does not have."""
        _operation(uri)
        return PayEndpoint(uri, options, self.context, self._desk)


def _operation(uri: Uri) -> Operation | None:
    """The operation of the port; None: what asks nobody."""
    known: Mapping[str, Operation | None] = {
        **{one.value: one for one in Operation},
        RETURNED: None,
        SETTLEMENT: None,
        **dict.fromkeys(WISHES),
    }
    if uri.path not in known:
        raise ConfigurationError(
            f"`pay:{uri.path}` is no operation", place=str(uri), suggestion=f"one of {', '.join(known)}"
        )
    return known[uri.path]


__all__ = ["PayComponent"]
