"""What can be set: the options of an address and the settings of a connection."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from caravana.kit.graph.posting import MOST_BYTES
from caravana.kit.graph.settings import GraphSettings
from caravana.kit.options import Duration, Options


class Operation(StrEnum):
    """What stands after `instagram:`."""

    EVENTS = "events"
    SPLIT = "split"
    POST = "post"
    MEDIA = "media"
    LIMIT = "limit"
    COMMENT = "comment"
    REPLY = "reply"
    COMMENTS = "comments"
    HIDE = "hide"
    DELETE = "delete"


class InstagramOptions(Options):
    """Options of one `instagram:` address."""

    connection: str = Field(default="instagram", pattern=r"^[A-Za-z0-9_-]+$", description="name of the connection")
    comments: str | None = Field(
        default=None, pattern=r"^seda:.+$", description="`split` only: where new comments of people go"
    )
    messages: str | None = Field(
        default=None, pattern=r"^seda:.+$", description="`split` only: where direct messages of people go"
    )
    others: str | None = Field(
        default=None, pattern=r"^seda:.+$", description="`split` only: where all else goes, so that nothing is lost"
    )
    oldest: Duration = Field(
        default=timedelta(days=8),
        description="`split` only: older updates go to `others`: they may be repetitions that nobody knows any more; 0: any age",
    )
    max_body: int = Field(default=MOST_BYTES, gt=0, description="`events` only: largest body taken, in bytes")


class InstagramSettings(GraphSettings):
    """Settings of one connection: a professional account at Instagram."""

    account: str = Field(pattern=r"^\d+$", description="id of the Instagram account (not its name)")
    poll: Duration = Field(
        default=timedelta(seconds=5), description="how often it is asked whether Meta has prepared a post"
    )
    check_pictures: bool = Field(
        default=True, description="whether each picture is fetched and judged before Meta is given its address"
    )
