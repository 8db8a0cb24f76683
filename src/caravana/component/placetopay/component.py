"""The component: which address gives which producer or consumer, and one client for each connection."""

from dataclasses import dataclass

from caravana.component.placetopay import diagnosis
from caravana.component.placetopay.client import PlacetopayClient
from caravana.component.placetopay.consumer import NotificationConsumer, Site
from caravana.component.placetopay.producer import Cancel, Confirm, Create, PlacetopayProducer, Query
from caravana.component.placetopay.spec import CAPABILITIES, Action, Operation, PlacetopayOptions, PlacetopaySettings
from caravana.component.placetopay.stores import Stores
from caravana.component.placetopay.transaction import PaymentAction, Transaction
from caravana.kit.address import origin
from caravana.kit.component import Consumer, Endpoint, Finding, Maturity, Severity, Side
from caravana.kit.errors import ConfigurationError
from caravana.kit.merchant import Accounts
from caravana.kit.payment import PaymentComponent
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri


class PlacetopayComponent(PaymentComponent):
    """Card payments over PlacetoPay Checkout."""

    scheme = "placetopay"
    title = "PlacetoPay Checkout"
    syntax = "placetopay:operation"
    doc = (
        "Opens card payments on PlacetoPay's page, asks how they stand, cancels and refunds them, and takes its "
        "notifications. Operations: create, query, cancel, confirm, capture, void, refund, transaction (to); "
        "notification (from)."
    )
    maturity = Maturity.BETA
    options = PlacetopayOptions
    connection = PlacetopaySettings
    capabilities = CAPABILITIES
    company = "PlacetoPay"

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._clients: dict[str, PlacetopayClient] = {}

    def create(self, uri: Uri, options: PlacetopayOptions) -> "PlacetopayEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation or action that there is not."""
        operation = _operation(uri)
        if (operation is Operation.TRANSACTION) != (options.action is not None):
            raise ConfigurationError(
                "`action` belongs to `placetopay:transaction`, and there it is needed",
                place=str(uri),
                suggestion=f"one of {', '.join(Action)}",
            )
        return PlacetopayEndpoint(uri, options, self.context, self, operation)

    def client(self, name: str) -> PlacetopayClient:
        """Return the client of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        if name not in self._clients:
            self._clients[name] = PlacetopayClient(self.connection_settings(name), self.context.clock)
        return self._clients[name]

    def side(self, name: str) -> Side:
        """Return what the address says, or `site` where the address is of no known service."""
        settings: PlacetopaySettings = self.connection_settings(name)
        if settings.of_address is not None:
            return Side(settings.of_address, f"connections.{name}.url", settings.url)
        return Side(settings.site, f"connections.{name}.site", settings.site)

    def origin(self, name: str) -> str:
        """Return scheme, host and port of the payment pages: they are where the calls go."""
        settings: PlacetopaySettings = self.connection_settings(name)
        return origin(settings.url)

    def account(self, name: str) -> str:
        """Return the login of the site, which is no secret."""
        settings: PlacetopaySettings = self.connection_settings(name)
        return settings.login

    def accounts(self, options: PlacetopayOptions) -> Accounts:
        """Return the connections to PlacetoPay that an address with `options` may go to."""
        fixed = options.connection if "connection" in options.model_fields_set else None
        return Accounts(self.context, fixed, (options.connection,), self._is_ours)

    def _is_ours(self, connection: str) -> bool:
        try:
            return isinstance(self.context.component_of(connection), PlacetopayComponent)
        except ConfigurationError:  # told where the branches are judged
            return False

    async def diagnose(self, name: str) -> list[Finding]:
        """Ask PlacetoPay whether address, credentials and clock are right."""
        try:
            client = self.client(name)
        except ConfigurationError as error:
            return [Finding("settings", Severity.ERROR, str(error), f"mend connections.{name} in the configuration")]
        return await diagnosis.diagnose(client, self.context.listener.public_url + notification_path(name))

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()


@dataclass(frozen=True)
class PlacetopayEndpoint(Endpoint):
    """One `placetopay:` address."""

    component: PlacetopayComponent
    operation: Operation

    @property
    def connection(self) -> str:
        """`placetopay:<connection>`, where the branch of the exchange names no other."""
        return f"placetopay:{self.options.connection}"

    def producer(self) -> PlacetopayProducer:
        """Return the call. Raises `ConfigurationError` for `notification` and for wrong settings."""
        stores = Stores(self.component.accounts(self.options), self.component.client)
        match self.operation:
            case Operation.CREATE:
                return Create(stores)
            case Operation.QUERY:
                return Query(stores)
            case Operation.CANCEL:
                return Cancel(stores)
            case Operation.CONFIRM:
                return Confirm(stores)
            case Operation.CAPTURE | Operation.VOID | Operation.REFUND:
                return PaymentAction(stores, ACTIONS[self.operation])
            case Operation.TRANSACTION:
                return Transaction(stores, self.options.action)
        raise ConfigurationError("`placetopay:notification` cannot be sent to", place=str(self.uri))

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the receiver of notifications. Raises `ConfigurationError` for any other operation."""
        if self.operation is not Operation.NOTIFICATION:
            raise ConfigurationError(
                f"`placetopay:{self.uri.path}` cannot be consumed from",
                place=str(self.uri),
                suggestion="placetopay:notification",
            )
        accounts = self.component.accounts(self.options)
        settings = self.component.connection_settings
        sites = [
            Site(name, notification_path(name), settings(name), accounts.branch_of(name)) for name in accounts.names
        ]
        return NotificationConsumer(sites, self.options, self.context, receiver)


ACTIONS = {
    Operation.CAPTURE: Action.CHECKOUT,
    Operation.VOID: Action.REVERSE,
    Operation.REFUND: Action.REVERSE,
}
"""Word of the port → PlacetoPay's action. A hold is given up by its reversal, which before settlement is a cancellation."""


def notification_path(connection: str) -> str:
    """Return where PlacetoPay's notifications for `connection` come in."""
    return f"/placetopay/{connection}"


def _operation(uri: Uri) -> Operation:
    known: dict[str, Operation] = {one.value: one for one in Operation}
    if uri.path not in known:
        raise ConfigurationError(
            f"`placetopay:{uri.path}` is no operation", place=str(uri), suggestion=f"one of {', '.join(known)}"
        )
    return known[uri.path]
