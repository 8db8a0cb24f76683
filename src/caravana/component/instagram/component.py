"""The component: which address gives which producer or consumer, and one line for each connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, ClassVar

from caravana.component.instagram import comments, diagnosis, posts
from caravana.component.instagram.line import Line
from caravana.component.instagram.producing import MADE, InstagramProducer
from caravana.component.instagram.receiving import InstagramConsumer, InstagramSplitter
from caravana.component.instagram.spec import InstagramOptions, InstagramSettings, Operation
from caravana.kit.component import Consumer, Endpoint, Finding, Local, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.graph.lines import GraphComponent, need_others, only, operation_of, webhook_path
from caravana.kit.graph.posting import Door
from caravana.kit.ports import Receiver
from caravana.kit.uri import Uri

KEPT = timedelta(days=60)
"""How long it is kept what we made, and how far a post had come: a container lives a day, a doubt until a person ends it."""


class InstagramComponent(GraphComponent[Line]):
    """Instagram."""

    scheme = "instagram"
    title = "Instagram"
    syntax = "instagram:operation"
    doc = (
        "Works on an Instagram account. Operations: post, media, limit, comment, reply, comments, hide, delete, split (to); "
        "events (from)."
    )
    maturity = Maturity.BETA
    forgets: ClassVar[Mapping[str, timedelta]] = MappingProxyType({MADE: KEPT, posts.WORK: KEPT})
    options = InstagramOptions
    connection = InstagramSettings

    def create(self, uri: Uri, options: InstagramOptions) -> "InstagramEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation that there is not, and `split` without `others`."""
        operation = operation_of(uri, Operation)
        if operation is Operation.SPLIT:
            need_others(uri, options.others)
        return InstagramEndpoint(uri, options, self.context, self, operation)

    def open_line(self, name: str, settings: Any) -> Line:
        """Return the line of connection `name`, new."""
        return Line.open(name, settings, self.context)

    async def examine(self, line: Line, url: str) -> list[Finding]:
        """Return what Meta says of the connection."""
        return await diagnosis.diagnose(line, url)


@dataclass(frozen=True)
class InstagramEndpoint(Endpoint):
    """One `instagram:` address."""

    component: InstagramComponent
    operation: Operation

    @property
    def connection(self) -> str:
        """`instagram:<connection>`, where the message names no other."""
        return f"instagram:{self.options.connection}"

    def producer(self) -> InstagramProducer | Local:
        """Return the call. Raises `ConfigurationError` for `events` and for wrong settings."""
        options: InstagramOptions = self.options
        line_of, name = self.component.line, options.connection
        match self.operation:
            case Operation.SPLIT:
                return InstagramSplitter(self.context, options, line_of)
            case Operation.COMMENT:
                return comments.Comment(line_of, name, edge="comments")
            case Operation.REPLY:
                return comments.Comment(line_of, name, edge="replies")
        made = PRODUCERS.get(self.operation)
        if made is None:
            raise ConfigurationError("`instagram:events` cannot be sent to", place=str(self.uri))
        return made(line_of, name)

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the receiver of webhooks. Raises `ConfigurationError` for any other operation."""
        only(self.uri, Operation.EVENTS)
        options: InstagramOptions = self.options
        name = options.connection
        door = Door(name, webhook_path(self.component.scheme, name), self.component.line(name).settings)
        return InstagramConsumer([door], options.max_body, self.context.listener, receiver)


PRODUCERS: dict[Operation, type[InstagramProducer]] = {
    Operation.POST: posts.Post,
    Operation.MEDIA: posts.ListMedia,
    Operation.LIMIT: posts.Limit,
    Operation.COMMENTS: comments.ListComments,
    Operation.HIDE: comments.Hide,
    Operation.DELETE: comments.Delete,
}
