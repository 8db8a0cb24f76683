"""A contact of Odoo as a person of an electronic document: which type of identification he has, and where he lives.

Odoo tells the type by a record whose name is translated; what does not change is whether it is a tax number and of which country:

| Odoo's type | SRI |
| --- | --- |
| 9999999999999 of any type | 07 consumidor final |
| RUC (`l10n_ec.ec_ruc`: tax number of Ecuador) | 04 |
| cédula (`l10n_ec.ec_dni`: of Ecuador, no tax number) | 05 |
| passport (`l10n_latam_base.it_pass`, `l10n_ec.ec_passport`) | 06 |
| foreign identification (`l10n_latam_base.it_fid`), a tax number of another country | 08 |
| general tax number (`l10n_latam_base.it_vat`), of a contact in Ecuador or of none | by its digits: 13 are 04, 10 are 05 |

Odoo's own module made foreign tax numbers 06, an older one 08; here they are 08, which the SRI calls identification from abroad.
"""

from collections.abc import Mapping
from typing import Any

from caravana.kit.edocument.codes import (
    CEDULA,
    CONSUMIDOR_FINAL,
    EXTERIOR,
    FINAL_CONSUMER_ID,
    FINAL_CONSUMER_NAME,
    PASAPORTE,
    RUC,
)
from caravana.kit.edocument.identity import kind_of

HOME = "EC"
Contact = Mapping[str, Any]


def persona(identity: Contact | None, contact: Contact | None) -> dict[str, Any]:
    """Return the canonical person: `identity` is the contact whose number counts, `contact` says where to reach him.

    What is missing is an empty text, which the checks tell.
    """
    identity, contact = identity or {}, contact or {}
    number = "".join(str(identity.get("vat") or "").split())
    kind = identification(identity, number)
    name = FINAL_CONSUMER_NAME if kind == CONSUMIDOR_FINAL else str(identity.get("name") or contact.get("name") or "")
    found = {"tipoIdentificacion": kind, "identificacion": number, "razonSocial": " ".join(name.split())}
    more = {"direccion": address(contact), "email": contact.get("email"), "telefono": contact.get("phone")}
    return found | {key: value.strip() for key, value in more.items() if value and value.strip()}


def identification(contact: Contact, number: str) -> str:
    """Return tipoIdentificacion of a contact with that number."""
    if number == FINAL_CONSUMER_ID:
        return CONSUMIDOR_FINAL
    kind = contact.get("l10n_latam_identification_type_id") or {}
    of_type, home = _country(kind), _country(contact) in (None, HOME)
    if of_type == HOME:
        if kind.get("is_vat"):
            return RUC
        return PASAPORTE if _is_passport(kind) else CEDULA
    if of_type is not None:
        return EXTERIOR
    if kind and not kind.get("is_vat"):
        return PASAPORTE if _is_passport(kind) else EXTERIOR
    return (kind_of(number) or RUC) if home else EXTERIOR


def address(contact: Contact | None) -> str:
    """Return street and town on one line."""
    parts = [str((contact or {}).get(name) or "") for name in ("street", "street2", "city")]
    return ", ".join(one for one in (" ".join(part.split()) for part in parts) if one)


def _country(record: Mapping[str, Any]) -> str | None:
    country = record.get("country_id")
    return country.get("code") if isinstance(country, Mapping) else None


def _is_passport(kind: Mapping[str, Any]) -> bool:
    """By its name, which Odoo has in the user's language: Passport, Pasaporte, Passeport."""
    return str(kind.get("name") or "").casefold().startswith("pas")


__all__ = ["address", "identification", "persona"]
