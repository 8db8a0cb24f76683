"""What can be set: the options of an endpoint and the settings of a connection."""

from datetime import timedelta
from enum import StrEnum
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from caravana.kit import payment as port
from caravana.kit.address import is_loopback, partner_address
from caravana.kit.options import Duration, Options
from caravana.kit.payment import Capabilities, Sweep

CAPABILITIES = Capabilities(
    operations=frozenset(
        {
            port.Operation.CREATE,
            port.Operation.QUERY,
            port.Operation.CANCEL,
            port.Operation.CONFIRM,
            port.Operation.CAPTURE,
            port.Operation.VOID,
            port.Operation.REFUND,
            port.Operation.NOTIFICATION,
        }
    ),
    signed_notifications="hash",
    notification_retries=False,
    idempotency_key=False,
    lookup_by_own_reference=False,
    partial_refund="settled",
    amount_unit="major",
    reference_max=32,
    taxes="optional",
    sweep=Sweep(every=timedelta(minutes=5), until=timedelta(days=7)),
)
"""PlacetoPay repeats no notification, so every open session is asked about: its documents say every five minutes."""

TEST_HOSTS = frozenset({"checkout-test.placetopay.ec", "checkout-test.placetopay.com"})
LIVE_HOSTS = frozenset({"checkout.placetopay.ec", "checkout.placetopay.com"})


class Operation(StrEnum):
    """What stands after `placetopay:`."""

    CREATE = "create"
    QUERY = "query"
    CANCEL = "cancel"
    CONFIRM = "confirm"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    TRANSACTION = "transaction"
    NOTIFICATION = "notification"


class Action(StrEnum):
    """What `placetopay:transaction` does to one payment."""

    REVERSE = "reverse"
    CHECKOUT = "checkout"
    REAUTHORIZATION = "reauthorization"
    CONFIRM = "confirm"
    CANCEL = "cancel"


class PlacetopayOptions(Options):
    """Options of one `placetopay:` address."""

    connection: str = Field(default="placetopay", pattern=r"^[A-Za-z0-9_-]+$", description="name of the connection")
    action: Action | None = Field(default=None, description="`transaction` only: what to do to the payment")
    max_body: int = Field(default=65_536, gt=0, description="`notification` only: largest body taken, in bytes")


class PlacetopaySettings(Options):
    """Settings of one connection: one site (merchant account) at PlacetoPay."""

    url: str = Field(default="https://checkout-test.placetopay.ec", description="address of the Checkout service")
    login: str = Field(min_length=1, description="site id given by PlacetoPay")
    secret_key: SecretStr = Field(description="secret key of the site")
    previous_secret_key: SecretStr | None = Field(
        default=None, description="key before the last change; notifications signed with it still count"
    )
    site: Literal["test", "live"] = Field(default="test", description="whether real money moves at this site")
    signature: Literal["sha256", "sha1"] = Field(
        default="sha256", description="`sha1` also takes the old signatures; ask PlacetoPay to move the site instead"
    )
    locale: str = Field(default="es_EC", description="language of the checkout page when the order names none")
    timeout: Duration = Field(default=timedelta(seconds=30), description="how long one call may take")

    @field_validator("url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return partner_address(url, "https://checkout.placetopay.ec")

    @field_validator("secret_key")
    @classmethod
    def _not_empty(cls, key: SecretStr) -> SecretStr:
        if not key.get_secret_value():
            raise ValueError("is empty")
        return key

    @model_validator(mode="after")
    def _one_world(self) -> Self:
        host = urlsplit(self.url).hostname
        if self.site == "test" and host in LIVE_HOSTS:
            raise ValueError("`url` is the live service but `site` says test")
        if self.site == "live" and host in TEST_HOSTS:
            raise ValueError("`url` is the test service but `site` says live")
        return self

    @property
    def of_address(self) -> Literal["test", "live"] | None:
        """What the address alone tells: a known service, or a sandbox on this machine."""
        host = urlsplit(self.url).hostname
        if host in LIVE_HOSTS:
            return "live"
        return "test" if host in TEST_HOSTS or is_loopback(self.url) else None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret keys that a notification may be signed with, the current one first."""
        keys = (self.secret_key, self.previous_secret_key)
        return tuple(key.get_secret_value() for key in keys if key is not None and key.get_secret_value())
