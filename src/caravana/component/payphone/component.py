"""The component: which address gives which producer or consumer, and one client for each connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from caravana.component.payphone import diagnosis
from caravana.component.payphone.client import PayphoneClient
from caravana.component.payphone.consumer import NotificationConsumer, Store
from caravana.component.payphone.producer import Confirm, Create, Listing, PayphoneProducer, Query
from caravana.component.payphone.quota import DayQuota
from caravana.component.payphone.refund import Refund, RefundQuery
from caravana.component.payphone.spec import CAPABILITIES, PayphoneOptions, PayphoneSettings
from caravana.component.payphone.stores import Stores
from caravana.kit.address import is_loopback
from caravana.kit.component import Consumer, Endpoint, Finding, Maturity, Severity, Side
from caravana.kit.errors import ConfigurationError
from caravana.kit.merchant import Accounts
from caravana.kit.payment import Operation, PaymentComponent
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri

PRODUCERS: Mapping[Operation, type[PayphoneProducer]] = {
    Operation.CREATE: Create,
    Operation.QUERY: Query,
    Operation.CONFIRM: Confirm,
    Operation.REFUND: Refund,
    Operation.REFUND_QUERY: RefundQuery,
    Operation.LISTING: Listing,
}
PAYMENT_DIGITS = 20


class PayphoneComponent(PaymentComponent):
    """Payments over PayPhone's payment button."""

    scheme = "payphone"
    title = "PayPhone"
    syntax = "payphone:operation"
    doc = (
        "Prepares payments on PayPhone's page, confirms them within its five minutes, asks how they stand, gives them back "
        "on the same day, and takes its notifications. Operations: create, query, confirm, refund, refund_query, listing "
        "(to); notification (from)."
    )
    maturity = Maturity.BETA
    options = PayphoneOptions
    connection = PayphoneSettings
    capabilities = CAPABILITIES

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._clients: dict[str, PayphoneClient] = {}

    def create(self, uri: Uri, options: PayphoneOptions) -> "PayphoneEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation that PayPhone does not have."""
        return PayphoneEndpoint(uri, options, self.context, self, _operation(uri))

    def client(self, name: str) -> PayphoneClient:
        """Return the client of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        if name not in self._clients:
            settings: PayphoneSettings = self.connection_settings(name)
            lists = DayQuota(lambda: self.context.store, settings.store_id, CAPABILITIES.listing_per_day or 0)
            self._clients[name] = PayphoneClient(settings, self.context.clock, lists, lambda: self.context.processes)
        return self._clients[name]

    def origin(self, name: str) -> str:
        """Return scheme, host and port of PayPhone's payment pages. Raises `ConfigurationError`."""
        settings: PayphoneSettings = self.connection_settings(name)
        return settings.origin

    def account(self, name: str) -> str:
        """Return the store's id. Raises `ConfigurationError`."""
        settings: PayphoneSettings = self.connection_settings(name)
        return settings.store_id

    def returned(self, parameters: Mapping[str, Any]) -> str | None:
        """Return the `id` with which PayPhone sent the browser back; None when there is none, or it is nought."""
        text = str(parameters.get("id") or "")
        named = text.isascii() and text.isdigit() and len(text) <= PAYMENT_DIGITS and int(text) > 0
        return text if named else None

    def side(self, name: str) -> Side:
        """Return what `site` says: PayPhone's address is the same for both; one on this machine is a sandbox."""
        settings: PayphoneSettings = self.connection_settings(name)
        if is_loopback(settings.url):
            return Side("test", f"connections.{name}.url", settings.url)
        return Side(settings.site, f"connections.{name}.site", settings.site)

    async def diagnose(self, name: str) -> list[Finding]:
        """Ask PayPhone whether address and token are right."""
        try:
            client = self.client(name)
        except ConfigurationError as error:
            return [Finding("settings", Severity.ERROR, str(error), f"mend connections.{name} in the configuration")]
        public = self.context.listener.public_url
        return await diagnosis.diagnose(client, public, public + notification_path(name))

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.close()
        self._clients.clear()


@dataclass(frozen=True)
class PayphoneEndpoint(Endpoint):
    """One `payphone:` address."""

    component: PayphoneComponent
    operation: Operation

    @property
    def connection(self) -> str:
        """`payphone:<connection>`, where the branch of the exchange names no other."""
        return f"payphone:{self.options.connection}"

    def producer(self) -> PayphoneProducer:
        """Return the call. Raises `ConfigurationError` for `notification` and for wrong settings."""
        if self.operation not in PRODUCERS:
            raise ConfigurationError(f"`payphone:{self.operation}` cannot be sent to", place=str(self.uri))
        return PRODUCERS[self.operation](Stores(self._accounts(), self.component.client))

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the receiver of notifications. Raises `ConfigurationError` for any other operation."""
        if self.operation is not Operation.NOTIFICATION:
            raise ConfigurationError(
                f"`payphone:{self.uri.path}` cannot be consumed from",
                place=str(self.uri),
                suggestion="payphone:notification",
            )
        accounts = self._accounts()
        settings: dict[str, PayphoneSettings] = {
            name: self.component.connection_settings(name) for name in accounts.names
        }
        places = {
            notification_path(name): Store(name, one.store_id, accounts.branch_of(name))
            for name, one in settings.items()
            if one.notification
        }
        return NotificationConsumer(places, self.options.max_body, self.context.listener, receiver)

    def _accounts(self) -> Accounts:
        options = self.options
        fixed = options.connection if "connection" in options.model_fields_set else None
        return Accounts(self.context, fixed, (options.connection,), self._is_ours)

    def _is_ours(self, name: str) -> bool:
        """Whether a payment store of a branch is one of PayPhone's."""
        try:
            return isinstance(self.context.component_of(name), PayphoneComponent)
        except ConfigurationError:  # told where the branches are judged
            return False


def notification_path(connection: str) -> str:
    """Return where PayPhone's notifications for `connection` come in; PayPhone wants the last part to be called so."""
    return f"/payphone/{connection}/NotificacionPago"


def _operation(uri: Uri) -> Operation:
    known: dict[str, Operation] = {one.value: one for one in Operation if one in CAPABILITIES.operations}
    if uri.path not in known:
        raise ConfigurationError(
            f"PayPhone has no `{uri.path}`", place=str(uri), suggestion=f"one of {', '.join(sorted(known))}"
        )
    return known[uri.path]
