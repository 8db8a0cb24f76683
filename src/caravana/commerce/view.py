"""The pay page as a person sees it: which of its faces is shown, and what stands on it. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypedDict
from zoneinfo import ZoneInfo

from caravana.commerce.attempt import OVER, Attempt, live, newest, paid_total
from caravana.commerce.sale import Sale
from caravana.commerce.store import Store
from caravana.commerce.texts import GOING, LOCALES, TEXTS
from caravana.kit.money import Money
from caravana.kit.speech import LANGUAGES

STATUS: Mapping[str, int] = {"unknown": 404, "trouble": 503}
"""Face → HTTP status, where it is not 200."""

PAYABLE = frozenset({"pay", "refused", "expired", "given_back", "unconfirmed", "open"})
"""Faces with a pay button."""

UNBEGUN = PAYABLE - {"open"}
"""Faces that may say how to pay by transfer: nobody is paying by card meanwhile."""

CHANGES = frozenset({"checking", "late"})
"""Faces that become another by themselves, so that the page looks again."""

PAUSES = ((12, 5), (40, 30))
"""So it looks again: until the 12th time every 5 s, until the 40th every 30 s."""


def face(sale: Sale | None) -> str:
    """Return which face the order shows.

    One of pay, open, late, refused, expired, given_back, unconfirmed, checking, paid, cancelled, cancelled_paid, not_ready,
    unknown.
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
    running = live(sale["attempts"])
    if running is not None:
        return "late" if running.get("unconfirmed") else "open"
    last = newest(sale["attempts"])
    if last is not None and last["request_id"] and last["state"] in OVER:
        if last.get("given_back"):
            return "given_back"
        if last["state"] == "expired":
            return "unconfirmed" if last.get("unconfirmed") else "expired"
        return "refused"
    return "pay"


class Offers(TypedDict):
    """What the customer may choose from: merchant accounts by connection, and his open session with its account, if any.

    Without an open session `held_by` is the account that gave his money back or may have, while there is such an account.
    `silent`: it tells nothing of payments.
    """

    stores: Mapping[str, Store]
    live: Attempt | None
    held_by: Store | None
    silent: bool


def view(
    sale: Sale | None,
    shown: str,
    *,
    company: str,
    language: str,
    token: str,
    looked: int,
    offers: Offers,
    zone: str,
    transfer: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what the template shows.

    `looked`: how often the page has looked by itself; `zone`: of the times on it; `transfer`: payment code and accounts.
    """
    texts, refresh = TEXTS[language], _refresh(shown, looked)
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
        "text": _text(shown, texts, offers, language, zone, refreshed=refresh is not None),
        "order_label": texts["order"],
        "order": sale["name"] if sale is not None else None,
        "amount_label": texts["amount" if shown in PAYABLE else "amount_paid"],
        "amount": money,
        "buttons": _buttons(shown, texts, money, offers, language),
        "transfer": _transfer(transfer, texts, money) if transfer and shown in UNBEGUN else None,
        "again": texts["checking.button"] if shown in CHANGES else None,
        "address": f"/pay/{token}",
        "refresh": refresh,
        "looked": looked + 1,
    }


def _transfer(transfer: Mapping[str, Any], texts: Mapping[str, str], amount: str | None) -> dict[str, Any]:
    """How to pay into an account, and the code by which the payment is known."""
    return {
        "title": texts["transfer.head"],
        "text": texts["transfer.say"].format(amount=amount),
        "code_label": texts["transfer.code"],
        "code": transfer["shown"],
        "account_label": texts["transfer.account"],
        "accounts": transfer["accounts"],
    }


def going(address: str, where: str, *, company: str, language: str) -> dict[str, Any]:
    """Return what the page shows that leads on to `address`, the page of the payment company called `where`."""
    words = {name: text.format(where=where) for name, text in GOING[language].items()}
    return {"language": language, "company": company, "address": address, **words}


def _text(shown: str, texts: Mapping[str, str], offers: Offers, language: str, zone: str, *, refreshed: bool) -> str:
    """The sentence below the title, with the names and times that it has.

    Some faces have one for a page that looks no more by itself (`still`), or for an account that tells nothing (`silent`).
    """
    live, held_by = offers["live"], offers["held_by"]
    if shown == "pay" and len(offers["stores"]) > 1:
        return texts["pay.choose"]
    names = {
        "provider": _provider(shown, texts, offers),
        "holder": "" if held_by is None else held_by["names"][language],
        "until": ""
        if live is None or held_by is None
        else f"{_closes(live, held_by).astimezone(ZoneInfo(zone)):%H:%M}",
    }
    kinds = {"still": not refreshed, "silent": offers["silent"], "text": True}
    found = (texts.get(f"{shown}.{kind}") for kind, holds in kinds.items() if holds)
    text = next(filter(None, found), "").format(**names)
    return text[:1].upper() + text[1:]


def _provider(shown: str, texts: Mapping[str, str], offers: Offers) -> str:
    """The company that the sentence is about: of a payment to come the one offered, else that of the payment begun."""
    if shown == "pay":
        return next((one["company"] for one in offers["stores"].values()), "")
    return texts["provider"] if offers["held_by"] is None else offers["held_by"]["company"]


def _closes(live: Attempt, store: Store) -> datetime:
    """When the session is over: what was paid in its last moment may still be confirmed."""
    return datetime.fromisoformat(live["expires"]) + timedelta(seconds=store.get("confirm_within", 0))


def _buttons(
    shown: str, texts: Mapping[str, str], amount: str | None, offers: Offers, language: str
) -> list[dict[str, Any]]:
    """A button for each account: its words, its connection, and whether another stands before it."""
    if shown not in PAYABLE:
        return []
    live, stores = offers["live"], offers["stores"]
    if len(stores) <= 1:
        label = {"pay": "pay.button", "open": "continue.button"}.get(shown, "again.button")
        return [{"label": texts[label].format(amount=amount), "store": name, "quiet": False} for name in stores]
    return [
        {
            "label": texts["continue.with" if live and name == live["connection"] else "pay.with"].format(
                provider=one["names"][language]
            ),
            "store": name,
            "quiet": live is not None and name != live["connection"],
        }
        for name, one in stores.items()
    ]


def _refresh(shown: str, looked: int) -> int | None:
    if shown not in CHANGES:
        return None
    return next((seconds for most, seconds in PAUSES if looked < most), None)
