"""The component: which address gives which producer or consumer, and one line for each connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import ClassVar

from caravana.component.facebook import comments, diagnosis, posts, sending
from caravana.component.facebook.body import PRIVATE_REPLY_LIFE
from caravana.component.facebook.line import Line
from caravana.component.facebook.people import PEOPLE, People
from caravana.component.facebook.producing import MADE, FacebookProducer
from caravana.component.facebook.receiving import FacebookConsumer, FacebookSplitter
from caravana.component.facebook.spec import MESSAGES, FacebookOptions, FacebookSettings, Operation
from caravana.kit.component import Component, Consumer, Endpoint, Finding, Local, Maturity, Severity, Side
from caravana.kit.errors import ConfigurationError
from caravana.kit.graph.posting import Door
from caravana.kit.graph.told import Telling
from caravana.kit.ports import Context, Receiver
from caravana.kit.uri import Uri

TOLD = "facebook.told"
"""Scope of what echoes told of messages that are under way, by the effect's key."""
FORGETS: Mapping[str, timedelta] = MappingProxyType(
    {
        TOLD: timedelta(days=8),
        comments.REPLIES: PRIVATE_REPLY_LIFE + timedelta(days=1),
        MADE: timedelta(days=60),
        PEOPLE: timedelta(days=60),
    }
)
"""How long it is kept what echoes told, which comment was answered, what we made, and when somebody read."""


class FacebookComponent(Component):
    """Facebook pages and Messenger."""

    scheme = "facebook"
    title = "Facebook"
    syntax = "facebook:operation"
    doc = (
        "Works on a Facebook page and in its Messenger. Operations: post, photo, edit, delete, posts, comment, comments, "
        "hide, private_reply, text, buttons, cards, media, read, typing, contact, split (to); events (from)."
    )
    maturity = Maturity.BETA
    forgets: ClassVar[Mapping[str, timedelta]] = FORGETS
    options = FacebookOptions
    connection = FacebookSettings

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self.telling = Telling(context, TOLD)
        self.people = People(context)
        self._lines: dict[str, Line] = {}

    def create(self, uri: Uri, options: FacebookOptions) -> "FacebookEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation that there is not, and `split` without `others`."""
        operation = _operation(uri)
        if operation is Operation.SPLIT and options.others is None:
            raise ConfigurationError(
                "`facebook:split` needs `others`: what has no address of its own must go somewhere",
                place=str(uri),
                suggestion="others=seda:facebook-others",
            )
        return FacebookEndpoint(uri, options, self.context, self, operation)

    def line(self, name: str) -> Line:
        """Return the line of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        if name not in self._lines:
            self._lines[name] = Line.open(name, self.connection_settings(name), self.context)
        return self._lines[name]

    def side(self, name: str) -> Side:
        """Return whether customers are reached."""
        settings: FacebookSettings = self.connection_settings(name)
        return settings.side(name)

    async def diagnose(self, name: str) -> list[Finding]:
        """Ask Meta whether token, page and subscriptions are right."""
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
class FacebookEndpoint(Endpoint):
    """One `facebook:` address."""

    component: FacebookComponent
    operation: Operation

    @property
    def connection(self) -> str:
        """`facebook:<connection>`, where the message names no other."""
        return f"facebook:{self.options.connection}"

    def producer(self) -> FacebookProducer | Local:
        """Return the call. Raises `ConfigurationError` for `events` and for wrong settings."""
        options: FacebookOptions = self.options
        owner, line_of, name = self.component, self.component.line, options.connection
        if self.operation in MESSAGES:
            return sending.Send(line_of, name, self.operation, owner.telling)
        match self.operation:
            case Operation.SPLIT:
                return FacebookSplitter(self.context, options, line_of, owner.telling, owner.people)
            case Operation.READ | Operation.TYPING:
                return sending.Mark(line_of, name, typing=self.operation is Operation.TYPING)
            case Operation.PRIVATE_REPLY:
                return comments.PrivateReply(line_of, name, owner.telling)
            case Operation.CONTACT:
                return sending.ContactState(line_of, name, owner.people)
        made = PRODUCERS.get(self.operation)
        if made is None:
            raise ConfigurationError("`facebook:events` cannot be sent to", place=str(self.uri))
        return made(line_of, name)

    def consumer(self, receiver: Receiver) -> Consumer:
        """Return the receiver of webhooks. Raises `ConfigurationError` for any other operation."""
        if self.operation is not Operation.EVENTS:
            raise ConfigurationError(
                f"`facebook:{self.uri.path}` cannot be consumed from",
                place=str(self.uri),
                suggestion="facebook:events",
            )
        options: FacebookOptions = self.options
        name = options.connection
        door = Door(name, webhook_path(name), self.component.line(name).settings)
        return FacebookConsumer([door], options.max_body, self.context.listener, receiver)


PRODUCERS: dict[Operation, type[FacebookProducer]] = {
    Operation.POST: posts.Post,
    Operation.PHOTO: posts.Photo,
    Operation.EDIT: posts.Edit,
    Operation.DELETE: posts.Delete,
    Operation.POSTS: posts.ListPosts,
    Operation.COMMENT: comments.Comment,
    Operation.COMMENTS: comments.ListComments,
    Operation.HIDE: comments.Hide,
}


def webhook_path(connection: str) -> str:
    """Return where Meta's webhooks for `connection` come in."""
    return f"/facebook/{connection}"


def _operation(uri: Uri) -> Operation:
    known: dict[str, Operation] = {one.value: one for one in Operation}
    if uri.path not in known:
        raise ConfigurationError(
            f"`facebook:{uri.path}` is no operation", place=str(uri), suggestion=f"one of {', '.join(known)}"
        )
    return known[uri.path]
