"""What every connection to Meta is set up with."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from caravana.kit.address import is_loopback, partner_address
from caravana.kit.component import Side
from caravana.kit.options import Duration, Options

API_URL = "https://graph.facebook.com"
VERSION = "v26.0"
"""The version that mapping and tests were made with (of 29 July 2026)."""


class GraphSettings(Options):
    """One app at Meta with one token: base of the settings of WhatsApp, Page, Instagram and catalogue connections."""

    url: str = Field(default=API_URL, description="address of the Graph API")
    version: str = Field(default=VERSION, pattern=r"^v\d{1,3}\.\d{1,2}$", description="version of the Graph API")
    token: SecretStr = Field(description="access token; for a server that of a system user, which does not expire")
    app_id: str = Field(default="", pattern=r"^\d*$", description="number of the app")
    app_secret: SecretStr = Field(description="secret of the app: signs webhooks, and proves that calls are ours")
    previous_app_secret: SecretStr | None = Field(
        default=None, description="secret before the last reset; webhooks signed with it still count"
    )
    verify_token: SecretStr | None = Field(
        default=None, description="word that Meta repeats when the webhook's address is entered; none: nothing comes in"
    )
    portfolio: str = Field(
        default="meta",
        pattern=r"^[A-Za-z0-9_-]+$",
        description="name of the business portfolio; connections of one portfolio know the same contacts",
    )
    site: Literal["test", "live"] = Field(
        default="test", description="`test`: test app, test number or test page; `live`: customers are reached"
    )
    timeout: Duration = Field(default=timedelta(seconds=30), description="how long one call may take")

    @field_validator("url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return partner_address(url, API_URL)

    @field_validator("token", "app_secret")
    @classmethod
    def _not_empty(cls, secret: SecretStr) -> SecretStr:
        if not secret.get_secret_value():
            raise ValueError("is empty")
        return secret

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets that a webhook may be signed with, the current one first."""
        both = (self.app_secret, self.previous_app_secret)
        return tuple(one.get_secret_value() for one in both if one is not None and one.get_secret_value())

    def side(self, name: str) -> Side:
        """Return whether connection `name` reaches customers: never at a sandbox, else as `site` says."""
        if is_loopback(self.url):
            return Side("test", f"connections.{name}.url", self.url)
        return Side(self.site, f"connections.{name}.site", self.site)
