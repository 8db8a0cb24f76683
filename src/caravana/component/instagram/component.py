"""The component: which address gives which producer or consumer, and one line for each connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import ClassVar

from caravana.component.instagram import comments, diagnosis, posts
from caravana.component.instagram.line import Line
from caravana.component.instagram.producing import MADE, InstagramProducer
from caravana.component.instagram.receiving import InstagramConsumer, InstagramSplitter
from caravana.component.instagram.spec import InstagramOptions, InstagramSettings, Operation
from caravana.kit.component import Component, Consumer, Endpoint, Finding, Local, Maturity, Severity, Side
from caravana.kit.errors import ConfigurationError
from caravana.kit.graph.posting import Door
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri

KEPT = timedelta(days=60)
"""How long it is kept what we made, and how far a post had come: a container lives a day, a doubt until a person ends it."""


class InstagramComponent(Component):
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

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._lines: dict[str, Line] = {}

    def create(self, uri: Uri, options: InstagramOptions) -> "InstagramEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation that there is not, and `split` without `others`."""
        operation = _operation(uri)
        if operation is Operation.SPLIT and options.others is None:
            raise ConfigurationError(
                "`instagram:split` needs `others`: what has no address of its own must go somewhere",
                place=str(uri),
                suggestion="others=seda:instagram-others",
            )
        return InstagramEndpoint(uri, options, self.context, self, operation)

    def line(self, name: str) -> Line:
        """Return the line of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        if name not in self._lines:
            self._lines[name] = Line.open(name, self.connection_settings(name), self.context)
        return self._lines[name]

    def side(self, name: str) -> Side:
        """Return whether customers are reached."""
        settings: InstagramSettings = self.connection_settings(name)
        return settings.side(name)

    async def diagnose(self, name: str) -> list[Finding]:
        """Ask Meta whether token and account are right, and how many posts the day still allows."""
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
        if self.operation is not Operation.EVENTS:
            raise ConfigurationError(
                f"`instagram:{self.uri.path}` cannot be consumed from",
                place=str(self.uri),
                suggestion="instagram:events",
            )
        options: InstagramOptions = self.options
        name = options.connection
        door = Door(name, webhook_path(name), self.component.line(name).settings)
        return InstagramConsumer([door], options.max_body, self.context.listener, receiver)


PRODUCERS: dict[Operation, type[InstagramProducer]] = {
    Operation.POST: posts.Post,
    Operation.MEDIA: posts.ListMedia,
    Operation.LIMIT: posts.Limit,
    Operation.COMMENTS: comments.ListComments,
    Operation.HIDE: comments.Hide,
    Operation.DELETE: comments.Delete,
}


def webhook_path(connection: str) -> str:
    """Return where Meta's webhooks for `connection` come in."""
    return f"/instagram/{connection}"


def _operation(uri: Uri) -> Operation:
    known: dict[str, Operation] = {one.value: one for one in Operation}
    if uri.path not in known:
        raise ConfigurationError(
            f"`instagram:{uri.path}` is no operation", place=str(uri), suggestion=f"one of {', '.join(known)}"
        )
    return known[uri.path]
