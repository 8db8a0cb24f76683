"""The component: which address gives which producer or consumer, and one line for each connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import ClassVar

from caravana.component.whatsapp import calls, diagnosis
from caravana.component.whatsapp.line import PAIRS, Line
from caravana.component.whatsapp.message import FORGETS, Messages
from caravana.component.whatsapp.receiving import WhatsappConsumer, WhatsappSplitter
from caravana.component.whatsapp.sending import Send, WhatsappProducer
from caravana.component.whatsapp.spec import MESSAGES, Operation, WhatsappOptions, WhatsappSettings
from caravana.kit.component import Component, Consumer, Endpoint, Finding, Local, Maturity, Severity, Side
from caravana.kit.errors import ConfigurationError
from caravana.kit.graph.posting import Door
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri


class WhatsappComponent(Component):
    """WhatsApp over Meta's Cloud API."""

    scheme = "whatsapp"
    title = "WhatsApp"
    syntax = "whatsapp:operation"
    doc = (
        "Talks with customers over WhatsApp's Cloud API. Operations: text, media, template, buttons, list, link, product, "
        "products, catalog, location_request, location, contacts, reaction, read, typing, upload, download, delete_media, "
        "templates, template_create, template_state, template_delete, contact, state, split (to); messages (from)."
    )
    maturity = Maturity.BETA
    forgets: ClassVar[Mapping[str, timedelta]] = MappingProxyType({**FORGETS, PAIRS: timedelta(days=1)})
    options = WhatsappOptions
    connection = WhatsappSettings

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self.messages = Messages(context)
        self._lines: dict[str, Line] = {}

    def create(self, uri: Uri, options: WhatsappOptions) -> "WhatsappEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation that there is not, and `split` without `others`."""
        operation = _operation(uri)
        if operation is Operation.SPLIT and options.others is None:
            raise ConfigurationError(
                "`whatsapp:split` needs `others`: what is no message and no status must go somewhere",
                place=str(uri),
                suggestion="others=seda:whatsapp-others",
            )
        return WhatsappEndpoint(uri, options, self.context, self, operation)

    def line(self, name: str) -> Line:
        """Return the line of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        if name not in self._lines:
            self._lines[name] = Line.open(name, self.connection_settings(name), self.context)
        return self._lines[name]

    def side(self, name: str) -> Side:
        """Return whether customers are reached."""
        settings: WhatsappSettings = self.connection_settings(name)
        return settings.side(name)

    async def diagnose(self, name: str) -> list[Finding]:
        """Ask Meta whether token, number and subscriptions are right, and whether the number fits the setting `site`."""
        try:
            line = self.line(name)
        except ConfigurationError as error:
            return [Finding("settings", Severity.ERROR, str(error), f"mend connections.{name} in the configuration")]
        return await diagnosis.diagnose(line, self.context.listener.public_url + webhook_path(name))

    async def close(self) -> None:
        """Close the connections."""
        for line in self._lines.values():
            await line.close()
        self._lines.clear()


@dataclass(frozen=True)
class WhatsappEndpoint(Endpoint):
    """One `whatsapp:` address."""

    component: WhatsappComponent
    operation: Operation

    @property
    def connection(self) -> str:
        """`whatsapp:<connection>`, where the message names no other."""
        return f"whatsapp:{self.options.connection}"

    def producer(self) -> WhatsappProducer | Local:
        """Return the call. Raises `ConfigurationError` for `messages` and for wrong settings."""
        options: WhatsappOptions = self.options
        line_of, name = self.component.line, options.connection
        if self.operation in MESSAGES:
            return Send(line_of, name, self.operation, self.component.messages)
        match self.operation:
            case Operation.SPLIT:
                return WhatsappSplitter(self.context, options, line_of, self.component.messages)
            case Operation.READ | Operation.TYPING:
                return calls.Mark(line_of, name, typing=self.operation is Operation.TYPING)
            case Operation.STATE:
                return calls.MessageState(line_of, name, self.component.messages)
            case Operation.DOWNLOAD:
                return calls.Download(line_of, name, options.max_file)
        made = PRODUCERS.get(self.operation)
        if made is None:
            raise ConfigurationError("`whatsapp:messages` cannot be sent to", place=str(self.uri))
        return made(line_of, name)

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the receiver of webhooks. Raises `ConfigurationError` for any other operation."""
        if self.operation is not Operation.MESSAGES:
            raise ConfigurationError(
                f"`whatsapp:{self.uri.path}` cannot be consumed from",
                place=str(self.uri),
                suggestion="whatsapp:messages",
            )
        options: WhatsappOptions = self.options
        name = options.connection
        door = Door(name, webhook_path(name), self.component.line(name).settings)
        return WhatsappConsumer([door], options.max_body, self.context.listener, receiver)


PRODUCERS: dict[Operation, type[WhatsappProducer]] = {
    Operation.UPLOAD: calls.Upload,
    Operation.DELETE_MEDIA: calls.DeleteMedia,
    Operation.TEMPLATES: calls.ListTemplates,
    Operation.TEMPLATE_CREATE: calls.CreateTemplate,
    Operation.TEMPLATE_STATE: calls.TemplateState,
    Operation.TEMPLATE_DELETE: calls.DeleteTemplate,
    Operation.CONTACT: calls.ContactState,
}


def webhook_path(connection: str) -> str:
    """Return where Meta's webhooks for `connection` come in."""
    return f"/whatsapp/{connection}"


def _operation(uri: Uri) -> Operation:
    known: dict[str, Operation] = {one.value: one for one in Operation}
    if uri.path not in known:
        raise ConfigurationError(
            f"`whatsapp:{uri.path}` is no operation", place=str(uri), suggestion=f"one of {', '.join(known)}"
        )
    return known[uri.path]
