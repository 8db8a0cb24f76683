"""What is due for a document: asking its company, looking at its record again, sending it once more, reminding."""

from collections.abc import Mapping
from typing import Any

from caravana.commerce.einvoice import ledger, schedule
from caravana.commerce.einvoice.base import EInvoiceMapping, Variables
from caravana.commerce.einvoice.news import halt_key
from caravana.kit.callables import pure
from caravana.kit.einvoice import State

HINT = "hint"
"""A company says that something happened."""


LOST = 6
"""So many questions in a row find nothing until it is sent again; the first six take three minutes at least."""


class Asking(EInvoiceMapping):
    """From what is due, and from companies' hints, to news."""

    @pure
    def duty(self, variables: Variables) -> str:
        """Return what is due now. `told`: what was due when it was noticed; `document`: as it stands now.

        `ask`, `look`, `again`, `annul`, `late`, or `nothing` when the document has moved on.
        """
        told, document = variables["told"], variables["document"]
        if document is None:
            return "nothing"
        hinted = told["duty"] == HINT and document["n"] and document["state"] not in ledger.OVER
        if hinted:
            return schedule.ASK
        unsure = document["state"] in ledger.UNSURE or schedule.is_open(document)
        asked = told["duty"] == schedule.ASK and unsure
        if told["duty"] == schedule.LATE:
            return schedule.LATE if schedule.waits(document) else "nothing"
        over = document["state"] in (*ledger.OVER, State.QUEUED)
        looked = told["duty"] == schedule.LOOK and not unsure and not over
        sent = told["duty"] == schedule.AGAIN and document["state"] == State.QUEUED
        reminded = told["duty"] == schedule.ANNUL and document["state"] == State.AUTHORISED
        return str(told["duty"]) if asked or looked or sent or reminded else "nothing"

    @pure
    def asks_again(self, variables: Variables) -> bool:
        """Whether the company is asked about a refused document: an authorisation may come late."""
        document = variables["document"]
        return (
            document["state"] in ledger.REFUSED
            and document["asks"] < schedule.RECHECKS
            and bool(document["connection"])
        )

    @pure
    def is_lost(self, variables: Variables) -> bool:
        """Whether the company has not had the document for minutes: what is kept is then sent again, unchanged.

        `standing`: its answer, or null.
        """
        document, standing = variables["document"], variables["standing"]
        absent = standing is not None and ledger.lacks(document, standing)
        return absent and bool(document["n"]) and document["asks"] % LOST == LOST - 1

    @pure
    def answer(self, variables: Variables) -> dict[str, Any]:
        """Return the news of the company's answer."""
        document = variables["document"]
        return {
            "key": document["key"],
            "kind": "answered",
            "n": document["n"],
            "standing": variables["standing"],
        } | _of(document)

    @pure
    def unanswered(self, variables: Variables) -> dict[str, Any]:
        """Return the news that nothing new was learnt."""
        return {"key": variables["document"]["key"], "kind": "unanswered"} | _of(variables["document"])

    @pure
    def warned(self, variables: Variables) -> dict[str, Any]:
        """Return the news that the last day of annulment is near."""
        return {"key": variables["document"]["key"], "kind": "warned"} | _of(variables["document"])

    @pure
    def wish_again(self, variables: Variables) -> dict[str, Any]:
        """Return the wish to issue the document, as it is in Odoo now."""
        document = variables["document"]
        point = document["point"]
        ordered = point in self._settings.points and self._point(point)["ordered"]
        lane = f"einvoice-point:{point}" if ordered else f"einvoice-issue:{document['key']}"
        told = {"key": document["key"], "point": point, "name": document["name"], "lane": lane}
        return {**told, "origin": "due", "document": variables.get("file")} | _of(document)

    @pure
    def was_mended(self, variables: Variables) -> bool:
        """Whether the record is another than the one that was found wrong or was refused."""
        return bool(variables["mapped"]["digest"] != variables["document"]["digest"])

    @pure
    def halt_point(self, variables: Variables) -> str:
        """Return the key of the review that holds the document's emission point."""
        return halt_key(str(variables["wish"]["point"]))

    # Hints of the companies.

    @pure
    def hinted(self, body: Mapping[str, Any], variables: Variables) -> dict[str, Any] | None:
        """Return which document a company's notification is about, of those that are not over; None: none of ours.

        `open`: what is due for them.
        """
        wanted = {name: body[name] for name in ("access_key", "request_id") if body.get(name)}
        for one in variables["open"]:
            value = one["value"]
            if value["connection"] == body.get("connection") and any(
                value[name] == told for name, told in wanted.items()
            ):
                return {"key": one["key"], "duty": HINT} | _of(value)
        return None


def _of(document: Mapping[str, Any]) -> dict[str, Any]:
    return {} if document.get("branch") is None else {"branch": document["branch"]}
