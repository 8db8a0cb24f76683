"""A customer: found by tax id, then phone, then e-mail, and made once. Where more than one fits, a person has to say who it is.

`asked` is what a request says, in one form: name, tax_id, tax_id_type, tax_ids (all numbers of the person), phone (E.164),
email (small letters), street, city, zip, is_company, remarks; what it does not say is left out.
`found` are Odoo's records as the route `shop-find` reads them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from caravana.commerce.shop import identity
from caravana.commerce.shop.model import CustomerChange, CustomerFields, CustomerReference, NewCustomer, plain
from caravana.commerce.shop.refusal import Field, fields_of, refuse_fields

Asked = dict[str, Any]
Found = Mapping[str, Any]

KNOWN_BY = ("tax_id", "phone", "email")
SAME = ("name", "street", "city", "zip", "is_company")
"""Fields that have one name here and in Odoo."""


def read_new(body: Any, country: str) -> Asked:
    """Return what a request for a new customer says. Raises `Refused` naming every wrong field."""
    asked = _read(NewCustomer, body, country)
    if not any(asked.get(name) for name in KNOWN_BY):
        raise refuse_fields([{"field": "tax_id", "message": "a customer is known by tax_id, phone or email: give one"}])
    return asked


def read_change(body: Any, country: str) -> Asked:
    """Return what a request for a change says. Raises `Refused` naming every wrong field."""
    return _read(CustomerChange, body, country)


def read_reference(reference: CustomerReference, country: str, place: str = "customer") -> Asked:
    """Return by what an order's customer is known. Raises `Refused`."""
    given = plain(reference)
    asked, wrong = _identities(given, country)
    if wrong:
        raise refuse_fields({**one, "field": f"{place}.{one['field']}"} for one in wrong)
    return {**asked, "id": given["id"]} if "id" in given else asked


def _read(model: type[CustomerFields], body: Any, country: str) -> Asked:
    try:
        given = plain(model.model_validate(body if isinstance(body, Mapping) else {"": body} if body else {}))
    except ValidationError as error:
        raise refuse_fields(fields_of(error)) from None
    asked, wrong = _identities(given, country)
    if wrong:
        raise refuse_fields(wrong)
    return {**{name: given[name] for name in (*SAME, "branch") if name in given}, **asked}


def _identities(given: Mapping[str, Any], country: str) -> tuple[Asked, list[Field]]:
    """The identities in one form, and those that cannot be read."""
    asked: Asked = {}
    wrong: list[Field] = []

    def take(name: str, read: Callable[[str], Any]) -> Any:
        if name not in given:
            return None
        try:
            asked[name] = read(str(given[name]))
        except ValueError as error:
            wrong.append({"field": name, "message": str(error)})
        return asked.get(name)

    tax = take("tax_id", lambda text: identity.read_tax_id(text, given.get("tax_id_type")))
    if tax is not None:
        asked |= {"tax_id": tax.number, "tax_id_type": tax.kind, "tax_ids": list(tax.numbers)}
        asked["remarks"] = [tax.remark] if tax.remark else []
    take("phone", lambda text: identity.read_phone(text, country))
    take("email", identity.read_email)
    return asked, wrong


def key_of(asked: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return by what a customer is known best: (tax_id, phone or email; value). A RUC and the cédula in it are one person."""
    for name in KNOWN_BY:
        if asked.get(name):
            value = min(asked["tax_ids"], key=len) if name == "tax_id" else asked[name]
            return name, str(value)
    return None


def question(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the search for everybody whom one of `rows` may mean, archived ones included, users of Odoo not."""
    listed = list(rows)
    ids = sorted({one["id"] for one in listed if one.get("id")})
    terms: list[Any] = [["id", "in", ids]] if ids else []
    for field, name in (("vat", "tax_ids"), ("phone_sanitized", "phone"), ("email_normalized", "email")):
        if values := sorted({one for row in listed if not row.get("id") for one in _values(row.get(name))}):
            terms.append([field, "in", values])
    either = ["|"] * (len(terms) - 1) + terms if terms else [["id", "=", 0]]
    return {"domain": ["&", ["partner_share", "=", True], *either], "context": {"active_test": False}}


def _values(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [value] if value else []


def judge(asked: Mapping[str, Any], found: Sequence[Found]) -> dict[str, Any]:
    """Return whom `asked` means.

    `outcome`: `new`; `found` or `archived` with `id`; `review` with `kind` (two_records, shared_phone, shared_email) and `ids`.
    """
    if asked.get("id"):
        return _one(asked["id"], [one for one in found if one["id"] == asked["id"]])
    for by in KNOWN_BY:
        matches = _matches(by, asked, found)
        if by == "tax_id" and matches:
            return _by_tax_id(matches)
        living = [one for one in matches if one["active"]]
        if living:
            return _by_contact(by, asked, living)
    return {"outcome": "new"}


def _one(record: int, found: Sequence[Found]) -> dict[str, Any]:
    if not found:
        return {"outcome": "new"}
    return {"outcome": "found" if found[0]["active"] else "archived", "id": record}


def _matches(by: str, asked: Mapping[str, Any], found: Sequence[Found]) -> list[Found]:
    if not asked.get(by):
        return []
    if by != "tax_id":
        field = {"phone": "phone_sanitized", "email": "email_normalized"}[by]
        return [one for one in found if one[field] == asked[by]]
    for number in asked["tax_ids"]:
        if matches := [one for one in found if one["vat"] == number]:
            return matches
    return []


def _by_tax_id(matches: Sequence[Found]) -> dict[str, Any]:
    living = _entities(one for one in matches if one["active"])
    if len(living) > 1:
        return {"outcome": "review", "kind": "two_records", "ids": living}
    return {"outcome": "found", "id": living[0]} if living else {"outcome": "archived", "id": _entities(matches)[0]}


def _by_contact(by: str, asked: Mapping[str, Any], living: Sequence[Found]) -> dict[str, Any]:
    """A phone or address that is one customer's; one with another tax id, or quite another name, is another person."""
    entities = _entities(living)
    others = asked.get("tax_id") and any(one["vat"] and one["vat"] not in asked["tax_ids"] for one in living)
    strange = asked.get("name") and not any(identity.alike(asked["name"], one["name"] or "") for one in living)
    if others or strange or len(entities) > 1:
        return {"outcome": "review", "kind": f"shared_{by}", "ids": entities}
    return {"outcome": "found", "id": entities[0]}


def _entities(found: Iterable[Found]) -> list[int]:
    """The companies or persons that records belong to: a contact of a company is that company's."""
    return list(
        dict.fromkeys(one["commercial_partner_id"][0] if one["commercial_partner_id"] else one["id"] for one in found)
    )


def record(asked: Mapping[str, Any], country: str) -> dict[str, Any]:
    """Return the customer to be made in Odoo, under an external id that is the same whenever the same one is asked for."""
    kind = key_of(asked)
    values = _odoo(asked) | {"country_id": f"base.{country.lower()}"}
    if "tax_id" in asked:
        values["l10n_latam_identification_type_id"] = identity.TYPES[asked["tax_id_type"]]
    return {"external_id": identity.external_id("customer", *(kind or ())), "values": values}


def changes(asked: Mapping[str, Any], known: Found) -> dict[str, Any]:
    """Return the values of Odoo in which `known` differs from what is asked for; nothing is emptied.

    A tax id that is already there is never changed, it is filled in.
    """
    wanted = _odoo(asked)
    same = {"phone": known["phone_sanitized"] or known["phone"], "email": known["email_normalized"] or known["email"]}
    changed = {name: value for name, value in wanted.items() if value != same.get(name, known[name])}
    if known["vat"]:
        changed.pop("vat", None)
    return changed


def written(asked: Mapping[str, Any], known: Found) -> dict[str, Any]:
    """Return `changes`, with the identification type of a tax id that is filled in."""
    changed = changes(asked, known)
    kind = {"l10n_latam_identification_type_id": identity.TYPES[asked["tax_id_type"]]} if "vat" in changed else {}
    return {**changed, **kind}


def differences(asked: Mapping[str, Any], known: Found) -> list[str]:
    """Return remarks on what Odoo says otherwise than the request, which was not written."""
    names = {"vat": "tax_id"}
    return [
        f"{names.get(name, name)} is another in Odoo and was left as it is; PATCH changes it"
        for name, value in changes(asked, known).items()
    ]


def _odoo(asked: Mapping[str, Any]) -> dict[str, Any]:
    named = {"vat": "tax_id", "phone": "phone", "email": "email", **{name: name for name in SAME}}
    return {theirs: asked[ours] for theirs, ours in named.items() if ours in asked}


def shown(known: Found) -> dict[str, Any]:
    """Return a customer as answers show it."""
    return {
        "id": known["id"],
        "name": known["name"] or "",
        "tax_id": known["vat"],
        "phone": known["phone_sanitized"] or known["phone"],
        "email": known["email"],
        **{name: known[name] for name in ("street", "city", "zip")},
        "is_company": bool(known["is_company"]),
        "warnings": [],
    }
