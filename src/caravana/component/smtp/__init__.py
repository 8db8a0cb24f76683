"""`smtp:send`: a mail with files, handed to the company's mail server."""

import asyncio
import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from caravana.component.smtp.sending import handed_over, made
from caravana.kit.component import Component, Endpoint, Finding, Maturity, Producer, Severity
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import ConfigurationError, EffectError, Refused
from caravana.kit.exchange import Exchange
from caravana.kit.options import Duration, Options, describe
from caravana.kit.ports import Context
from caravana.kit.uri import Uri

Address = Annotated[str, Field(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$", max_length=254)]


class SmtpOptions(Options):
    """Options of one `smtp:` address."""

    connection: str = Field(
        default="smtp", pattern=r"^[A-Za-z0-9_-]+$", description="the connection to the mail server"
    )


class SmtpSettings(Options):
    """Settings of a connection."""

    host: str = Field(description="the mail server's name")
    port: int = Field(default=587, ge=1, le=65_535, description="its port; 587, with `security: tls` 465")
    security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="how the connection is encrypted; `none` for a server on this machine alone"
    )
    user: str = Field(default="", description="user, where the server wants one")
    password: SecretStr = Field(default=SecretStr(""), description="its password")
    sender: str = Field(description="From of the mails, e.g. `Empresa XYZ <facturas@xyz.example>`")
    reply_to: str = Field(default="", description="where answers go; without it to the sender")
    timeout: Duration = Field(default=timedelta(seconds=30), description="longest wait for one answer of the server")


class File(BaseModel):
    """One attachment; bytes or base64 text."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    content: bytes | str
    mimetype: str = Field(default="application/octet-stream", pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$")


class Mail(BaseModel):
    """What a message asks for."""

    model_config = ConfigDict(extra="forbid")

    to: list[Address] = Field(min_length=1, max_length=50)
    subject: str = Field(min_length=1, max_length=500)
    text: str
    files: list[File] = Field(default_factory=list)


@dataclass(frozen=True)
class SmtpEndpoint(Endpoint):
    """A mail server."""

    settings: SmtpSettings

    @property
    def connection(self) -> str:
        """Its limits."""
        return f"smtp:{self.options.connection}"

    def producer(self) -> "SmtpProducer":
        """Return what sends."""
        return SmtpProducer(self.settings)


class SmtpProducer(Producer):
    """One mail. Nothing can be asked afterwards: an answer that is lost leaves it in doubt."""

    kind = Kind.BLIND

    def __init__(self, settings: SmtpSettings) -> None:
        """`settings`: of the connection."""
        self._settings = settings
        self.timeout = 4 * settings.timeout + timedelta(seconds=5)

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the mail. Raises `Refused` for a body that is none."""
        try:
            mail = Mail.model_validate(exchange.body)
        except ValidationError as error:
            raise Refused(f"this is no mail: {describe(error)}", code="body") from None
        files = [{"name": one.name, "content": _base64(one.content), "mimetype": one.mimetype} for one in mail.files]
        subject = " ".join(mail.subject.split())
        told = {"to": list(mail.to), "subject": subject, "text": mail.text, "files": files}
        return {**told, "reply_to": self._settings.reply_to}

    async def send(self, request: Any, effect: Effect) -> Reply:
        """Hand the mail over."""
        mail = made(request, self._settings.sender, effect)
        said = await asyncio.to_thread(handed_over, mail, request["to"], self._settings)
        return Reply({"message_id": str(mail["Message-ID"]), "said": said}, reference=str(mail["Message-ID"]))

    def would(self, request: Any, effect: Effect) -> Reply:
        """Return what a server says that takes it."""
        message_id = str(made({**request, "files": []}, self._settings.sender, effect)["Message-ID"])
        return Reply({"message_id": message_id, "said": ""})


class SmtpComponent(Component):
    """Mail servers."""

    scheme = "smtp"
    title = "SMTP"
    syntax = "smtp:send"
    doc = "Hands a mail with files to the company's mail server."
    maturity = Maturity.BETA
    options = SmtpOptions
    connection = SmtpSettings
    consumes = False

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)

    def create(self, uri: Uri, options: Any) -> SmtpEndpoint:
        """Return the endpoint. Raises `ConfigurationError` for another path than `send`."""
        if uri.path != "send":
            raise ConfigurationError(f"`smtp:{uri.path}` is unknown", place=str(uri), suggestion="write smtp:send")
        return SmtpEndpoint(uri, options, self.context, self.connection_settings(options.connection))

    async def diagnose(self, name: str) -> list[Finding]:
        """Connect and log in, without sending anything."""
        from caravana.component.smtp.sending import greeted

        settings: SmtpSettings = self.connection_settings(name)
        try:
            await asyncio.to_thread(greeted, settings)
        except EffectError as error:
            return [
                Finding("mail server", Severity.ERROR, str(error), f"compare connections.{name} with your mail server")
            ]
        return [Finding("mail server", Severity.OK, f"{settings.host} lets {settings.user or 'everybody'} send")]


def _base64(content: bytes | str) -> str:
    """The content as base64. Raises `Refused` for a text that is none."""
    if isinstance(content, bytes):
        return base64.b64encode(content).decode()
    try:
        base64.b64decode(content, validate=True)
    except ValueError:
        raise Refused("a file's content is neither bytes nor base64", code="body") from None
    return content


__all__ = ["SmtpComponent"]
