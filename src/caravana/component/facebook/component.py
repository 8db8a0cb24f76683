"""The component: which address gives which producer or consumer, and one line for each connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, ClassVar

from caravana.component.facebook import comments, diagnosis, posts, sending
from caravana.component.facebook.body import PRIVATE_REPLY_LIFE
from caravana.component.facebook.line import Line
from caravana.component.facebook.people import PEOPLE, People
from caravana.component.facebook.producing import MADE, FacebookProducer
from caravana.component.facebook.receiving import FacebookConsumer, FacebookSplitter
from caravana.component.facebook.spec import MESSAGES, FacebookOptions, FacebookSettings, Operation
from caravana.kit.component import Consumer, Endpoint, Finding, Local, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.graph.lines import GraphComponent, need_others, only, operation_of, webhook_path
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
        comments.ANSWERS: timedelta(days=60),
        MADE: timedelta(days=60),
        PEOPLE: timedelta(days=60),
    }
)
"""How long it is kept what echoes told, which comment was answered, what we made, and when somebody read."""


class FacebookComponent(GraphComponent[Line]):
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

    def create(self, uri: Uri, options: FacebookOptions) -> "FacebookEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation that there is not, and `split` without `others`."""
        operation = operation_of(uri, Operation)
        if operation is Operation.SPLIT:
            need_others(uri, options.others)
        return FacebookEndpoint(uri, options, self.context, self, operation)

    def open_line(self, name: str, settings: Any) -> Line:
        """Return the line of connection `name`, new."""
        return Line.open(name, settings, self.context)

    async def examine(self, line: Line, url: str) -> list[Finding]:
        """Return what Meta says of the connection."""
        return await diagnosis.diagnose(line, url)


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
        only(self.uri, Operation.EVENTS)
        options: FacebookOptions = self.options
        name = options.connection
        door = Door(name, webhook_path(self.component.scheme, name), self.component.line(name).settings)
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
