"""The tax authority's imitation that all e-invoicing sandboxes share.

A sandbox holds one `Authority`, hands it what it takes (`receive_xml` with a signature or without, or `receive` with a `Filing`
of amounts), and answers its own clients by `consult`. Its steering addresses are `authority_routes`. What goes wrong is a `Plan`
for the next documents, `decide` or `show` for one that is there, or a field of `Rules` and `Trust`.
"""

from caravana.kit.authority.authority import IN_PROCESS, RETURNED, TAKEN, Authority, Entry, Receipt
from caravana.kit.authority.control import authority_routes
from caravana.kit.authority.filing import Amounts, Filing, Line, Tax, Unreadable, Withheld
from caravana.kit.authority.message import Mensaje, say
from caravana.kit.authority.plan import Plan, Showing
from caravana.kit.authority.register import AUTHORISED, REFUSED, Document, Received, Register
from caravana.kit.authority.render import render
from caravana.kit.authority.rule import Rules
from caravana.kit.authority.signature import Trust
from caravana.kit.authority.structure import SchemaFolder, Structure, by_table

__all__ = [
    "AUTHORISED",
    "IN_PROCESS",
    "REFUSED",
    "RETURNED",
    "TAKEN",
    "Amounts",
    "Authority",
    "Document",
    "Entry",
    "Filing",
    "Line",
    "Mensaje",
    "Plan",
    "Receipt",
    "Received",
    "Register",
    "Rules",
    "SchemaFolder",
    "Showing",
    "Structure",
    "Tax",
    "Trust",
    "Unreadable",
    "Withheld",
    "authority_routes",
    "by_table",
    "render",
    "say",
]
