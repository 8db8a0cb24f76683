"""`einvoice:`: the e-invoicing company that serves the message's connection, whichever it is."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import Field

from caravana.component.einvoice.company import Companies, connections_of
from caravana.component.einvoice.consumer import notifications
from caravana.component.einvoice.desk import WISHES, Desk
from caravana.component.einvoice.due import DueConsumer
from caravana.component.einvoice.findings import FindingsConsumer
from caravana.component.einvoice.producer import EInvoiceProducer
from caravana.kit.component import Component, Consumer, Endpoint, Maturity, Producer
from caravana.kit.einvoice import Operation
from caravana.kit.errors import ConfigurationError
from caravana.kit.options import Duration, Options
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri
from caravana.kit.wishes import WishesConsumer, plain

DUE, FINDINGS = "due", "findings"
FROM = (Operation.NOTIFICATION.value, DUE, FINDINGS, *WISHES)
"""What is consumed from and never sent to."""


class EInvoiceOptions(Options):
    """Options of one `einvoice:` address."""

    connection: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]+$", description="the connection; without it that of the message"
    )
    patience: Duration | None = Field(
        default=None,
        description="how long a call may wait for a company that is away; by default as long as its connection's limits say",
    )
    certain: bool = Field(
        default=False,
        description="submit: a lost answer is asked about, also where repeats are taken; what fails then was surely not done",
    )
    delay: Duration = Field(default=timedelta(seconds=1), description="due, findings: time between two looks")


@dataclass(frozen=True)
class EInvoiceEndpoint(Endpoint):
    """One operation, at whichever company."""

    desk: Desk

    @property
    def sources(self) -> list[str]:
        """The connections whose companies notify; what a person wishes is asked for here."""
        if self.uri.path != Operation.NOTIFICATION:
            return []
        companies = Companies(self.context, Operation.NOTIFICATION)
        found = [companies.endpoint(name).connection for name in self._connections() if companies.offers(name)]
        return [one for one in found if one is not None]

    def producer(self) -> Producer:
        """Return the call. Raises `ConfigurationError` for what is only consumed from, and for a wrong connection."""
        if self.uri.path in FROM:
            raise ConfigurationError(f"`einvoice:{self.uri.path}` cannot be sent to", place=str(self.uri))
        companies = Companies(self.context, Operation(self.uri.path))
        return EInvoiceProducer(self.options.connection, companies, self.options.patience, certain=self.options.certain)

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return what takes every company's notifications, what is due, what doctors find, or a person's wishes.

        Raises `ConfigurationError` for another operation.
        """
        path = self.uri.path
        if path in WISHES:
            return WishesConsumer(self.desk.wishes, path, receiver)
        if path == DUE:
            return DueConsumer(self.options.delay, receiver, self.context)
        if path == FINDINGS:
            companies = Companies(self.context, Operation.PREPARE)
            return FindingsConsumer(self._connections(), companies, self.options.delay, receiver)
        if path != Operation.NOTIFICATION:
            raise ConfigurationError(
                f"`einvoice:{path}` cannot be consumed from", place=str(self.uri), suggestion="einvoice:notification"
            )
        companies = Companies(self.context, Operation.NOTIFICATION)
        return notifications(self._connections(), companies, receiver)

    def _connections(self) -> tuple[str, ...]:
        fixed = self.options.connection
        return connections_of(self.context) if fixed is None else (fixed,)


class EInvoiceComponent(Component):
    """Any e-invoicing company."""

    scheme = "einvoice"
    title = "E-invoicing company"
    syntax = "einvoice:operation"
    doc = (
        "Hands over to the component of the e-invoicing company that serves the message's connection. Operations: "
        "prepare, submit, reissue, query, find, validate, xml, pdf, email (to); notification, due, findings, issues, queries, "
        "files, annulments, mailings, checks (from)."
    )
    maturity = Maturity.BETA
    options = EInvoiceOptions

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._desk = Desk(context)

    async def operate(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out `list`, `show`, `health`, `check`, `issue`, `query`, `files`, `annul` or `resend`. Raises `LookupError`."""
        acts: Mapping[str, Callable[..., Awaitable[Any]]] = {
            "list": self._desk.listed,
            "show": self._desk.shown,
            "health": self._desk.health,
            "check": self._desk.check,
            "issue": self._desk.issue,
            "query": self._desk.query,
            "files": self._desk.files,
            "annul": self._desk.annul,
            "resend": self._desk.resend,
        }
        if operation not in acts:
            raise LookupError(f"`einvoice:` has no operation `{operation}`")
        return plain(await acts[operation](**arguments))

    def create(self, uri: Uri, options: Any) -> EInvoiceEndpoint:
        """Return the endpoint. Raises `ConfigurationError` for an operation that the port does not have."""
        known = [*Operation, DUE, FINDINGS, *WISHES]
        if uri.path not in known:
            raise ConfigurationError(
                f"`einvoice:{uri.path}` is no operation", place=str(uri), suggestion=f"one of {', '.join(known)}"
            )
        return EInvoiceEndpoint(uri, options, self.context, self._desk)


__all__ = ["EInvoiceComponent"]
