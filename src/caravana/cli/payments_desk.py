"""The way to the payments' desk of the hub, and how amounts and days are read and shown."""

import getpass
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import typer

from caravana.cli.office import ask, when
from caravana.cli.output import colored, fail
from caravana.cli.speech import spoken

COLUMNS = ("reference", "sale order", "branch", "account", "state", "amount", "paid", "refunded", "since")
PAID_COLUMNS = ("number", "amount", "when", "card", "authorization")
COLORS = {"paid": "green", "part_paid": "yellow", "failed": "red", "action_needed": "yellow"}
ENDED = {"done": "green", "pending": "yellow", "failed": "red"}
"""How a refund ended, and its color."""


def money(amount: Any, of: Mapping[str, Any]) -> str:
    """An amount with the currency's places, however the company wrote it; nothing for one that is not known."""
    from caravana.kit.money import Money

    if amount is None:
        return ""
    return f"{Money.of(amount, of['currency']).amount} {of['currency']}"


def operate(config: Path, act: str, arguments: dict[str, Any], subject: str | None = None) -> Any:
    """Ask the payments' desk of the hub; `subject`: what is changed, for the audit, and a hub must run for it."""
    given: dict[str, Any] = {"scheme": "pay", "act": act, "arguments": arguments, "subject": subject}
    return ask(config, "operate", routes=True, running=subject is not None, actor=getpass.getuser(), **given)


def number(amount: str | None) -> str | None:
    """The amount as it is sent. Exits with 1 when it is none, or not above zero."""
    if amount is None:
        return None
    if not re.fullmatch(r"-?\d{1,12}(\.\d\d?)?", amount, re.ASCII):
        fail(f"{amount} is no amount: write it as 15.00")
        raise typer.Exit(1)
    if not amount.strip("0.") or amount.startswith("-"):
        fail("the amount must be above zero")
        raise typer.Exit(1)
    return amount


def day(text: str | None) -> str | None:
    """The day as it is sent. Exits with 1 when it is none."""
    try:
        return None if text is None else date.fromisoformat(text).isoformat()
    except ValueError:
        fail(f"{text} is no day: write it as 2026-11-27")
        raise typer.Exit(1) from None


def payment_row(one: Mapping[str, Any]) -> list[Any]:
    """An attempt to pay, with what came and what went back."""
    paid = ", ".join(money(each["total"], each) for each in one["payments"])
    back = ", ".join(f"{money(each['amount'], one)} {spoken(each['state'])}" for each in one["refunds"])
    state = colored(spoken(one["state"]), COLORS.get(one["state"], ""))
    asked = money(one["amount"], one)
    return [
        one["reference"],
        one.get("order") or one["order_id"],
        one["branch"],
        one["connection"],
        state,
        asked,
        paid,
        back,
        when(one["created"]),
    ]


def paid_row(one: Mapping[str, Any]) -> list[Any]:
    """A payment: the company's number of it, how much came when, and by which card."""
    card = " ".join(filter(None, (one["method"], one["last_digits"] and f"…{one['last_digits']}")))
    return [one["internal_reference"], money(one["total"], one), when(one["date"]), card, one["authorization"]]
