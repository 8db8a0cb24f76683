"""`caravana einvoice`: what the flow's store has of electronic documents, and what a person wishes."""

from collections.abc import Mapping
from typing import Any

from caravana.kit.ports import Context
from caravana.kit.wishes import Wishes

DOCUMENTS = "einvoice_document"
"""Store of the flow: the documents, each under its reference (`odoo/account.move,55`)."""
ISSUES, QUERIES, FILES, ANNULMENTS, MAILINGS, CHECKS = WISHES = (
    "issues",
    "queries",
    "files",
    "annulments",
    "mailings",
    "checks",
)
"""What a person may ask for, as it stands after `einvoice:`."""
MOST = 100_000
REVIEWS = "review"
HALTED, LATE, MENDING = "einvoice/point/", "einvoice/late/", "einvoice/mend/"
"""Beginnings of the keys of what waits for a person."""


class Desk:
    """The operator's operations: list, show, check, issue, query, ride, annul, resend; and what the doctor asks."""

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        self._context = context
        self.wishes = Wishes("einvoice")
        """Where each of the wishes is asked for, while a route takes it."""

    async def listed(
        self, state: str | None = None, point: str | None = None, cod_doc: str | None = None, limit: int = 50
    ) -> list[dict[str, Any]]:
        """Return the newest documents."""
        found = [one for _, one in await self._context.store.find(DOCUMENTS, "", MOST)]
        wanted = {"state": state, "point": point, "cod_doc": cod_doc}
        chosen = [one for one in found if all(value in (None, one[name]) for name, value in wanted.items())]
        return sorted(chosen, key=lambda one: str(one["created"]), reverse=True)[: max(1, limit)]

    async def shown(self, name: str) -> dict[str, Any]:
        """Return one document, by its record in Odoo, clave or number. Raises `LookupError`."""
        found = [one for _, one in await self._context.store.find(DOCUMENTS, "", MOST) if name in _names(one)]
        if not found:
            raise LookupError(f"no electronic document is called `{name}`: see `caravana einvoice list`")
        if len(found) > 1:
            several = ", ".join(str(one["key"]) for one in found)
            raise LookupError(f"`{name}` are several: {several}")
        shown: dict[str, Any] = found[0]
        return shown

    async def health(self) -> dict[str, Any]:
        """Return how many documents are how, and which emission points stand still, for the doctor."""
        waiting = [key for key, _ in await self._context.store.find(REVIEWS, "einvoice/", MOST)]
        found = [one for _, one in await self._context.store.find(DOCUMENTS, "", MOST)]
        return {
            "halted": [key.removeprefix(HALTED) for key in waiting if key.startswith(HALTED)],
            "late": sum(key.startswith(LATE) for key in waiting),
            "mending": sum(key.startswith(MENDING) for key in waiting),
            "authorised": sum(one["state"] == "authorised" for one in found),
        }

    async def issue(self, name: str, document: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Have a record of Odoo issued, or its corrected document; `document`: what to issue for it, from a file.

        `name`: `account.move,55`, or what names a document that is known. Raises `LookupError`.
        """
        return await self.wishes.ask(ISSUES, {"key": await self._key(name), "document": document})

    async def check(self, name: str, document: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return what is wrong with a record of Odoo, without sending anything. Raises `LookupError`."""
        return await self.wishes.ask(CHECKS, {"key": await self._key(name), "document": document})

    async def query(self, name: str) -> dict[str, Any]:
        """Ask the company how a document stands, and return that. Raises `LookupError`."""
        return await self.wishes.ask(QUERIES, {"key": (await self.shown(name))["key"]})

    async def files(self, name: str, what: str = "pdf") -> dict[str, Any]:
        """Return the PDF (base64) or XML of a document. Raises `LookupError`."""
        return await self.wishes.ask(FILES, {"key": (await self.shown(name))["key"], "what": what})

    async def annul(self, name: str, reason: str = "") -> dict[str, Any]:
        """Write down that a person annulled the document on the SRI's page. Raises `LookupError`."""
        return await self.wishes.ask(ANNULMENTS, {"key": (await self.shown(name))["key"], "reason": reason})

    async def resend(self, name: str, to: str | None = None) -> dict[str, Any]:
        """Have the document mailed again, to the receiver or to `to`. Raises `LookupError`."""
        return await self.wishes.ask(MAILINGS, {"key": (await self.shown(name))["key"], "to": to})

    async def _key(self, name: str) -> str:
        """The document's reference; one that is not known yet is named by its record."""
        try:
            return str((await self.shown(name))["key"])
        except LookupError:
            record = name.removeprefix("odoo/")
            model, _, number = record.partition(",")
            if "." in model and number.partition("/")[0].isdecimal():
                return f"odoo/{record}"
            raise


def _names(document: Mapping[str, Any]) -> set[str]:
    """What a person may call it."""
    key = str(document["key"])
    told = (key, key.removeprefix("odoo/"), document["access_key"], document["number"], document["name"])
    return {str(one) for one in told if one}
