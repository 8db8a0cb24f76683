"""In which of Odoo's journals a transfer is booked: that of its account and currency, never one that is only likely."""

from collections.abc import Mapping
from typing import Any

from caravana.commerce.transfers.mapping import TransferMapping, Variables, entry_of, of_company
from caravana.commerce.transfers.question import asked_again
from caravana.commerce.transfers.words import NO_JOURNAL, OTHER_CURRENCY, SEVERAL_JOURNALS
from caravana.kit.callables import pure

SHOWN = 5
"""Journals that are named where it is not clear which is meant."""


class Journal(TransferMapping):
    """What `match-journal` asks, and whether what it finds will do."""

    @pure
    def journal_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the journal of the entry's account, else for the bank journals that are of no other account."""
        item, own = variables["item"], self._settings
        journal = own.journals.get(item["entry"]["account"])
        if journal is not None:
            return {"domain": [["id", "=", journal]], "order": "id", "limit": 1}
        others = sorted({*own.journals.values(), *own.card_journals})
        domain = [["type", "=", "bank"], ["id", "not in", others], *of_company(item["company"])]
        return {"domain": domain, "order": "sequence, id", "limit": SHOWN}

    @pure
    def journal_companies(self, variables: Variables) -> dict[str, Any] | None:
        """Return the journal's company, which says its currency where it has none of its own."""
        found = [one for one in variables["journals"] if not one["currency_id"] and one["company_id"]]
        return {"ids": [found[0]["company_id"][0]], "maxAge": "10m"} if found else None

    @pure
    def has_journal(self, variables: Variables) -> bool:
        """Whether it is clear in which journal the money belongs."""
        return _doubt(variables) is None

    @pure
    def no_journal(self, variables: Variables) -> dict[str, Any]:
        """Return the match as one of which a person is asked, because its journal is not clear."""
        return asked_again(variables, _doubt(variables) or NO_JOURNAL)


def currency_of(variables: Variables) -> tuple[int, str]:
    """Return number and name of the found journal's currency."""
    link = variables["journals"][0]["currency_id"] or variables["companies"][0]["currency_id"]
    return int(link[0]), str(link[1])


def _doubt(variables: Variables) -> Mapping[str, str] | None:
    """Why nothing may be booked: no journal, several, or one in another currency; None when all is clear."""
    journals, entry = variables["journals"], entry_of(variables["item"])
    if not journals:
        return _said(NO_JOURNAL, account=entry.account)
    if len(journals) > 1:
        named = ", ".join(f"{one['id']} {one['name']}" for one in journals)
        return _said(SEVERAL_JOURNALS, account=entry.account, journals=named)
    currency = currency_of(variables)[1]
    if currency != entry.currency:
        return _said(OTHER_CURRENCY, told=entry.currency, journal=journals[0]["name"], currency=currency)
    return None


def _said(words: Mapping[str, str], **names: str) -> dict[str, str]:
    return {language: text.format(**names) for language, text in words.items()}
