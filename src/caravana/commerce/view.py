"""The pay page as a person sees it: which of its faces is shown, and what stands on it. Pure."""

from collections.abc import Mapping
from typing import Any

from caravana.commerce.attempt import OVER, live, newest, paid_total
from caravana.commerce.sale import Sale
from caravana.commerce.texts import LOCALES, TEXTS
from caravana.kit.money import Money
from caravana.kit.speech import LANGUAGES

STATUS: Mapping[str, int] = {"unknown": 404, "trouble": 503}
"""Face → HTTP status, where it is not 200."""

PAYABLE = frozenset({"pay", "refused", "expired", "open"})
"""Faces with a pay button."""

PAUSES = ((12, 5), (40, 30))
"""While a payment is checked the page looks again: until the 12th time every 5 s, until the 40th every 30 s."""


def face(sale: Sale | None) -> str:
    """Return which face the order shows.

    One of pay, open, refused, expired, checking, paid, cancelled, cancelled_paid, not_ready, unknown.
    """
    if sale is None:
        return "unknown"
    attempts = sale["attempts"]
    if any(one["processing"] for one in attempts):
        return "checking"
    if sale["state"] == "cancel":
        return "cancelled_paid" if paid_total(attempts) else "cancelled"
    if sale["due"] <= 0:
        return "paid"
    if sale["state"] not in ("sale", "done"):
        return "not_ready"
    return _payable(sale)


def _payable(sale: Sale) -> str:
    if live(sale["attempts"]) is not None:
        return "open"
    last = newest(sale["attempts"])
    if last is not None and last["request_id"] and last["state"] in OVER:
        return "expired" if last["state"] == "expired" else "refused"
    return "pay"


def view(sale: Sale | None, shown: str, *, company: str, language: str, token: str, looked: int) -> dict[str, Any]:
    """Return what the template shows.

    `looked`: how often the page has looked by itself.
    """
    texts = TEXTS[language]
    money = None
    if sale is not None:
        amount = sale["due"] if shown in PAYABLE else sale["total"]
        money = Money(amount, sale["currency"]).format(LOCALES[language])
    return {
        "face": shown,
        "language": language,
        "languages": [(code, name) for code, name in LANGUAGES.items() if code != language],
        "company": company,
        "title": texts[f"{shown}.title"],
        "text": texts[f"{shown}.text"],
        "order_label": texts["order"],
        "order": sale["name"] if sale is not None else None,
        "amount_label": texts["amount" if shown in PAYABLE else "amount_paid"],
        "amount": money,
        "button": _button(shown, texts, money),
        "again": texts["checking.button"] if shown == "checking" else None,
        "address": f"/pay/{token}",
        "refresh": _refresh(shown, looked),
        "looked": looked + 1,
    }


def _button(shown: str, texts: Mapping[str, str], amount: str | None) -> str | None:
    if shown not in PAYABLE:
        return None
    label = {"pay": "pay.button", "open": "continue.button"}.get(shown, "again.button")
    return texts[label].format(amount=amount)


def _refresh(shown: str, looked: int) -> int | None:
    if shown != "checking":
        return None
    return next((seconds for most, seconds in PAUSES if looked < most), None)
