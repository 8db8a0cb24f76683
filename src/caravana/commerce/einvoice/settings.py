"""What a company sets for electronic documents, as read from its configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict


class Company(TypedDict):
    """A connection to an e-invoicing company, as the flow needs it.

    - `provider`: scheme of its component; `company`: its name, as people read it
    - `operations`, `documents`, `numbering`, `lookup`, `mails`: its capabilities
    - `environment`: the SRI's, 1 test, 2 live
    - `poll`, `poll_max`: its clock, in seconds
    """

    provider: str
    company: str
    operations: Sequence[str]
    documents: Sequence[str]
    numbering: str
    lookup: bool
    mails: bool
    environment: str
    poll: float
    poll_max: float


class Point(TypedDict):
    """An emission point.

    - `connections`: who issues each type of document, by codDoc; `standby`: who does when that one is away
    - `numbering`: who numbers, `odoo` or `provider`
    - `ordered`: one document after the other, so that numbers are sent without gaps
    - `mail`: who mails the receiver: `provider`, `hub`, `odoo` or `nobody`
    - `address`: of the establishment, printed on its documents; None: that of Odoo's journal
    - `journals`: numbers of Odoo's journals whose documents are of this point, where the journal does not say it
    """

    connections: Mapping[str, str]
    standby: Mapping[str, str]
    numbering: str
    ordered: bool
    mail: str
    address: str | None
    journals: Sequence[int]


@dataclass(frozen=True)
class EInvoiceSettings:
    """What a company sets for electronic documents.

    - `zone`: the company's time zone; `issuer`: who issues, in the words of `kit.edocument.document.Emisor`
    - `points`: the emission points, by `001-001`; `companies`: the connections that serve them, or did
    - `withholding`, `settlement`, `guide`: the emission point of withholdings, purchase settlements and guías; None: none
    - `final_consumer_limit`: most that an invoice to consumidor final may be, in dollars, as a text
    - `oldest`: seconds of age that a document may have when it is sent
    - `late`: seconds after which a document that is not sent is told
    - `look`: seconds after which a document with problems is first looked at again in Odoo
    - `fields`: fields of Odoo that hold what it does not bring, by what they hold (`odoo_fields`)
    - `taxes`: taxes or groups of Odoo, by name → the SRI's codes, as `3/3680`, before the table of `taxes`
    - `allow_zero`: whether a document may come to 0.00
    - `schemas`: a folder of the SRI's own schemas that documents are checked by, too
    - `export_costs`: codes of products whose lines are a cost of an export beside the goods → which one (`export.COSTS`)
    - `mailer`: the connection by which the hub mails
    """

    company: str
    zone: str
    issuer: Mapping[str, Any]
    points: Mapping[str, Point]
    companies: Mapping[str, Company]
    withholding: str | None = None
    settlement: str | None = None
    guide: str | None = None
    final_consumer_limit: str = "50.00"
    oldest: float = 86_400.0
    late: float = 300.0
    look: float = 300.0
    fields: Mapping[str, str] = field(default_factory=dict)
    mailer: str | None = None
    taxes: Mapping[str, str] = field(default_factory=dict)
    allow_zero: bool = False
    schemas: str | None = None
    export_costs: Mapping[str, str] = field(default_factory=dict)


__all__ = ["Company", "EInvoiceSettings", "Point"]
