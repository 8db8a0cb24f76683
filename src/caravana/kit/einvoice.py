"""The port of e-invoicing companies: what is asked of each and what it answers, in words that are the same for all.

A component of such a company, or of the tax authority itself, is an `EInvoiceComponent`. Its endpoints `<scheme>:<operation>`
take and give the dicts that are described here; what it cannot do stands in its `Capabilities` and is an explicit error. Every
address takes the option `connection`; without it the message's `connection` is meant. Routes that are to work with any company
write `einvoice:<operation>`, which hands over to the component that serves the connection.

**`prepare`** makes a document ready and sends nothing: it is rendered, checked by what the company or the SRI would check, and
where the hub signs, signed. It takes `document` (`kit.edocument.document`, as JSON) and `connection`, and answers the
*package*, which is kept before anything is sent and sent again unchanged on every repeat:

| key | holds |
| --- | --- |
| `provider`, `connection`, `cod_doc`, `reference` | who, and our name of the document |
| `access_key` | the clave de acceso; None where the company makes it |
| `number` | `001-001-000000123`; None where the company numbers |
| `key` | the idempotency key, where the company knows one; derived from reference and content |
| `content` | what will be sent, as text: the signed XML, or the request's JSON |
| `digest` | SHA-256 of `content` |

It raises `Refused` with code `invalid` when the document cannot be issued as it is; `body` is the list of its problems
(`kit.edocument.problem`).

**`submit`** takes a package and sends it; **`reissue`** sends a corrected package for a document that the company refused
(`request_id` of the first); **`query`** takes what names a document (`NAMES`) and asks how it stands; its `number` is the one
that was sent, None where the company numbers: another one in the answer is an alarm (class `taken`). All three answer a
*standing*:

| key | holds |
| --- | --- |
| `provider`, `connection`, `reference` | who |
| `known` | whether the company has such a document at all |
| `state`, `final` | a `State`; whether it can still change by itself |
| `access_key`, `number`, `request_id` | what the company calls it; None what it has not said yet |
| `status` | the company's own word |
| `authorization`, `authorized_at` | number and time (ISO 8601 with offset) of the authorisation |
| `environment` | `1` test, `2` live, as answered |
| `messages` | list of `code`, `text`, `detail`, `type` (`ERROR`, `ADVERTENCIA`, `INFORMATIVO`), texts all |
| `class` | what the messages ask for: a `Verdict`, or None |
| `mailed` | whether the company says that it has mailed the receiver; None: it does not say |

Only `authorised` is success: neither messages, HTTP 200, RECIBIDA nor a webhook is.

**`validate`** takes a package and answers `problems`, where there is a dry run. **`xml`** and **`pdf`** take what `query` takes
and answer `content` (XML text; PDF as base64), `provisional` (true: not the authorised form), `filename`. **`email`** takes
`recipients` besides and makes the company mail the document. **`find`** takes `connection`, `cod_doc`, `number` and answers
`documents`, a list of standings: whose number is it. **`notification`** (from) hands in hints: `provider`, `connection`,
`access_key`, `request_id`, `event` (its name, once for each), `status`; a reason to ask, never a proof.

Annulment is no operation: in Ecuador a person annuls on the SRI's page.
"""

from abc import abstractmethod
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Literal

from caravana.kit.component import Component, Side
from caravana.kit.errors import Refused

NAMES = ("connection", "access_key", "request_id", "reference", "cod_doc", "number")
"""What names a document in a question."""


class Unsupported(Refused):
    """The company has no such operation, or not for this type of document; nothing was sent."""


class Operation(StrEnum):
    """What an e-invoicing company may be asked for; stands after `<scheme>:`."""

    PREPARE = "prepare"
    SUBMIT = "submit"
    REISSUE = "reissue"
    QUERY = "query"
    FIND = "find"
    VALIDATE = "validate"
    XML = "xml"
    PDF = "pdf"
    EMAIL = "email"
    NOTIFICATION = "notification"


class State(StrEnum):
    """How an electronic document stands. `draft` to `in_doubt` are the hub's, the others are told by the company."""

    DRAFT = "draft"
    QUEUED = "queued"
    SUBMITTING = "submitting"
    IN_DOUBT = "in_doubt"
    IN_PROCESS = "in_process"
    AUTHORISED = "authorised"
    NOT_AUTHORISED = "not_authorised"
    REJECTED = "rejected"
    NEEDS_ATTENTION = "needs_attention"
    ANNULLED = "annulled"


class Verdict(StrEnum):
    """What a refusal asks for (sheet of the SRI's codes).

    - `mend`: data or configuration must change; the number stays
    - `taxpayer`: the company must settle something with the SRI first
    - `taken`: the number is used by another document (45): nobody numbers on at that emission point
    - `wait`: still being worked on (70), ask later
    - `again`: the same bytes later (50, 99)
    """

    MEND = "mend"
    TAXPAYER = "taxpayer"
    TAKEN = "taken"
    WAIT = "wait"
    AGAIN = "again"


@dataclass(frozen=True)
class Capabilities:
    """What an e-invoicing company can do; one table for each component, shown in its documentation.

    - `operations`: which of `Operation` there are
    - `documents`: codDoc of the types it issues
    - `numbering`: `caller` (our number and clave are taken), `provider` (it numbers), `either`
    - `idempotent`: types for which a repeat with our key is the same document
    - `key_lifetime`: how long the key is remembered; None: not said
    - `lookup`: whether `query` finds a document by its clave alone, after a lost answer
    - `reissue_keeps_number`: whether a refused document is corrected under its number
    - `signs`: who holds the certificate: `hub` or `provider`
    - `mails`: whether the company mails the receiver by itself
    - `pdf`: `made` here or `fetched`
    - `signed_notifications`: how a notification proves its sender; `none`: it is a doorbell
    - `poll`: first wait before asking how a document stands, then twice as long each time up to `poll_max`
    """

    operations: frozenset[Operation]
    documents: frozenset[str]
    numbering: Literal["caller", "provider", "either"]
    lookup: bool
    signs: Literal["hub", "provider"]
    mails: bool
    pdf: Literal["made", "fetched"]
    signed_notifications: Literal["hmac", "none"]
    idempotent: frozenset[str] = field(default_factory=frozenset)
    key_lifetime: timedelta | None = None
    reissue_keeps_number: bool = True
    poll: timedelta = timedelta(seconds=3)
    poll_max: timedelta = timedelta(minutes=10)

    def need(self, operation: Operation, company: str, cod_doc: str | None = None) -> None:
        """Raise `Unsupported` when the company has no `operation`, or does not issue that type."""
        if operation not in self.operations:
            raise Unsupported(f"{company} has no `{operation}`", code="unsupported")
        if cod_doc is not None and cod_doc not in self.documents:
            raise Unsupported(f"{company} does not issue documents of type {cod_doc}", code="unsupported")


class EInvoiceComponent(Component):
    """A component of an e-invoicing company."""

    capabilities: ClassVar[Capabilities]
    company: ClassVar[str] = ""
    """The company's name as clerks read it; without it the component's title."""

    @abstractmethod
    def environment(self, name: str) -> Literal["1", "2"]:
        """Return the SRI's environment of connection `name`: 1 test (pruebas), 2 live (producción).

        Raises `ConfigurationError`.
        """

    def side(self, name: str) -> Side:
        """Return what the connection's `ambiente` says: a live profile with environment 1 refuses to start."""
        ambiente = self.environment(name)
        return Side("test" if ambiente == "1" else "live", f"connections.{name}.ambiente", ambiente)

    def capabilities_of(self, name: str) -> Capabilities:
        """Return what connection `name` can do, where its settings (a contract version) change it."""
        return self.capabilities
