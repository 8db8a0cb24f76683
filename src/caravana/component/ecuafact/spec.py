"""What can be set: the options of an endpoint, the settings of a connection, and what Ecuafact can do with them."""

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from caravana.kit.address import is_loopback, partner_address
from caravana.kit.einvoice import Capabilities, Operation
from caravana.kit.options import Duration, Options

PROVIDER = "ecuafact"
LIVE_HOST = "api.mynexusapi.com"
TEST_HOST = "staging-api.mynexusapi.com"

CAPABILITIES = Capabilities(
    operations=frozenset(Operation),
    documents=frozenset({"01", "03", "04", "05", "06", "07"}),
    numbering="either",
    idempotent=frozenset({"01", "03", "04", "05", "06", "07"}),
    key_lifetime=None,
    lookup=True,
    reissue_keeps_number=False,
    signs="provider",
    mails=False,
    pdf="fetched",
    signed_notifications="hmac",
)
"""What Ecuafact can do at best; who numbers, a connection says (`numbering`)."""


def _listed(value: Any) -> Any:
    """One secret, or a list of them."""
    return [value] if isinstance(value, str | SecretStr) else value


class EcuafactOptions(Options):
    """Options of one `ecuafact:` address."""

    connection: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]+$", description="name of the connection; without it the message's"
    )
    max_body: int = Field(default=65_536, gt=0, description="`notification` only: largest body taken, in bytes")


class EcuafactSettings(Options):
    """Settings of one connection: one account, one contract version, and the SRI's environment behind it."""

    url: str = Field(default=f"https://{TEST_HOST}", description="address of the API, without `/v1`")
    ambiente: Annotated[Literal["1", "2"], BeforeValidator(str)] = Field(
        default="1", description="the SRI's environment: 1 test (pruebas), 2 live (producción)"
    )
    contract: Annotated[Literal["b6", "1.0"], BeforeValidator(str)] = Field(
        default="b6", description="version of the contract: `b6` (1.0.0b6, recorded) or `1.0` (its readme only)"
    )
    api_key: SecretStr = Field(min_length=1, description="key of the account (X-Api-Key)")
    identification: str | None = Field(
        default=None,
        pattern=r"^[0-9]{10,13}$",
        description="the taxpayer as GET /v1/contexto names him; by default the first ten digits of the RUC, in 1.0 all",
    )
    numbering: Literal["provider", "odoo"] = Field(
        default="provider",
        description="who numbers: `provider` (Ecuafact; its number is written back) or `odoo` (our secuencial is sent)",
    )
    origin: str = Field(
        default="Caravana",
        pattern=r"^[A-Za-z0-9\-_.:/]{1,64}$",
        description="name of the sending system (origenReferencia)",
    )
    mails: bool = Field(
        default=False, description="whether Ecuafact mails the receiver: his address is then sent with the document"
    )
    missing_code: str = Field(
        default="S/C",
        min_length=1,
        max_length=25,
        description="product code of lines without one: Ecuafact wants one in each",
    )
    additional_info: str | None = Field(
        default=None,
        pattern=r"^[\x20-\x7e]{1,256}$",
        description="text of the header X-Additional-Info, printable ASCII",
    )
    paths: Mapping[str, str] = Field(
        default_factory=dict,
        description="contract 1.0: last part of the emission address by codDoc, where it differs from the assumed one",
    )
    webhook_secrets: Annotated[tuple[SecretStr, ...], BeforeValidator(_listed)] = Field(
        default=(), description="secret of the webhook destination (`whsec_…`), or a list with new and old one"
    )
    tolerance: Duration = Field(
        default=timedelta(seconds=300), description="how far the time of a signature may be from ours"
    )
    key_lifetime: Duration = Field(
        default=timedelta(hours=24),
        description="how long an idempotency key is relied on (Ecuafact does not say how long it keeps one)",
    )
    timeout: Duration = Field(default=timedelta(seconds=30), description="how long one call may take")

    @field_validator("url")
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return partner_address(url, "https://api.mynexusapi.com").removesuffix("/v1")

    @field_validator("webhook_secrets")
    @classmethod
    def _not_empty(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        return tuple(one for one in secrets if one.get_secret_value())

    @model_validator(mode="after")
    def _one_world(self) -> Self:
        host = urlsplit(self.url).hostname
        if self.ambiente == "2" and (host == TEST_HOST or is_loopback(self.url)):
            raise ValueError("`url` is a test service but `ambiente` says 2 (producción)")
        if self.ambiente == "1" and host == LIVE_HOST:
            raise ValueError("`url` is the live service but `ambiente` says 1 (pruebas)")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """What a notification may be signed with."""
        return tuple(one.get_secret_value() for one in self.webhook_secrets)

    @property
    def capabilities(self) -> Capabilities:
        """What this connection can do."""
        ours = self.numbering == "odoo"
        lacking = frozenset() if self.webhook_secrets else frozenset({Operation.NOTIFICATION})
        return dataclasses.replace(
            CAPABILITIES,
            operations=CAPABILITIES.operations - lacking,
            numbering="caller" if ours else "provider",
            mails=self.mails,
            reissue_keeps_number=ours,
        )
