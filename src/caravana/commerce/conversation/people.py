"""Who the customer is in Odoo: found by the phone that the network vouches for, or made once; identified for invoices."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any

from caravana.commerce.conversation import channel
from caravana.commerce.conversation.base import CONTACT, TalkMapping, Variables, first, result, scope_of, talk_key
from caravana.commerce.shop import customer, identity
from caravana.commerce.shop import review as reviews
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange
from caravana.kit.graph.contact import phone_of

TASK = (
    "Escríbale desde el buzón de Meta. Mientras esta actividad esté abierta, el asistente no le responde; al marcarla como "
    "hecha, vuelve a responder."
)
NETWORKS: Mapping[str, str] = {"message": "WhatsApp", "chat": "Messenger", "postback": "Messenger"}


class People(TalkMapping):
    """Between contacts and Odoo's customers."""

    @pure
    def customer_question(self, variables: Variables) -> dict[str, Any] | None:
        """Return the search for whom the contact may be; None when nothing vouches for anybody."""
        who = asked(variables)
        return customer.question([who]) if "phone" in who else None

    @pure
    def verdict(self, variables: Variables) -> dict[str, Any]:
        """Return whom the contact is: `{outcome: found, id}`, else `new`; with `kind` and `ids` where a person should look."""
        if not variables["found"]:
            return {"outcome": "new"}
        found = customer.judge({**asked(variables), "name": None}, variables["found"])
        return found if found["outcome"] == "found" else {**found, "outcome": "new"}

    @pure
    def customer_record(self, variables: Variables, headers: Mapping[str, Any]) -> dict[str, Any]:
        """Return the customer to be made, under an external id of the contact's, so that it is made once."""
        who = asked(variables)
        network = NETWORKS.get(variables["update"]["kind"], "WhatsApp")
        name = who.get("name") or who.get("phone") or f"Cliente de {network}"
        record = customer.record({**who, "name": name}, self._settings.country)
        return {**record, "external_id": identity.external_id("customer", "talk", str(headers.get(CONTACT)))}

    @pure
    def customer_reviews(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return what a person has to settle: the phone is that of several customers, and a record of its own was made."""
        verdict = variables["verdict"]
        if "kind" not in verdict:
            return []
        return [reviews.review(asked(variables), verdict, variables["found"], exchange.created)]

    @pure
    def customer_kept(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what is kept of the customer: the record, and the consent with the message that gave it."""
        verdict = variables["verdict"]
        made = verdict["outcome"] == "new"
        partner = int(variables["made"]["id"] if made else verdict["id"])
        consent = {"at": exchange.created.isoformat(), "message": variables["turn"]["now"]["message"]}
        return {"partner": partner, "consent": consent}

    @pure
    def consent_note(self, variables: Variables) -> dict[str, Any]:
        """Return the note on the customer that says since when they talk with the company, and by which message."""
        known, network = variables["known"], NETWORKS.get(variables["update"]["kind"], "WhatsApp")
        moment = self._now(datetime.fromisoformat(known["consent"]["at"]))[:16].replace("T", " ")
        text = f"Escribió por {network} y aceptó que se use para atenderle ({moment}, mensaje {known['consent']['message']})."
        return {"id": known["partner"], "body": f"<p>{escape(text)}</p>", "html": True}

    @pure
    def is_gone(self, variables: Variables) -> bool:
        """Whether the record that was kept is no longer in Odoo."""
        return variables["known"] is not None and not variables["people"]

    @pure
    def nobody(self) -> None:
        """Return nothing: whoever was known is not there any more."""

    @pure
    def customer(self, variables: Variables) -> dict[str, Any]:
        """Return the customer as the talk knows them."""
        return result("known", customer=self._customer(variables))

    def _customer(self, variables: Variables) -> dict[str, Any]:
        person, known = first(variables["people"]), variables["known"]
        typed = scope_of(variables).get("phone")
        return {
            "id": known["partner"],
            "name": person["name"] or "",
            "phone": person["phone_sanitized"] or person["phone"] or typed,
            "tax_id": person["vat"] or known.get("tax_id"),
            "invoice_to": known.get("invoice_to"),
        }

    @pure
    def phone_change(self, variables: Variables) -> dict[str, Any] | None:
        """Return the phone to be written: one that was typed, where the customer has none."""
        person, typed = first(variables["people"]), scope_of(variables).get("phone")
        return {"ids": [person["id"]], "values": {"phone": typed}} if typed and not person["phone"] else None

    # Identification.

    @pure
    def twin_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for whoever has the identification already. Raises `ValueError` for one that is none."""
        numbers = list(identity.read_tax_id(str(scope_of(variables)["tax_id"])).numbers)
        domain = ["&", ["partner_share", "=", True], ["vat", "in", numbers]]
        return {"domain": domain, "limit": 10, "order": "id"}

    @pure
    def owner(self, variables: Variables) -> int | None:
        """Return another customer who has the identification: the invoice is theirs, and nothing of theirs is told here."""
        others = [one["id"] for one in variables["twins"] if one["id"] != variables["known"]["partner"]]
        return others[0] if others else None

    @pure
    def tax_id_type(self, variables: Variables) -> str:
        """Return the external id of the identification's type."""
        return identity.TYPES[identity.read_tax_id(str(scope_of(variables)["tax_id"])).kind]

    @pure
    def tax_id_change(self, variables: Variables) -> dict[str, Any]:
        """Return the identification to be written on the customer's own record."""
        values = {"vat": str(scope_of(variables)["tax_id"])}
        if variables["kind"]:
            values["l10n_latam_identification_type_id"] = variables["kind"]["id"]
        return {"ids": [variables["known"]["partner"]], "values": values}

    @pure
    def identified(self, variables: Variables) -> dict[str, Any]:
        """Return what is kept of the customer with the identification."""
        told = {"tax_id": str(scope_of(variables)["tax_id"])}
        return {**variables["known"], **told, "invoice_to": variables["owner"]}

    # A person takes over.

    @pure
    def activity(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the task of whoever takes over: with what was said last."""
        contact = variables["update"].get("contact") or {}
        network = NETWORKS.get(variables["update"]["kind"], "WhatsApp")
        said = channel.cut(" ".join(str(channel.heard(variables["update"]).get("text") or "").split()), 200)
        lines = [
            f"Un cliente pide hablar con una persona por {network}.",
            f"Teléfono: +{contact['phone']}" if contact.get("phone") else "",
            f"Lo último que escribió: «{said}»" if said else "",
            TASK,
            f"Caravana {self._mark(variables)}",
        ]
        branch = self._settings.branches.get(exchange.branch or "") or {}
        person = branch.get("person") or self._settings.person
        user = person if isinstance(person, int) else first([one["id"] for one in variables["users"] or ()])
        return {
            "id": variables["known"]["partner"],
            "summary": "Responder a un cliente",
            "note": "".join(f"<p>{escape(one)}</p>" for one in lines if one),
            "user_id": user,
            "external_id": self._mark(variables),
        }

    def _mark(self, variables: Variables) -> str:
        return identity.external_id("talk_task", str(variables["turn"]["now"]["message"]))

    @pure
    def person_question(self, exchange: Exchange) -> dict[str, Any] | None:
        """Return the search for the user of that login; None when there is nothing to ask."""
        branch = self._settings.branches.get(exchange.branch or "") or {}
        person = branch.get("person") or self._settings.person
        return {"domain": [["login", "=", person]]} if isinstance(person, str) else None

    @pure
    def task(self, variables: Variables, headers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept of the task, so that its end is seen."""
        return {
            "activity_id": variables["made"]["id"],
            "model": "res.partner",
            "res_id": variables["known"]["partner"],
            "connection": "odoo",
            "mark": self._mark(variables),
            "contact": headers.get(CONTACT),
            "talk": talk_key(variables["update"], headers),
            "kind": variables["update"]["kind"],
        }

    @pure
    def handed_over(self, variables: Variables) -> dict[str, Any]:
        """Return that a person was called."""
        return result("called", handed_over=True, customer=self._customer(variables))

    @pure
    def is_end(self, variables: Variables) -> bool:
        """Whether the task that was closed is the one that is open for the contact."""
        kept = variables["task"]
        return kept is not None and bool(kept["activity_id"] == variables["answer"]["activity_id"])

    @pure
    def lane(self, variables: Variables) -> str:
        """Return the contact's lane."""
        kept = variables["task"]
        return f"{'facebook' if kept['kind'] in ('chat', 'postback') else 'whatsapp'}:{kept['contact']}"


def asked(variables: Variables) -> dict[str, Any]:
    """Return who the contact is, as far as the network vouches for it: what somebody types is not proof of who they are."""
    contact = variables["update"].get("contact") or {}
    phone = phone_of(str(contact.get("phone") or ""))
    name = str(contact.get("name") or "").strip()[:120]
    return {**({"phone": f"+{phone}"} if phone else {}), **({"name": name} if name else {})}
