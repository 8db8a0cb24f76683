"""What a route gives to the producers: plain dicts, checked here before anything is sent, with Meta's lengths and counts."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from caravana.kit.graph.body import Body
from caravana.kit.graph.contact import is_bsuid, phone_of


def _who(value: object) -> object:
    """A contact as an update has it (`body.contact`), or any one name of it."""
    if isinstance(value, dict):
        return value.get("bsuid") or value.get("phone") or value.get("id")
    return value


Text = Annotated[str, StringConstraints(min_length=1)]
Sku = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Who = Annotated[str, BeforeValidator(_who), StringConstraints(min_length=3, max_length=160)]
"""Whom it goes to: a contact's name, a business-scoped id, a phone, or an update's `contact`."""


class TemplateUse(BaseModel):
    """A template with what is filled in. `parameters`: of the text, a list, or by name where the template has names.

    - `header`: text of the header's variable, or a file: `{document: {id | link, filename}}`, image, video
    - `buttons`: by number from 0: `payload:yes` of a quick reply, or the end of a link
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z0-9_]{1,512}$")
    language: str = Field(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")
    parameters: list[Text] | dict[str, Text] = Field(default_factory=list)
    header: Text | dict[Literal["image", "video", "document"], dict[str, str]] | None = None
    buttons: dict[int, Text] = Field(default_factory=dict)
    marketing: bool = False


class Outgoing(Body):
    """What every message may have: whom it goes to, what it answers, and the template for when the conversation is closed."""

    to: Who
    reply_to: str | None = None
    template: TemplateUse | None = None

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if not (is_bsuid(self.to) or phone_of(self.to) or ":" in self.to):
            raise ValueError("`to` is no contact, no business-scoped id and no phone number")
        return self


class TextBody(Outgoing):
    """A text; `preview`: show the page behind its first link."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    preview: bool = False


class MediaBody(Outgoing):
    """A file, by the id of an upload or by a public address."""

    kind: Literal["image", "video", "audio", "document", "sticker"]
    id: str | None = None
    link: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None
    caption: Annotated[str, StringConstraints(max_length=1024)] | None = None
    filename: Annotated[str, StringConstraints(max_length=240)] | None = None

    @model_validator(mode="after")
    def _one_file(self) -> Self:
        if (self.id is None) == (self.link is None):
            raise ValueError("give `id` or `link`")
        if self.caption is not None and self.kind in ("audio", "sticker"):
            raise ValueError(f"{self.kind} has no caption")
        if self.filename is not None and self.kind != "document":
            raise ValueError("only a document has a filename")
        return self


class TemplateBody(Body):
    """A template alone: the only thing that goes out while a conversation is closed."""

    to: Who
    reply_to: str | None = None
    template: TemplateUse


Body1024 = Annotated[str, StringConstraints(min_length=1, max_length=1024)]
Around = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class Interactive(Outgoing):
    """What messages with something to choose share."""

    text: Body1024
    footer: Around | None = None


class Button(BaseModel):
    """One button; its id comes back when it is tapped, perhaps weeks later."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    title: Annotated[str, StringConstraints(min_length=1, max_length=20)]


class Picture(BaseModel):
    """A picture above the text, by the id of an upload or by a public address."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str | None = None
    link: Annotated[str, StringConstraints(pattern=r"^https?://\S+$")] | None = None

    @model_validator(mode="after")
    def _one_file(self) -> Self:
        if (self.id is None) == (self.link is None):
            raise ValueError("give `id` or `link`")
        return self


class PictureHeader(BaseModel):
    """A header that is a picture: `{image: {id | link}}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    image: Picture


class ButtonsBody(Interactive):
    """Up to three buttons, under a text or a picture."""

    header: Around | PictureHeader | None = None
    buttons: Annotated[list[Button], Field(min_length=1, max_length=3)]

    @model_validator(mode="after")
    def _unlike(self) -> Self:
        _all_unlike([one.id for one in self.buttons], "ids of buttons")
        _all_unlike([one.title for one in self.buttons], "titles of buttons")
        return self


class Row(BaseModel):
    """One row of a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    title: Annotated[str, StringConstraints(min_length=1, max_length=24)]
    description: Annotated[str, StringConstraints(max_length=72)] | None = None


class Section(BaseModel):
    """Rows under a title; of several sections each needs one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, StringConstraints(max_length=24)] = ""
    rows: Annotated[list[Row], Field(min_length=1, max_length=10)]


class ListBody(Interactive):
    """Up to ten rows in all, behind a button."""

    header: Around | None = None
    button: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    sections: Annotated[list[Section], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _ten_rows(self) -> Self:
        rows = [row for one in self.sections for row in one.rows]
        if len(rows) > 10:
            raise ValueError(f"{len(rows)} rows; the most is 10 in all sections")
        if len(self.sections) > 1 and not all(one.title for one in self.sections):
            raise ValueError("of several sections each needs a title")
        _all_unlike([one.id for one in rows], "ids of rows")
        return self


class LinkBody(Interactive):
    """A button that opens an address."""

    header: Around | None = None
    label: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)]


class ProductBody(Outgoing):
    """One product of the catalogue."""

    sku: Sku
    text: Body1024 | None = None
    footer: Around | None = None


class Shelf(BaseModel):
    """Products under a title."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Annotated[str, StringConstraints(max_length=24)] = ""
    skus: Annotated[list[Sku], Field(min_length=1, max_length=30)]


class ProductsBody(Interactive):
    """Up to thirty products of the catalogue; it needs a header."""

    header: Around
    sections: Annotated[list[Shelf], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _thirty(self) -> Self:
        if sum(len(one.skus) for one in self.sections) > 30:
            raise ValueError("at most 30 products in all sections")
        if len(self.sections) > 1 and not all(one.title for one in self.sections):
            raise ValueError("of several sections each needs a title")
        return self


class CatalogBody(Outgoing):
    """The whole catalogue; `sku`: whose picture is shown."""

    text: Body1024
    footer: Around | None = None
    sku: Sku | None = None


class LocationRequestBody(Outgoing):
    """Asks where the person is."""

    text: Body1024


class LocationBody(Outgoing):
    """A place."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    name: Annotated[str, StringConstraints(max_length=1000)] | None = None
    address: Annotated[str, StringConstraints(max_length=1000)] | None = None


class ContactsBody(Outgoing):
    """Address cards, in Meta's form."""

    contacts: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=257)]


class ReactionBody(Body):
    """A sign on a message; an empty one takes it away."""

    to: Who
    message: Text
    emoji: Annotated[str, StringConstraints(max_length=30)] = ""


class MessageBody(Body):
    """Names a message that came in."""

    message: Text


LARGEST: Mapping[str, int] = {"image": 5 << 20, "video": 16 << 20, "audio": 16 << 20}
"""Most bytes of a file by the first part of its type; of a sticker (`image/webp`), and of all else."""
LARGEST_STICKER, LARGEST_FILE = 500 << 10, 100 << 20


class UploadBody(Body):
    """A file; what Meta would not take for its size is not sent."""

    content: bytes
    mime_type: Annotated[str, StringConstraints(pattern=r"^[\w.+-]+/[\w.+-]+(;.*)?$")]
    filename: Annotated[str, StringConstraints(min_length=1, max_length=240)] = "file"

    @model_validator(mode="after")
    def _not_too_large(self) -> Self:
        kind = self.mime_type.partition(";")[0]
        most = LARGEST_STICKER if kind == "image/webp" else LARGEST.get(kind.partition("/")[0], LARGEST_FILE)
        if not 0 < len(self.content) <= most:
            raise ValueError(f"the file has {len(self.content)} bytes; of {kind} Meta takes up to {most}")
        return self


class FileBody(Body):
    """Names a file: by its id, or as a message's content has it (`{id, mime_type, sha256, …}`)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: Text
    sha256: str | None = None


class NewTemplateBody(Body):
    """A template to be reviewed. `components` in Meta's form."""

    name: str = Field(pattern=r"^[a-z0-9_]{1,512}$")
    language: str = Field(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")
    category: Literal["UTILITY", "MARKETING", "AUTHENTICATION"]
    components: Annotated[list[dict[str, Any]], Field(min_length=1)]
    has_names: bool = Field(default=False, alias="named")


class TemplateNameBody(Body):
    """Names a template; without a language all of that name."""

    name: str = Field(pattern=r"^[a-z0-9_]{1,512}$")
    language: str | None = Field(default=None, pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")


class TemplatesBody(Body):
    """Which templates: all, or those in one state."""

    status: str | None = None


class WhoBody(Body):
    """Names a person, as any message to them does."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    to: Who


def _all_unlike(values: list[str], what: str) -> None:
    if len(set(values)) != len(values):
        raise ValueError(f"{what} must be unlike")
