"""The settings of the flow `matching`, read from the configuration."""

from collections.abc import Iterable, Mapping
from typing import Any

from caravana.commerce.bank import bank_journals
from caravana.commerce.matching.withholding import Withholding
from caravana.commerce.transfers import POSTINGS, Transfers, TransferSettings
from caravana.kit.branch import Branch
from caravana.kit.errors import ConfigurationError

FEE = 500
"""Cents that a bank may keep of a transfer."""


def load(settings: Mapping[str, Any], zone: str, branches: Iterable[Branch] = ()) -> dict[str, Any]:
    """Return the callables of the flow of a company in time zone `zone`. Raises `ConfigurationError` for a wrong setting."""
    posting = settings.get("bank.posting", POSTINGS[0])
    if posting not in POSTINGS:
        raise ConfigurationError(f"must be one of {', '.join(POSTINGS)}", place="settings.bank.posting")
    given = (settings.get("cards.journal_id"), *(one.card_journal for one in branches))
    cards = sorted({one for one in given if isinstance(one, int)})
    made = TransferSettings(posting, bank_journals(settings), _fee(settings), _table(settings), zone, cards)
    return {"transfers": Transfers(made)}


def _fee(settings: Mapping[str, Any]) -> int:
    fee = settings.get("bank.fee", FEE)
    if not isinstance(fee, int) or isinstance(fee, bool) or fee < 0:
        raise ConfigurationError("must be a number of cents", place="settings.bank.fee")
    return fee


def _table(settings: Mapping[str, Any]) -> dict[str, list[str]] | None:
    """The company's own percentages, as texts; None: those that are shipped."""
    table = settings.get("bank.withholding")
    if table is None:
        return None
    read = Withholding.read(table, "settings.bank.withholding")
    return {"income_tax": [str(one) for one in read.income], "vat": [str(one) for one in read.vat]}
