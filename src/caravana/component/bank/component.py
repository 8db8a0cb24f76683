"""The component: importing bank files, listening to a bank's notifications, reading a mailbox."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from caravana.component.bank.desk import Desk
from caravana.component.bank.producer import ImportProducer
from caravana.component.bank.spec import BankOptions, MailSettings, Operation
from caravana.kit.component import Component, Consumer, Endpoint, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri


@dataclass(frozen=True)
class BankEndpoint(Endpoint):
    """One address."""

    desk: Desk
    refusals: Counter[str]

    @property
    def operation(self) -> Operation:
        """What the address does."""
        return Operation(self.uri.path)

    def producer(self) -> ImportProducer:
        """Return the importing side. Raises `ConfigurationError` for what is consumed from."""
        if self.operation is not Operation.IMPORT:
            raise ConfigurationError(f"`bank:{self.operation}` cannot be sent to", suggestion="write bank:import")
        return ImportProducer(self.desk, self.options)

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the listening side. Raises `ConfigurationError` for what is sent to, and for wrong settings."""
        raise ConfigurationError("`bank:import` cannot be consumed from", suggestion="write from file:… or bank:mail")


class BankComponent(Component):
    """Bank accounts: files, notifications, mail."""

    scheme = "bank"
    title = "Bank"
    syntax = "bank:operation"
    doc = "Takes bank statements, downloads and notifications, proves them, and keeps each entry once."
    maturity = Maturity.BETA
    options = BankOptions
    connection = MailSettings

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self.desk = Desk(context)
        self.refusals: Counter[str] = Counter()

    def create(self, uri: Uri, options: Any) -> BankEndpoint:
        """Return the endpoint of one operation. Raises `ConfigurationError` for another."""
        if uri.path not in set(Operation):
            raise ConfigurationError(
                f"`bank:` has no operation `{uri.path}`", suggestion=f"there are: {', '.join(Operation)}"
            )
        return BankEndpoint(uri, options, self.context, self.desk, self.refusals)

    async def operate(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out an operation of `caravana bank`."""
        return await self.desk.operate(operation, arguments)
