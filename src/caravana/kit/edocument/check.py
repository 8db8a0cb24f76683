"""Everything that is wrong with a document, at once and before anything is sent: by the SRI's rules and by good sense.

What a rule says stands in the small modules: people (`check_people`), days (`check_dates`), codes (`check_codes`), lines
(`check_lines`), sums (`amounts`), structure (`structure`, `official`). A check digit, and what the SRI only remarks on, are
warnings: they are told, and the document is sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from lxml import etree

from caravana.kit.edocument.amounts import check_amounts
from caravana.kit.edocument.check_codes import check_codes
from caravana.kit.edocument.check_dates import check_dates
from caravana.kit.edocument.check_lines import check_lines
from caravana.kit.edocument.check_people import check_people
from caravana.kit.edocument.clave import clave_of
from caravana.kit.edocument.document import AnyDocument
from caravana.kit.edocument.mending import canonical_place, with_fields
from caravana.kit.edocument.official import OfficialSchemas
from caravana.kit.edocument.problem import Problem
from caravana.kit.edocument.structure import check_root
from caravana.kit.edocument.xml import to_xml

FINAL_CONSUMER_LIMIT = Decimal("50.00")
"""Most that a factura to consumidor final may come to, in US dollars and with taxes."""
OLDEST = timedelta(days=1)
"""How old a document may be when it is sent: since 2026 it is due at its emission; a day bears an outage over midnight."""
_ANY_NUMBER = "000000001"
_ANY_CLAVE = "0" * 49
_TAX_TOTALS = "totalConImpuestos"


@dataclass(frozen=True)
class Rules:
    """What a document is held against.

    - `today`: the company's calendar day
    - `final_consumer_limit`: most that a factura to consumidor final may come to
    - `oldest`: age from which on a document is not sent any more
    - `allow_zero`: whether a document may come to 0.00
    - `schemas`: the SRI's own schemas, where the company has them
    """

    today: date
    final_consumer_limit: Decimal = FINAL_CONSUMER_LIMIT
    oldest: timedelta = OLDEST
    allow_zero: bool = False
    schemas: OfficialSchemas | None = None


def check(document: AnyDocument, rules: Rules) -> list[Problem]:
    """Return all that is wrong with the document, errors and warnings, each with the field to mend where it is known.

    Raises `ConfigurationError` when there are official schemas, but none for this type.
    """
    found = [
        *check_people(document, rules.final_consumer_limit),
        *check_dates(document, rules.today, rules.oldest),
        *check_codes(document),
        *check_lines(document, allow_zero=rules.allow_zero),
        *check_amounts(document),
    ]
    told = {one.where for one in found if one.severity == "error"}
    if any(one.code in ("tax.missing", "line.none") for one in found):
        told.add(_TAX_TOTALS)  # there are none because of that
    found += [one for one in check_structure(document, rules.schemas) if one.where not in told]
    return with_fields(found, document.cod_doc)


def check_structure(document: AnyDocument, schemas: OfficialSchemas | None = None) -> list[Problem]:
    """Return what is wrong with the structure of the document's XML, by places of the canonical document.

    A document that the company will number is checked with any number. The official schemas speak where our table is silent.
    """
    if document.secuencial is None:
        document = document.model_copy(update={"secuencial": _ANY_NUMBER})
    xml = to_xml(document, _clave(document))
    root = etree.fromstring(xml.content)
    wrong = list(_placed(check_root(root, document.cod_doc)))
    if schemas is not None and not wrong:
        wrong = list(_placed(schemas.check_root(root, document.cod_doc)))
    if len(wrong) > 1:  # what makes up the clave is told itself
        wrong = [one for one in wrong if one.where != "claveAcceso"]
    return [*wrong, *_placed(xml.problems)]


def _clave(document: AnyDocument) -> str:
    """Return the document's clave; any where what it is made of has no digits, which is told itself."""
    try:
        return str(clave_of(document))
    except ValueError:
        return _ANY_CLAVE


def _placed(problems: "list[Problem] | tuple[Problem, ...]") -> Iterator[Problem]:
    for one in problems:
        yield replace(one, where=canonical_place(one.where))


__all__ = ["FINAL_CONSUMER_LIMIT", "OLDEST", "Rules", "check", "check_structure"]
