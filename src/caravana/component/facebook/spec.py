"""What can be set: the options of an address and the settings of a connection."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from caravana.kit.graph.posting import MOST_BYTES
from caravana.kit.graph.settings import GraphSettings
from caravana.kit.options import Duration, Options


class Operation(StrEnum):
    """What stands after `facebook:`."""

    EVENTS = "events"
    SPLIT = "split"
    POST = "post"
    PHOTO = "photo"
    EDIT = "edit"
    DELETE = "delete"
    POSTS = "posts"
    COMMENT = "comment"
    COMMENTS = "comments"
    HIDE = "hide"
    PRIVATE_REPLY = "private_reply"
    TEXT = "text"
    BUTTONS = "buttons"
    CARDS = "cards"
    MEDIA = "media"
    READ = "read"
    TYPING = "typing"
    CONTACT = "contact"


MESSAGES = frozenset({Operation.TEXT, Operation.BUTTONS, Operation.CARDS, Operation.MEDIA})
"""Operations that send a person something in Messenger."""


class FacebookOptions(Options):
    """Options of one `facebook:` address."""

    connection: str = Field(default="facebook", pattern=r"^[A-Za-z0-9_-]+$", description="name of the connection")
    messages: str | None = Field(
        default=None,
        pattern=r"^seda:.+$",
        description="`split` only: where messages and pressed buttons of people go, e.g. `seda:chat`",
    )
    comments: str | None = Field(
        default=None, pattern=r"^seda:.+$", description="`split` only: where new comments of people go"
    )
    echoes: str | None = Field(
        default=None, pattern=r"^seda:.+$", description="`split` only: where messages that the page wrote itself go"
    )
    receipts: str | None = Field(
        default=None, pattern=r"^seda:.+$", description="`split` only: where it goes what was delivered and read"
    )
    others: str | None = Field(
        default=None,
        pattern=r"^seda:.+$",
        description="`split` only: where all else goes: posts, changed comments, what is unknown, broken or not for us",
    )
    oldest: Duration = Field(
        default=timedelta(days=8),
        description="`split` only: older updates go to `others`: they may be repetitions that nobody knows any more; 0: any age",
    )
    max_body: int = Field(default=MOST_BYTES, gt=0, description="`events` only: largest body taken, in bytes")


class FacebookSettings(GraphSettings):
    """Settings of one connection: a page, and the pages of branches that the token may use."""

    page: str = Field(pattern=r"^\d+$", description="id of the page, where the branch names none (facebookPage)")
    quiet: Duration = Field(
        default=timedelta(hours=12),
        description="how long a person counts as being talked with after a colleague wrote to them on the page",
    )
