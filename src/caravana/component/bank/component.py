"""The component: importing bank files, listening to a bank's notifications, reading a mailbox."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from caravana.component.bank.desk import Desk
from caravana.component.bank.mail import MailConsumer
from caravana.component.bank.mailbox import MailError, look
from caravana.component.bank.notification import NotificationConsumer
from caravana.component.bank.office import Office
from caravana.component.bank.producer import CodeProducer, ImportProducer, SettleProducer
from caravana.component.bank.spec import BankOptions, MailSettings, Operation
from caravana.component.bank.waiting import AwaitedConsumer, CodesConsumer, DecisionsConsumer, OpenConsumer
from caravana.kit.component import Component, Consumer, Endpoint, Finding, Maturity, Producer, Severity
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri


@dataclass(frozen=True)
class BankEndpoint(Endpoint):
    """One address."""

    desk: Desk
    settings: Callable[[str], MailSettings]

    @property
    def operation(self) -> Operation:
        """What the address does."""
        return Operation(self.uri.path)

    def producer(self) -> Producer:
        """Return the side that imports, settles or issues codes. Raises `ConfigurationError` for what is consumed from."""
        match self.operation:
            case Operation.IMPORT:
                return ImportProducer(self.desk, self.options)
            case Operation.SETTLE:
                return SettleProducer(self.desk)
            case Operation.CODE:
                return CodeProducer(self.desk)
        raise ConfigurationError(f"`bank:{self.operation}` cannot be sent to", suggestion="write bank:import")

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the listening side. Raises `ConfigurationError` for what is sent to, and for wrong settings."""
        match self.operation:
            case Operation.NOTIFICATION:
                return self._notification(receiver)
            case Operation.MAIL:
                options: BankOptions = self.options
                settings = self.settings(options.connection)
                return MailConsumer(settings, options, receiver, self.context)
            case Operation.OPEN:
                return OpenConsumer(self.desk, self.options, receiver, self.context)
            case Operation.AWAITED:
                return AwaitedConsumer(self.desk, self.options, receiver, self.context)
            case Operation.CODES:
                return CodesConsumer(self.desk, receiver)
            case Operation.DECISIONS:
                return DecisionsConsumer(self.desk, self.options, receiver, self.context)
        raise ConfigurationError(
            f"`bank:{self.operation}` cannot be consumed from", suggestion="write from file:… or bank:mail"
        )

    def _notification(self, receiver: Receiver) -> NotificationConsumer:
        options: BankOptions = self.options
        if options.profile is None:
            raise ConfigurationError("it needs `profile`: that of the bank's notifications", place="bank:notification")
        profile = self.desk.notice_profile(options.profile)
        names = [name for name in (profile.secret, profile.previous_secret) if name]
        secrets = tuple(self.context.secret(name) for name in names)
        if not all(secrets):
            raise ConfigurationError("the secret is empty", place=f"profile {profile.name}")
        path = options.path or f"/bank/{profile.name}"
        context = self.context
        return NotificationConsumer(profile, path, secrets, self.desk, context.listener, receiver, context.clock)


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

    def create(self, uri: Uri, options: Any) -> BankEndpoint:
        """Return the endpoint of one operation. Raises `ConfigurationError` for another."""
        if uri.path not in set(Operation):
            raise ConfigurationError(
                f"`bank:` has no operation `{uri.path}`", suggestion=f"there are: {', '.join(Operation)}"
            )
        return BankEndpoint(uri, options, self.context, self.desk, self.connection_settings)

    async def diagnose(self, name: str) -> list[Finding]:
        """Look into the mailbox: address, user, password."""
        settings = self.connection_settings(name)
        subject = f"bank:{name}"
        try:
            await asyncio.to_thread(look, settings, "INBOX", None, None, 0)
        except MailError as error:
            remedy = "mend user and password" if error.person else "look at host, port and network"
            return [Finding(subject, Severity.ERROR, str(error), remedy)]
        return [Finding(subject, Severity.OK, f"{settings.host} lets the user in")]

    async def operate(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out an operation of `caravana bank`."""
        return await Office(self.desk).operate(operation, arguments)
