"""What can be set: the options of an endpoint, the settings of a connection, and what Dátil can do with them."""

import dataclasses
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from caravana.kit.address import is_loopback, origin, partner_address
from caravana.kit.einvoice import Capabilities, Operation
from caravana.kit.options import Duration, Options

PROVIDER = "datil"

CAPABILITIES = Capabilities(
    operations=frozenset(Operation) - {Operation.VALIDATE},
    documents=frozenset({"01", "03", "04", "05", "06", "07"}),
    numbering="caller",
    idempotent=frozenset({"01"}),
    key_lifetime=None,
    lookup=True,
    reissue_keeps_number=True,
    signs="provider",
    mails=True,
    pdf="fetched",
    signed_notifications="none",
    poll=timedelta(seconds=4),
)
"""What Dátil can do at best; what a connection lacks for it (`listUrl`, `verifyWith`, `webhookSecret`) is taken off."""


class DatilOptions(Options):
    """Options of one `datil:` address."""

    connection: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]+$", description="name of the connection; without it the message's"
    )
    max_body: int = Field(default=262_144, gt=0, description="`notification` only: largest body taken, in bytes")


class DatilSettings(Options):
    """Settings of one connection: one account, and the SRI's environment that its documents are issued in."""

    url: str = Field(default="https://link.datil.co", description="address of the link API")
    ambiente: Annotated[Literal["1", "2"], BeforeValidator(str)] = Field(
        default="1", description="the SRI's environment: 1 test (pruebas), 2 live (producción)"
    )
    api_key: SecretStr = Field(min_length=1, description="API key of the account (X-Key)")
    certificate_password: SecretStr = Field(
        min_length=1, description="password of the signing certificate that Dátil keeps (X-Password)"
    )
    files_url: str | None = Field(
        default=None, description="address of the printed form and the XML; by default https://app.datil.co"
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="last part of the address that Dátil notifies, 24 to 128 letters, digits, - and _; "
        "without it no notification is taken",
    )
    previous_webhook_secret: SecretStr | None = Field(
        default=None, description="the last part before it was changed; what is sent there still counts"
    )
    verify_with: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="another e-invoicing connection (one to the SRI) that is asked by clave after a lost answer",
    )
    list_url: str | None = Field(
        default=None,
        description="address of Dátil's newer API (https://api.datil.co), where documents can be looked up",
    )
    list_key: SecretStr | None = Field(default=None, description="its key (X-Api-Key); by default that of the link API")
    settle: Duration = Field(
        default=timedelta(minutes=30),
        description="how long Dátil may hold a document before the SRI knows its clave; until then `not found` is no answer",
    )
    key_lifetime: Duration = Field(
        default=timedelta(hours=24),
        description="how long an idempotency key is relied on (Dátil does not say how long it keeps one)",
    )
    authorization_field: Literal["numero_autorización", "numero_autorizacion"] = Field(
        default="numero_autorización",
        description="how a withholding spells its support's authorisation: Dátil's table has the accent, its examples not",
    )
    rimpe: str | None = Field(
        default=None,
        min_length=1,
        max_length=300,
        description="the issuer's `regimen_rimpe` in withholdings (Dátil's example: 1), if the company is in that regime",
    )
    missing_code: str = Field(
        default="S/C",
        min_length=1,
        max_length=25,
        description="product code of lines without one in waybills: Dátil wants one there",
    )
    timeout: Duration = Field(default=timedelta(seconds=30), description="how long one call may take")

    @field_validator("url", "files_url", "list_url")
    @classmethod
    def _without_slash(cls, url: str | None) -> str | None:
        return None if url is None else partner_address(url, "https://link.datil.co")

    @field_validator("webhook_secret", "previous_webhook_secret")
    @classmethod
    def _unguessable(cls, secret: SecretStr | None) -> SecretStr | None:
        text = secret.get_secret_value() if secret is not None else ""
        if text and not (
            24 <= len(text) <= 128 and text.isascii() and text.replace("-", "a").replace("_", "a").isalnum()
        ):
            raise ValueError("24 to 128 letters, digits, - and _, made by chance")
        return secret if text else None

    @model_validator(mode="after")
    def _one_world(self) -> Self:
        if self.ambiente == "2" and is_loopback(self.url):
            raise ValueError("a sandbox on this machine has `ambiente` 1")
        return self

    @property
    def files(self) -> str:
        """Where the files are: a sandbox has them itself."""
        return self.files_url or (origin(self.url) if is_loopback(self.url) else "https://app.datil.co")

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The last parts under which notifications are taken, the current one first."""
        both = (self.webhook_secret, self.previous_webhook_secret)
        return tuple(one.get_secret_value() for one in both if one is not None)

    @property
    def capabilities(self) -> Capabilities:
        """What this connection can do."""
        lacking = set()
        if self.list_url is None:
            lacking.add(Operation.FIND)
        if not self.webhook_secrets:
            lacking.add(Operation.NOTIFICATION)
        lookup = self.verify_with is not None or self.list_url is not None
        return dataclasses.replace(CAPABILITIES, operations=CAPABILITIES.operations - lacking, lookup=lookup)
