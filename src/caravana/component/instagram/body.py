"""What a route gives to the producers: plain dicts, checked here before anything is sent."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from caravana.kit.graph.body import Body

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
Web = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=2000)]


class Picture(BaseModel):
    """One picture: its public address, and what it shows, for those who cannot see it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Web
    alt: Annotated[str, StringConstraints(max_length=1000)] | None = None


class PostBody(Body):
    """A post of one picture, or of 2 to 10 side by side."""

    caption: Annotated[str, StringConstraints(max_length=2200)] = ""
    pictures: list[Picture] = Field(min_length=1, max_length=10)

    @model_validator(mode="after")
    def _alt_of_one(self) -> Self:
        if len(self.pictures) > 1 and any(one.alt is not None for one in self.pictures):
            raise ValueError("`alt` is for a single picture")
        return self


class MediaBody(Body):
    """The latest posts."""

    limit: int = Field(default=25, gt=0, le=100)


class NothingBody(Body):
    """Nothing but, perhaps, the connection."""


class CommentBody(Body):
    """A comment of the account on a post, or in answer to a comment."""

    on: Id
    message: Annotated[str, StringConstraints(min_length=1, max_length=2200, strip_whitespace=True)]


class NodeBody(Body):
    """A post or comment."""

    id: Id


class HideBody(Body):
    """A comment that nobody shall see, or everybody again."""

    comment: Id
    hidden: bool = True
