"""What can be set: the options of an endpoint and the settings of a connection."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from caravana.kit.address import is_loopback, partner_address
from caravana.kit.options import Duration, Options

API_URL = "https://api.stripe.com"
PAGES_URL = "https://checkout.stripe.com"
API_VERSION = "2026-10-28.endive"
"""The version of the API that mapping and tests were made with; Stripe answers in it whatever the account's own is."""

INTENT = "intent"
"""Stripe's own operation beside those of the port: a PaymentIntent without a page."""

_KEY = re.compile(r"[sr]k_(test|live)_[A-Za-z0-9_]+")


class Action(StrEnum):
    """What `stripe:intent` does to one PaymentIntent."""

    CREATE = "create"
    CONFIRM = "confirm"
    CAPTURE = "capture"
    CANCEL = "cancel"
    QUERY = "query"


class StripeOptions(Options):
    """Options of one `stripe:` address."""

    connection: str = Field(default="stripe", pattern=r"^[A-Za-z0-9_-]+$", description="name of the connection")
    action: Action | None = Field(default=None, description="`intent` only: what to do to the PaymentIntent")
    max_body: int = Field(default=524_288, gt=0, description="`notification` only: largest body taken, in bytes")


class StripeSettings(Options):
    """Settings of one connection: one account at Stripe, in its test or its live mode, as the key says."""

    url: str = Field(default=API_URL, description="address of the API")
    secret_key: SecretStr = Field(description="secret (sk_) or restricted (rk_) key; it says whether real money moves")
    webhook_secret: SecretStr | None = Field(
        default=None, description="signing secret (whsec_) of the webhook endpoint; without it nothing is notified"
    )
    previous_webhook_secret: SecretStr | None = Field(
        default=None, description="signing secret before the last roll; what is signed with it still counts"
    )
    api_version: str = Field(
        default=API_VERSION, pattern=r"^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$", description="version of the API that is spoken"
    )
    account: str = Field(
        default="", pattern=r"^(acct_[A-Za-z0-9]+)?$", description="the account's own name (acct_), for external ids"
    )
    pages: str = Field(default="", description="where the payment pages are, when not at checkout.stripe.com")
    timeout: Duration = Field(default=timedelta(seconds=30), description="how long one call may take")
    tolerance: Duration = Field(
        default=timedelta(minutes=5), description="how far off a notification's time may be, before or behind"
    )

    @field_validator("url", "pages")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return partner_address(url, API_URL) if url else url

    @field_validator("secret_key")
    @classmethod
    def _is_secret_key(cls, key: SecretStr) -> SecretStr:
        text = key.get_secret_value()
        if text.startswith("pk_"):
            raise ValueError("this is the publishable key: take the secret (sk_) or a restricted (rk_) one")
        if not _KEY.fullmatch(text):
            raise ValueError("begins with sk_test_, sk_live_, rk_test_ or rk_live_")
        return key

    @field_validator("webhook_secret", "previous_webhook_secret")
    @classmethod
    def _is_signing_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not secret.get_secret_value().startswith("whsec_"):
            raise ValueError("begins with whsec_")
        return secret

    @field_validator("tolerance")
    @classmethod
    def _is_positive(cls, tolerance: timedelta) -> timedelta:
        if tolerance <= timedelta(0):
            raise ValueError("must be above 0: without it an old notification could be sent again")
        return tolerance

    @model_validator(mode="after")
    def _stays_at_stripe(self) -> Self:
        if self.mode == "live" and is_loopback(self.url):
            raise ValueError("`secretKey` is a live key, but `url` is this machine")
        return self

    @property
    def mode(self) -> Literal["test", "live"]:
        """Whether real money moves: the key's prefix says so."""
        return "live" if self.secret_key.get_secret_value()[3:].startswith("live") else "test"

    @property
    def restricted(self) -> bool:
        """Whether the key has only the rights that it was given."""
        return self.secret_key.get_secret_value().startswith("rk_")

    @property
    def origin(self) -> str:
        """Scheme, host and port of the payment pages."""
        parts = urlsplit(self.pages or (PAGES_URL if self.url == API_URL else self.url))
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that a notification may be signed with, the current one first."""
        both = (self.webhook_secret, self.previous_webhook_secret)
        return tuple(one.get_secret_value() for one in both if one is not None)
