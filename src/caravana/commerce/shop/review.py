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
        "title": "¿qué cliente es?",
        "text": f"{TEXTS[verdict['kind']]} Fichas: {', '.join(names)}.",
        "partner_ids": ids,
        "asked_name": asked.get("name"),
        "since": now.isoformat(timespec="seconds"),
    }


def activity(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the task on the first of the customers that tells the clerk in Odoo."""
    asked = f" Se pidió: {item['asked_name']}." if item.get("asked_name") else ""
    return {
        "id": item["partner_ids"][0],
        "summary": "Revisar cliente",
        "note": f"{item['text']}{asked}",
        "external_id": "review_" + "".join(one if one.isalnum() else "_" for one in item["key"]),
    }
