"""Settings of a connection to Odoo and options of an `odoo:` address."""

import ast
import json
from datetime import date, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator

from caravana.kit.effect import Kind
from caravana.kit.options import Duration, Options


def parse_names(value: object) -> tuple[str, ...]:
    """Return field names written `a,b`, as a JSON list or as a list. Raises `ValueError` for anything else."""
    if isinstance(value, str):
        text = value.strip()
        value = parse_literal(text) if text.startswith("[") else [part.strip() for part in text.split(",")]
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise ValueError("write names as `name,partner_id`")
    return tuple(one for one in value if one)


def parse_literal(value: object) -> Any:
    """Return the list or mapping of a JSON or Python text, as Odoo's own domains are written in both.

    Raises `ValueError` when the text is neither.
    """
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        pass
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        raise ValueError("this is neither JSON nor a Python literal") from None


Names = Annotated[tuple[str, ...], BeforeValidator(parse_names)]
Domain = Annotated[list[Any], BeforeValidator(parse_literal)]
Mapping = Annotated[dict[str, Any], BeforeValidator(parse_literal)]
Delay = Annotated[Duration | None, BeforeValidator(lambda value: None if value == "auto" else value)]

OperationName = Literal[
    "search",
    "read",
    "count",
    "exists",
    "fields",
    "lookup",
    "create",
    "write",
    "writeMany",
    "createOnce",
    "attach",
    "note",
    "activity",
    "closeActivity",
    "registerPayment",
    "invoiceFromOrder",
    "reverse",
    "reconcile",
]
Event = Literal["changed", "created", "once", "deleted", "closed"]


HOSTED_UNDER = ".odoo.com"
"""Where Odoo Online (xyz.odoo.com) and Odoo.sh (xyz.odoo.com, branch.dev.odoo.com) are; documented."""
PLACES = 32
"""Live calls that the gate lets in at once: so many can wait for their turn, and be merged."""


class OdooConnection(Options):
    """One Odoo database, and the user whose API key the hub uses."""

    url: str = Field(description="Address of Odoo, e.g. https://xyz.odoo.com, without a path.")
    database: str = Field(description="Name of the database.")
    api_key: SecretStr = Field(description="API key of the hub's own user, made in Odoo under Preferences, Security.")
    key_expires: date | None = Field(
        None, description="Day on which the key runs out, e.g. 2027-02-01; needed where Odoo does not show it."
    )
    site: Literal["test", "live"] | None = Field(
        None, description="Whether the company's books are kept here (live), or a copy to try things in (test)."
    )
    login: str = Field("", description="Login name of that user; needed for JSON-RPC (Odoo 18 and before).")
    protocol: Literal["auto", "json2", "jsonrpc"] = Field("auto", description="auto: JSON-2 from Odoo 19 on.")
    timeout: Duration = Field(
        timedelta(seconds=60), description="Longest wait for one answer; Odoo itself may take 35 s."
    )
    settle: Duration | None = Field(None, description="How long Odoo may still work on a call whose answer was lost.")
    hosted: bool | None = Field(
        None, description="Whether Odoo S.A. hosts it (Odoo Online, Odoo.sh); by default an address under odoo.com is."
    )
    rate: float | None = Field(
        None, gt=0, description="Calls per second at most, of all processes together; 10, hosted 1."
    )
    concurrency: int | None = Field(
        None,
        ge=1,
        le=64,
        description="Calls at once at most, in each process; 4, hosted 1. More than 4 to 8 bring little.",
    )
    look_every: Duration | None = Field(
        None, description="Time between two looks of a consumer whose address names no `delay`; 5s, hosted 1m."
    )
    language: str = Field("", description="Language of texts and messages, e.g. es_EC.")
    timezone: str = Field("", description="Zone whose calendar says what day it is in Odoo; the company's by default.")
    company_ids: tuple[int, ...] = Field(
        (), description="Companies that calls without a branch see and act for; the first is active."
    )
    context: dict[str, Any] = Field(default_factory=dict, description="Further context of every call.")
    external_module: str = Field(
        "caravana", pattern=r"^[A-Za-z0-9_]+$", description="Module part of external ids that name none."
    )
    hint_token: SecretStr | None = Field(None, description="Unguessable part of the address for Odoo's webhooks.")

    @property
    def is_hosted(self) -> bool:
        """Whether Odoo S.A. hosts it: what the settings say, else the address."""
        host = urlsplit(self.url).hostname or ""
        return self.hosted if self.hosted is not None else f".{host}".endswith(HOSTED_UNDER)

    @property
    def calls_a_second(self) -> float:
        """The rate that holds."""
        return self.rate or (1.0 if self.is_hosted else 10.0)

    @property
    def calls_at_once(self) -> int:
        """The concurrency that holds."""
        return self.concurrency or (1 if self.is_hosted else 4)

    @property
    def delay(self) -> timedelta:
        """How long consumers rest whose address does not say it."""
        return self.look_every or timedelta(seconds=60 if self.is_hosted else 5)

    @property
    def patience(self) -> timedelta:
        """How long a call may wait for its turn, in which nothing has been sent: twice as long as all places take."""
        return timedelta(seconds=30 + 2 * PLACES / self.calls_a_second)

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("write the address with http:// or https://")
        return value.rstrip("/")

    @field_validator("timeout")
    @classmethod
    def _positive(cls, value: timedelta) -> timedelta:
        if value <= timedelta(0):
            raise ValueError("must be longer than 0")
        return value

    @field_validator("hint_token")
    @classmethod
    def _unguessable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("must have at least 16 characters: it is the only proof of who calls")
        return value


class OdooOptions(Options):
    """Options of `odoo:<model>`."""

    connection: str = Field("odoo", description="Name of the connection.")
    operation: OperationName | None = Field(None, description="What to do; see the table of operations.")
    method: str | None = Field(
        None, pattern=r"^[a-z][a-z0-9_]*$", description="Any public method of the model, instead of an operation."
    )
    effect: Kind | None = Field(None, description="Effect kind of `method` when the table does not know it.")
    done_when: Domain | None = Field(
        None, description="Domain that all `ids` fulfil once `method` has been carried out; makes it verifiable."
    )
    repeat_unknown: bool = Field(False, description="Declare that doing it twice is harmless.")
    marked: bool = Field(
        False, description="note: write the effect's key below the text, so that it can be found again."
    )
    read_back: bool = Field(
        True,
        description="reconcile: read how both stand after every match; false: only where something may be left of the payment.",
    )
    optional: Names = Field((), description="write: fields that are left out where this Odoo does not have them.")
    settle: Duration | None = Field(None, description="Instead of the connection's.")
    context: Mapping = Field(default_factory=dict, description="Context of the calls, as JSON.")
    fields: Names = Field(
        (),
        description="Fields to read; no default: all of a model cost seconds. For read also `a.b`: `b` of what `a` links.",
    )
    max_age: Duration = Field(
        timedelta(0), description="search: how old a reply may be that is given again; for read see its body."
    )
    domain: Domain = Field(default_factory=list, description="Which records, as JSON or as Odoo writes it.")
    order: str = Field("", description="search: order of the records; needs `limit`.")
    limit: int | None = Field(None, ge=1, description="search: at most so many records.")
    branch: Literal["add", "take"] | None = Field(
        None,
        description="read, search: `add` tells the branch of each record under `branch` (where no single one fits, its company, "
        "warehouse and journal); `take` gives an exchange that has none the branch of the one record read.",
    )
    batch: int = Field(500, ge=1, le=5000, description="Records in one call.")
    event: Event = Field("changed", description="consumer: what makes a message.")
    born: str | None = Field(
        None,
        pattern=r"^[a-z_][a-z0-9_]*$",
        description="consumer: the date by which a record lies before or after the go-live line; by default the model's own.",
    )
    delay: Delay = Field(
        None, description="consumer: time between two looks; auto = the connection's `lookEvery`: 5s, hosted 1m."
    )
    overlap: Duration = Field(
        timedelta(minutes=5), description="consumer: how far to look back; longer than Odoo's longest transaction."
    )
    chunk: int = Field(200, ge=1, le=2000, description="consumer: messages stored in one transaction.")
    full_every: Duration = Field(
        timedelta(hours=1), description="consumer: time between two full comparisons; 0 = never."
    )
    branch_needed: bool = Field(
        True,
        description="consumer: a record of no configured branch, or of two, waits for a person; false: it goes on without.",
    )
    scope: str = Field("", description="consumer, event closed: the flow's records (`state:`) of the tasks it made.")
    bulk: bool = Field(False, description="consumer: bulk work, kept apart from live work.")
