"""The component: which address gives which producer or consumer, and one client for each connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from caravana.component.stripe import diagnosis
from caravana.component.stripe.body import REFERENCE_MAX
from caravana.component.stripe.client import StripeClient
from caravana.component.stripe.consumer import Account, NotificationConsumer
from caravana.component.stripe.intent import IntentAct, IntentCreate, IntentQuery
from caravana.component.stripe.ledger import Capture, DisputeQuery, Refund, RefundQuery, Void
from caravana.component.stripe.listing import Events, Listing
from caravana.component.stripe.mapping import LATEST, MARGIN, SOONEST
from caravana.component.stripe.producer import Cancel, Create, Query, StripeProducer
from caravana.component.stripe.spec import INTENT, Action, StripeOptions, StripeSettings
from caravana.component.stripe.stores import Stores
from caravana.kit.component import Consumer, Endpoint, Finding, Maturity, Severity, Side
from caravana.kit.errors import ConfigurationError
from caravana.kit.merchant import Accounts
from caravana.kit.payment import Capabilities, Operation, PaymentComponent, Sweep
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri

ZONE = "America/Guayaquil"
CAPABILITIES = Capabilities(
    operations=frozenset(Operation) - {Operation.CONFIRM},
    signed_notifications="hmac",
    notification_retries=True,
    idempotency_key=True,
    lookup_by_own_reference=True,
    partial_refund="always",
    amount_unit="minor",
    reference_max=REFERENCE_MAX,
    taxes="none",
    page_life=(SOONEST + MARGIN, LATEST - MARGIN),
    sweep=Sweep(every=timedelta(minutes=5), until=timedelta(days=30), by_events=True),
    listing_days=365,
)
"""A debit may be undecided for two weeks, and Stripe keeps its events for 30 days; its lists reach back to the beginning."""


class StripeComponent(PaymentComponent):
    """Payments over Stripe's Checkout Sessions and PaymentIntents."""

    scheme = "stripe"
    title = "Stripe"
    syntax = "stripe:operation"
    doc = (
        "Opens payments on Stripe's page, asks how they stand, closes, captures and refunds them, reads Stripe's events and "
        "lists, and takes its notifications. Operations: create, query, cancel, capture, void, refund, refund_query, "
        "dispute_query, events, listing, intent (to); notification (from)."
    )
    maturity = Maturity.BETA
    options = StripeOptions
    connection = StripeSettings
    capabilities = CAPABILITIES

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._clients: dict[str, StripeClient] = {}

    def create(self, uri: Uri, options: StripeOptions) -> "StripeEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation or action that there is not, `Unsupported`."""
        operation = _operation(uri)
        if operation != INTENT:
            self.capabilities.need(Operation(operation), self.title)
        if (operation == INTENT) != (options.action is not None):
            raise ConfigurationError(
                "`action` belongs to `stripe:intent`, and there it is needed",
                place=str(uri),
                suggestion=f"one of {', '.join(Action)}",
            )
        return StripeEndpoint(uri, options, self.context, self, operation)

    def client(self, name: str) -> StripeClient:
        """Return the client of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        if name not in self._clients:
            self._clients[name] = StripeClient(self.connection_settings(name), self.context.clock)
        return self._clients[name]

    def side(self, name: str) -> Side:
        """Return what the key's prefix says."""
        settings: StripeSettings = self.connection_settings(name)
        prefix = settings.secret_key.get_secret_value()[:8]
        return Side(settings.mode, f"connections.{name}.secretKey", f"{prefix}…")

    def origin(self, name: str) -> str:
        """Return scheme, host and port of the payment pages."""
        settings: StripeSettings = self.connection_settings(name)
        return settings.origin

    def account(self, name: str) -> str:
        """Return the account's own name, where the settings tell it, else its mode: Stripe's names are unlike any account's."""
        settings: StripeSettings = self.connection_settings(name)
        return settings.account or settings.mode

    def accounts(self, options: StripeOptions) -> Accounts:
        """Return the connections to Stripe that an address with `options` may go to."""
        fixed = options.connection if "connection" in options.model_fields_set else None
        return Accounts(self.context, fixed, (options.connection,), self._is_ours)

    async def diagnose(self, name: str) -> list[Finding]:
        """Ask Stripe whether address, key, rights and clock are right, and whether it sends its events here."""
        try:
            client = self.client(name)
        except ConfigurationError as error:
            return [Finding("settings", Severity.ERROR, str(error), f"mend connections.{name} in the configuration")]
        public_url = self.context.listener.public_url
        return await diagnosis.diagnose(client, public_url, public_url + notification_path(name))

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()

    def _is_ours(self, connection: str) -> bool:
        try:
            return isinstance(self.context.component_of(connection), StripeComponent)
        except ConfigurationError:  # told where the branches are judged
            return False


@dataclass(frozen=True)
class StripeEndpoint(Endpoint):
    """One `stripe:` address."""

    component: StripeComponent
    operation: str

    @property
    def connection(self) -> str:
        """`stripe:<connection>`, where the branch of the exchange names no other."""
        return f"stripe:{self.options.connection}"

    def producer(self) -> StripeProducer:
        """Return the call. Raises `ConfigurationError` for `notification` and for wrong settings."""
        if self.operation == Operation.NOTIFICATION:
            raise ConfigurationError("`stripe:notification` cannot be sent to", place=str(self.uri))
        stores = Stores(self.component.accounts(self.options), self.component.client)
        if self.operation == INTENT:
            return _intent(stores, self.options.action)
        if self.operation == Operation.LISTING:
            return Listing(stores, ZoneInfo(self.context.setting("company.timezone", ZONE)))
        return PRODUCERS[self.operation](stores)

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the receiver of notifications. Raises `ConfigurationError` for any other operation."""
        if self.operation != Operation.NOTIFICATION:
            raise ConfigurationError(
                f"`stripe:{self.uri.path}` cannot be consumed from",
                place=str(self.uri),
                suggestion="stripe:notification",
            )
        accounts = self.component.accounts(self.options)
        settings = self.component.connection_settings
        places = [
            Account(name, notification_path(name), settings(name), accounts.branch_of(name)) for name in accounts.names
        ]
        return NotificationConsumer(places, self.options, self.context, receiver)


PRODUCERS: Mapping[str, Callable[[Stores], StripeProducer]] = {
    Operation.CREATE: Create,
    Operation.QUERY: Query,
    Operation.CANCEL: Cancel,
    Operation.CAPTURE: Capture,
    Operation.VOID: Void,
    Operation.REFUND: Refund,
    Operation.REFUND_QUERY: RefundQuery,
    Operation.DISPUTE_QUERY: DisputeQuery,
    Operation.EVENTS: Events,
}


def notification_path(connection: str) -> str:
    """Return where Stripe's events for `connection` come in."""
    return f"/stripe/{connection}"


def _intent(stores: Stores, action: Action) -> StripeProducer:
    match action:
        case Action.CREATE:
            return IntentCreate(stores)
        case Action.QUERY:
            return IntentQuery(stores)
    return IntentAct(stores, action)


def _operation(uri: Uri) -> str:
    known = (*(one.value for one in Operation), INTENT)
    if uri.path not in known:
        raise ConfigurationError(
            f"`stripe:{uri.path}` is no operation", place=str(uri), suggestion=f"one of {', '.join(known)}"
        )
    return uri.path
