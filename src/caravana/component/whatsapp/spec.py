"""What can be set: the options of an address and the settings of a connection."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from caravana.kit.graph.posting import MOST_BYTES
from caravana.kit.graph.settings import GraphSettings
from caravana.kit.options import Duration, Options


class Operation(StrEnum):
    """What stands after `whatsapp:`."""

    MESSAGES = "messages"
    SPLIT = "split"
    TEXT = "text"
    MEDIA = "media"
    TEMPLATE = "template"
    BUTTONS = "buttons"
    LIST = "list"
    LINK = "link"
    PRODUCT = "product"
    PRODUCTS = "products"
    CATALOG = "catalog"
    LOCATION_REQUEST = "location_request"
    LOCATION = "location"
    CONTACTS = "contacts"
    REACTION = "reaction"
    READ = "read"
    TYPING = "typing"
    UPLOAD = "upload"
    DOWNLOAD = "download"
    DELETE_MEDIA = "delete_media"
    TEMPLATES = "templates"
    TEMPLATE_CREATE = "template_create"
    TEMPLATE_STATE = "template_state"
    TEMPLATE_DELETE = "template_delete"
    CONTACT = "contact"
    STATE = "state"


MESSAGES = frozenset(
    {
        Operation.TEXT,
        Operation.MEDIA,
        Operation.TEMPLATE,
        Operation.BUTTONS,
        Operation.LIST,
        Operation.LINK,
        Operation.PRODUCT,
        Operation.PRODUCTS,
        Operation.CATALOG,
        Operation.LOCATION_REQUEST,
        Operation.LOCATION,
        Operation.CONTACTS,
        Operation.REACTION,
    }
)
"""Operations that send a person something."""


class WhatsappOptions(Options):
    """Options of one `whatsapp:` address."""

    connection: str = Field(default="whatsapp", pattern=r"^[A-Za-z0-9_-]+$", description="name of the connection")
    messages: str | None = Field(
        default=None, pattern=r"^seda:.+$", description="`split` only: where messages of people go, e.g. `seda:chat`"
    )
    statuses: str | None = Field(
        default=None, pattern=r"^seda:.+$", description="`split` only: where statuses of our messages go"
    )
    others: str | None = Field(
        default=None,
        pattern=r"^seda:.+$",
        description="`split` only: where all else goes: reactions, events, what is unknown, broken or not for us",
    )
    oldest: Duration = Field(
        default=timedelta(days=8),
        description="`split` only: older updates go to `others`: they may be repetitions that nobody knows any more; 0: any age",
    )
    max_body: int = Field(default=MOST_BYTES, gt=0, description="`messages` only: largest body taken, in bytes")
    max_file: int = Field(default=16 << 20, gt=0, description="`download` only: largest file fetched, in bytes")


class WhatsappSettings(GraphSettings):
    """Settings of one connection: a WhatsApp Business account and its number."""

    number: str = Field(pattern=r"^\d+$", description="phone number id, where the branch names none (whatsappNumber)")
    account: str = Field(pattern=r"^\d+$", description="id of the WhatsApp Business account")
    catalog: str = Field(default="", pattern=r"^\d*$", description="id of the catalogue that the account shows")
    pair_burst: int = Field(
        default=10, gt=0, le=45, description="messages to one person at once; each must be paid back with `pairEvery`"
    )
    pair_every: Duration = Field(default=timedelta(seconds=6), description="time that each message to one person costs")
    messages_per_second: float = Field(
        default=40.0, gt=0, description="messages of the number, all processes together; Meta takes 80, in and out"
    )
