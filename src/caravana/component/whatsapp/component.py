"""The component: which address gives which producer or consumer, and one line for each connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, ClassVar

from caravana.component.whatsapp import calls, diagnosis
from caravana.component.whatsapp.line import PAIRS, Line
from caravana.component.whatsapp.message import FORGETS, Messages
from caravana.component.whatsapp.receiving import WhatsappConsumer, WhatsappSplitter
from caravana.component.whatsapp.sending import Send, WhatsappProducer
from caravana.component.whatsapp.spec import MESSAGES, Operation, WhatsappOptions, WhatsappSettings
from caravana.kit.component import Consumer, Endpoint, Finding, Local, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.graph.lines import GraphComponent, need_others, only, operation_of, webhook_path
from caravana.kit.graph.posting import Door
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri


class WhatsappComponent(GraphComponent[Line]):
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

    def create(self, uri: Uri, options: WhatsappOptions) -> "WhatsappEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation that there is not, and `split` without `others`."""
        operation = operation_of(uri, Operation)
        if operation is Operation.SPLIT:
            need_others(uri, options.others)
        return WhatsappEndpoint(uri, options, self.context, self, operation)

    def open_line(self, name: str, settings: Any) -> Line:
        """Return the line of connection `name`, new."""
        return Line.open(name, settings, self.context)

    async def examine(self, line: Line, url: str) -> list[Finding]:
        """Return what Meta says of the connection."""
        return await diagnosis.diagnose(line, url)


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
        only(self.uri, Operation.MESSAGES)
        options: WhatsappOptions = self.options
        name = options.connection
        door = Door(name, webhook_path(self.component.scheme, name), self.component.line(name).settings)
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
