"""What a route gives to the producers: plain dicts, checked here before anything is sent, with Meta's lengths and counts."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from caravana.kit.graph.body import Body

SOON, FAR = timedelta(minutes=10), timedelta(days=30)
"""How far ahead Meta takes a scheduled post."""
PRIVATE_REPLY_LIFE = timedelta(days=7)
"""How long after a comment a private reply may be sent."""


def _who(value: object) -> object:
    """A contact as an update has it (`body.contact`), or any one name of it."""
    return value.get("psid") or value.get("id") if isinstance(value, dict) else value


Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,120}$")]
Web = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=2000)]
Who = Annotated[str, BeforeValidator(_who), StringConstraints(min_length=3, max_length=160)]
"""Whom it goes to: a contact's name, a page-scoped id, or an update's `contact`."""
Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
"""A text in Messenger."""
Label = Annotated[str, StringConstraints(min_length=1, max_length=20)]
Payload = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class Part(BaseModel):
    """Base of what bodies are made of."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# Posts and comments.


class Photo(Part):
    """One photo: of a public address, of bytes, or uploaded before."""

    url: Web | None = None
    content: bytes | None = None
    mime_type: Literal["image/jpeg", "image/png", "image/gif", "image/webp", "image/tiff"] = "image/jpeg"
    id: Id | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(one is not None for one in (self.url, self.content, self.id)) != 1:
            raise ValueError("give one of `url`, `content`, `id`")
        return self


class PostBody(Body):
    """A post. It always has a text, for by its text it is found when an answer was lost."""

    message: Annotated[str, StringConstraints(min_length=1, max_length=63_206, strip_whitespace=True)]
    link: Web | None = None
    photos: list[Photo] = Field(default_factory=list, max_length=10)
    at: AwareDatetime | None = Field(default=None, description="when it appears; None: at once")

    @model_validator(mode="after")
    def _link_or_photos(self) -> Self:
        if self.link is not None and self.photos:
            raise ValueError("a post has a link or photos, not both")
        return self


class PhotoBody(Body, Photo):
    """A photo that is uploaded without being published."""


class EditBody(Body):
    """A post's or comment's new text."""

    id: Id
    message: Annotated[str, StringConstraints(min_length=1, max_length=63_206)]


class NodeBody(Body):
    """A post, photo or comment."""

    id: Id


class PostsBody(Body):
    """The page's latest posts."""

    limit: int = Field(default=25, gt=0, le=100)
    scheduled: bool = False


class CommentBody(Body):
    """A comment of the page: on a post, or in answer to a comment. `once`: no other message may have answered there so."""

    on: Id
    message: Annotated[str, StringConstraints(min_length=1, max_length=8000, strip_whitespace=True)]
    once: bool = False


class HideBody(Body):
    """A comment that only its author and their friends shall see, or everybody again."""

    comment: Id
    hidden: bool = True


class PrivateReplyBody(Body):
    """A message to whoever wrote a comment: one for each comment, within seven days. `made`: when the comment was written."""

    comment: Id
    text: Words
    made: AwareDatetime | None = None


# Messenger.


class Button(Part):
    """One button: it opens `url`, sends `payload` back, or calls `phone`."""

    title: Label
    url: Web | None = None
    payload: Payload | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+\d{5,20}$")] | None = None

    @model_validator(mode="after")
    def _one_use(self) -> Self:
        if sum(one is not None for one in (self.url, self.payload, self.phone)) != 1:
            raise ValueError("give one of `url`, `payload`, `phone`")
        return self


class QuickReply(Part):
    """One answer to choose, which vanishes once something was said."""

    title: Label
    payload: Payload
    image: Web | None = None


class Outgoing(Body):
    """What every message has: whom it goes to, and answers to choose. `human`: a person wrote it, so it may go for 7 days."""

    to: Who
    choices: list[QuickReply] = Field(default_factory=list, max_length=13)
    human: bool = False


class TextBody(Outgoing):
    """A text."""

    text: Words


class ButtonsBody(Outgoing):
    """A text with one to three buttons."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=640)]
    buttons: list[Button] = Field(min_length=1, max_length=3)


class Card(Part):
    """One card: title, and what else it has."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    subtitle: Annotated[str, StringConstraints(min_length=1, max_length=80)] | None = None
    image: Web | None = None
    url: Web | None = None
    buttons: list[Button] = Field(default_factory=list, max_length=3)

    @model_validator(mode="after")
    def _more_than_a_title(self) -> Self:
        if not (self.subtitle or self.image or self.url or self.buttons):
            raise ValueError("a card needs more than its title")
        return self


class CardsBody(Outgoing):
    """One to ten cards side by side."""

    cards: list[Card] = Field(min_length=1, max_length=10)


class MediaBody(Outgoing):
    """A file, by a public address or by the id of an upload."""

    kind: Literal["image", "video", "audio", "file"]
    url: Web | None = None
    id: Id | None = None

    @model_validator(mode="after")
    def _one_file(self) -> Self:
        if (self.url is None) == (self.id is None):
            raise ValueError("give `url` or `id`")
        return self


class WhoBody(Body):
    """A person."""

    to: Who
