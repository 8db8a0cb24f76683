"""What can be set: the options of an endpoint and the settings of a connection; and what PayPhone can do at all."""

from datetime import time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator

from caravana.kit.address import origin, partner_address
from caravana.kit.options import Duration, Options
from caravana.kit.payment import Capabilities, Operation, Sweep

FORM_LIFE = timedelta(minutes=10)
"""How long PayPhone's page takes a payment after it was prepared."""
CONFIRM_WITHIN = timedelta(minutes=5)
"""A payment that is not confirmed so soon is given back by PayPhone, by itself."""
MINUTE = timedelta(minutes=1)
REFERENCE_MAX = 46
"""PayPhone takes 50: this leaves room for the number of a repeated preparation (`.2`)."""

CAPABILITIES = Capabilities(
    operations=frozenset(
        {
            Operation.CREATE,
            Operation.QUERY,
            Operation.CONFIRM,
            Operation.REFUND,
            Operation.REFUND_QUERY,
            Operation.LISTING,
            Operation.NOTIFICATION,
        }
    ),
    signed_notifications="none",
    notification_retries=False,  # no rule is published (2026-09)
    idempotency_key=False,
    lookup_by_own_reference=True,
    must_confirm_within=CONFIRM_WITHIN,
    partial_refund="never",
    refund_until=time(20),
    amount_unit="minor",
    reference_max=REFERENCE_MAX,
    reference_distinct=True,
    needs_referrer=True,
    taxes="whole",
    page_life=(FORM_LIFE, FORM_LIFE),
    sweep=Sweep(every=MINUTE, until=CONFIRM_WITHIN + MINUTE, per_minute=30),  # the last one finds all decided
    listing_days=2,
    listing_per_day=5,
)


class PayphoneOptions(Options):
    """Options of one `payphone:` address."""

    connection: str = Field(default="payphone", pattern=r"^[A-Za-z0-9_-]+$", description="name of the connection")
    max_body: int = Field(default=65_536, gt=0, description="`notification` only: largest body taken, in bytes")


class PayphoneSettings(Options):
    """Settings of one connection: one store, through one application of type WEB."""

    url: str = Field(default="https://pay.payphonetodoesposible.com", description="address of PayPhone's service")
    token: SecretStr = Field(description="token of the application")
    previous_token: SecretStr | None = Field(
        default=None, description="token before the last change: what was prepared with it is confirmed with it"
    )
    store_id: str = Field(min_length=1, max_length=100, description="id of the store, given beside the token")
    site: Literal["test", "live"] = Field(
        default="test", description="environment of the application; PayPhone has one address for both"
    )
    timeout: Duration = Field(default=timedelta(seconds=30), description="how long one call may take")
    zone: str = Field(default="America/Guayaquil", description="time zone of PayPhone's times, which name none")
    query_covers: bool = Field(
        default=True, description="whether PayPhone's query knows payments of the button; `false`: it is not asked"
    )
    queries_a_minute: int = Field(default=30, gt=0, description="queries a minute of all processes together")
    query_tells_confirmed: bool = Field(
        default=False, description="whether PayPhone's query calls a payment approved only after our Confirm"
    )
    confirm_repeats: bool = Field(
        default=False, description="whether a repeated Confirm is known to answer as the first did"
    )
    notification: bool = Field(default=False, description="whether PayPhone has approved notifications for the store")
    list_path: str | None = Field(
        default=None, pattern=r"^/\S+$", description="path of PayPhone's list of a day (`Consulta por lotes`)"
    )

    @field_validator("url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return partner_address(url, "https://pay.payphonetodoesposible.com")

    @field_validator("token")
    @classmethod
    def _not_empty(cls, token: SecretStr) -> SecretStr:
        if not token.get_secret_value():
            raise ValueError("is empty")
        return token

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("there is no such time zone; write one like America/Guayaquil") from None
        return zone

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that something may have been prepared with, the current one first."""
        given = (self.token, self.previous_token)
        return tuple(one.get_secret_value() for one in given if one is not None and one.get_secret_value())

    @property
    def origin(self) -> str:
        """Scheme, host and port of the payment pages: the service's own."""
        return origin(self.url)
