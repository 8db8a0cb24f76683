"""What can be set: the options of an endpoint, the settings of a connection, and what the SRI can do."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator

from caravana.kit.address import is_loopback, partner_address
from caravana.kit.einvoice import Capabilities, Operation
from caravana.kit.options import Duration, Options

PROVIDER = "sri"
TEST: Literal["1"] = "1"
LIVE: Literal["2"] = "2"
HOSTS = {TEST: "celcer.sri.gob.ec", LIVE: "cel.sri.gob.ec"}
"""The SRI's host of each environment."""
DOCUMENTS = frozenset({"01", "03", "04", "05", "06", "07"})

CAPABILITIES = Capabilities(
    operations=frozenset(
        {
            Operation.PREPARE,
            Operation.SUBMIT,
            Operation.REISSUE,
            Operation.QUERY,
            Operation.XML,
            Operation.PDF,
        }
    ),
    documents=DOCUMENTS,
    numbering="caller",
    lookup=True,
    signs="hub",
    mails=False,
    pdf="made",
    signed_notifications="none",
    reissue_keeps_number=True,
    poll=timedelta(seconds=3),
)
"""The SRI mails nobody, notifies nobody, has no dry run, and tells of a document by its clave alone: not by its number."""


class SriOptions(Options):
    """Options of one `sri:` address."""

    connection: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]+$", description="name of the connection; without it the message's"
    )


class SriSettings(Options):
    """Settings of one connection: one environment of the SRI, and one signing certificate."""

    ambiente: Annotated[Literal["1", "2"], BeforeValidator(str)] = Field(
        default=TEST, description="the SRI's environment: 1 test (pruebas), 2 live (producción)"
    )
    certificate: Path = Field(description="file of the signing certificate with its key (.p12 or .pfx)")
    certificate_password: SecretStr = Field(description="password of that file")
    ruc: str | None = Field(
        default=None,
        pattern=r"^[0-9]{10}001$",
        description="RUC of the issuer; documents of another are refused, and the doctor compares the certificate with it",
    )
    check_certificate_ruc: bool = Field(
        default=True, description="whether the RUC that the certificate names must be the issuer's"
    )
    signature: Literal["sha1", "sha256"] = Field(
        default="sha1", description="digest of the signature; whether the SRI takes `sha256` is not confirmed (2026-11)"
    )
    schemas: Path | None = Field(
        default=None, description="folder with the SRI's own schemas (.xsd); documents are checked by them, too"
    )
    logo: Path | None = Field(default=None, description="picture (.png, .jpg) for the printed form (RIDE)")
    url: str | None = Field(
        default=None,
        description="address of the services, without path; by default the SRI's of `ambiente`. A sandbox, or a proxy",
    )
    other_host: bool = Field(
        default=False, description="`ambiente` 2 only: `url` is not the SRI's own host, and that is meant"
    )
    timeout: Duration = Field(default=timedelta(seconds=30), description="how long one call may take")
    settle: Duration = Field(
        default=timedelta(minutes=5),
        description="how long the SRI may take to know a document whose answer was lost; then the same bytes are sent again",
    )

    @field_validator("url")
    @classmethod
    def _without_slash(cls, url: str | None) -> str | None:
        return None if url is None else partner_address(url, "https://celcer.sri.gob.ec")

    @field_validator("certificate_password")
    @classmethod
    def _not_empty(cls, password: SecretStr) -> SecretStr:
        if not password.get_secret_value():
            raise ValueError("is empty")
        return password

    @model_validator(mode="after")
    def _one_world(self) -> Self:
        host = urlsplit(self.address).hostname
        other = HOSTS[LIVE if self.ambiente == TEST else TEST]
        if host == other:
            raise ValueError(f"`ambiente` is {self.ambiente}, but `url` is the SRI's service of the other environment")
        if self.ambiente == LIVE and is_loopback(self.address):
            raise ValueError("a sandbox on this machine has `ambiente` 1")
        if self.ambiente == LIVE and host != HOSTS[LIVE] and not self.other_host:
            raise ValueError("`url` is not the SRI's live service; if that is meant, write `otherHost: true`")
        return self

    @property
    def address(self) -> str:
        """Scheme, host and port of the services."""
        return self.url or f"https://{HOSTS[self.ambiente]}"
