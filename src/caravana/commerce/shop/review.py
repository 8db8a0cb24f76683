"""What a person has to settle before a customer can be found: which item, in which words."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

TEXTS = {
    "two_records": "Dos o más fichas tienen la misma identificación: combínelas en Odoo (Contactos, Combinar) "
    "o archive la que sobra.",
    "shared_phone": "El teléfono es de más de una ficha, o de alguien con otro nombre u otra identificación: "
    "corrija las fichas en Odoo, o cree allí al cliente nuevo.",
    "shared_email": "El correo es de más de una ficha, o de alguien con otro nombre u otra identificación: "
    "corrija las fichas en Odoo, o cree allí al cliente nuevo.",
}
"""What the clerk reads, by kind."""
MESSAGES = {
    "two_records": "two records of Odoo have this tax id",
    "shared_phone": "this phone is that of more than one customer, or of one with another name or tax id",
    "shared_email": "this e-mail is that of more than one customer, or of one with another name or tax id",
}
"""What the caller reads, by kind."""


def review(
    asked: Mapping[str, Any], verdict: Mapping[str, Any], found: Sequence[Mapping[str, Any]], now: datetime
) -> dict[str, Any]:
    """Return the item for the list; the same question gives the same item."""
    ids = verdict["ids"]
    names = [str(one["name"]) for one in found if one["id"] in ids]
    known = {name: asked[name] for name in ("tax_id", "phone", "email") if asked.get(name)}
    digest = hashlib.blake2b(repr(sorted(known.items())).encode(), digest_size=4).hexdigest()
    return {
        "key": f"customer/{verdict['kind']}/{'-'.join(map(str, ids))}/{digest}",
        "kind": verdict["kind"],
        "summary": "Revisar cliente",
        "title": "which customer is it?",
        "text": f"{TEXTS[verdict['kind']]} Fichas: {', '.join(names)}.",
        "detail": f"Se pidió: {asked['name']}." if asked.get("name") else "",
        "record": {"model": "res.partner", "id": ids[0]},
        "since": now.isoformat(timespec="seconds"),
    }
