"""`caravana payments`: what customers paid by card, sending it back, and what they dispute."""

import getpass
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from caravana.cli.office import ask, when
from caravana.cli.output import Json, colored, fail, print_json, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import agree, spoken

app = typer.Typer(no_args_is_help=True)
COLUMNS = ("reference", "sale order", "branch", "account", "state", "amount", "paid", "refunded", "since")
COLORS = {"paid": "green", "part_paid": "yellow", "failed": "red", "action_needed": "yellow"}
ENDED = {"done": "green", "pending": "yellow", "failed": "red"}
DISPUTED = {"won": "green", "closed": "green", "lost": "red"}
FAILED = ("dead", "in_doubt", "discarded")


@app.callback()
def payments() -> None:
    """Look at card payments, send money back, and enter disputes.

    \b
    caravana payments list --state paid
    caravana payments show CV42-1
    caravana payments refund CV42-1 --amount 15.00 --reason "una mochila devuelta"
    caravana payments compare --day 2026-11-27
    caravana payments dispute CV42-1 --reason "no reconoce la compra" --until 2026-12-05
    """  # noqa: D301 -- click's mark for lines kept as they are


@app.command("list")
def list_(
    order: Annotated[int | None, typer.Option("--order", help="Only of this order: its number in Odoo.")] = None,
    state: Annotated[str | None, typer.Option("--state", help="Only in this state: paid, pending, failed, …")] = None,
    limit: Annotated[int, typer.Option("--limit", help="How many at most, the newest first.", min=1)] = 50,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """List card payments and attempts to pay, the newest first.

    \b
    caravana payments list
    caravana payments list --order 42 --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    found = _operate(config, "list", {"order": order, "state": state, "limit": limit})
    if json:
        print_json(found)
        return
    print_table("Card payments", COLUMNS, map(_row, found), empty="nobody has paid by card")


@app.command()
def show(
    payment: Annotated[str, typer.Argument(help="Our reference, or the company's number of the payment.")],
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Show one attempt to pay: its payments, what went back, and what is disputed.

    \b
    caravana payments show CV42-1
    """  # noqa: D301 -- click's mark for lines kept as they are
    one = _operate(config, "show", {"name": payment})
    if json:
        print_json(one)
        return
    print_table("Card payments", COLUMNS, [_row(one)])
    rows = ((each["internal_reference"], _money(each["total"], each), each["date"]) for each in one["payments"])
    print_table("Payments", ("number", "amount", "date"), rows, empty="nothing was paid")
    columns = ("reference", "state", "amount", "begun by", "number", "in Odoo", "message")
    print_table("Refunds", columns, (_refund_row(one, each) for each in one["refunds"]), empty="nothing went back")
    _show_disputes(one["disputes"])


@app.command()
def refund(
    payment: Annotated[str, typer.Argument(help="Our reference, or the company's number of the payment.")],
    amount: Annotated[
        str | None, typer.Option("--amount", help="A part, e.g. 15.00; without it all that is left.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the order's note.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Send the money of a card payment back, whole or in part, and book it in Odoo.

    What the company cannot do is refused with the reason, and nothing is sent. Ends with exit code 1 when nothing went back.

    \b
    caravana payments refund CV42-1
    caravana payments refund CV42-1 --amount 15.00 --reason "una mochila devuelta"
    """  # noqa: D301 -- click's mark for lines kept as they are
    part = _number(amount)
    one = _operate(config, "show", {"name": payment})
    if not yes:
        if json:
            print_json(one)
            return
        print_table("Card payments", COLUMNS, [_row(one)])
        what = _money(part, one) if part else spoken("all that is left")
        if not agree(f"{spoken('send back')} {what}?"):
            raise typer.Exit(1)
    given = {"name": payment, "amount": part, "reason": reason}
    answer = _operate(config, "refund", given, subject=f"{payment} {amount or ''}".strip())
    if json:
        print_json(answer)
    else:
        _tell(answer)
    raise typer.Exit(0 if answer.get("state") in ("done", "pending", "waiting", "running") else 1)


@app.command()
def compare(
    day: Annotated[
        str | None,
        typer.Option("--day", help="2026-11-27; without it yesterday, and days of which a difference is open."),
    ] = None,
    connection: Annotated[str | None, typer.Option("--connection", help="Only this merchant account.")] = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Compare what the payment companies have of a day with Odoo, as the hub does by itself each night.

    What is missing of an order's payments is booked; every other difference goes on the list of `caravana review`. Ends with exit
    code 1 when there are differences.

    \b
    caravana payments compare
    caravana payments compare --day 2026-11-27 --connection stripe --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    given = {"day": _day(day), "connection": connection}
    found = _operate(config, "compare", given, subject=f"{day or ''} {connection or ''}".strip() or "all")
    if json:
        print_json(found)
    else:
        _tell_differences(found)
    raise typer.Exit(1 if any(one.get("differences") or "exchange" in one for one in found) else 0)


def _tell_differences(found: Sequence[Mapping[str, Any]]) -> None:
    """Show what was compared, and what is not the same."""
    for one in found:
        if "exchange" in one:
            fail(f"not compared: caravana messages show {one['exchange']} {one['message']}".strip())
    whole = [one for one in found if "exchange" not in one]
    rows = [(one["day"], one["connection"], one["branch"], len(one["differences"])) for one in whole]
    columns = ("day", "account", "branch", "differences")
    print_table(
        "Compared with Odoo", columns, rows, empty="nothing to compare: no such account, or before the go-live line"
    )
    rows = [_difference_row(one, each) for one in whole for each in one["differences"]]
    if rows:
        print_table("Differences", ("day", "number", "reference", "amount", "in Odoo", "what to do"), rows)


def _difference_row(one: Mapping[str, Any], each: Mapping[str, Any]) -> tuple[Any, ...]:
    text = spoken("the hub is mending it") if each["mending"] else each["text"]
    amount = "" if each["amount"] is None else _money(each["amount"], each)
    return (one["day"], each["name"], each["reference"], amount, each["in_odoo"], text)


def _day(text: str | None) -> str | None:
    """The day as it is sent. Exits with 1 when it is none."""
    try:
        return None if text is None else date.fromisoformat(text).isoformat()
    except ValueError:
        fail(f"{text} is no day: write it as 2026-11-27")
        raise typer.Exit(1) from None


class Outcome(StrEnum):
    """How far a dispute is, as a person says it."""

    ANSWERED = "answered"
    WON = "won"
    LOST = "lost"


@app.command()
def dispute(
    payment: Annotated[str, typer.Argument(help="Our reference, or the company's number of the payment.")],
    amount: Annotated[
        str | None, typer.Option("--amount", help="What is disputed, e.g. 15.00; without it the whole payment.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, as the bank says it.")] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day to answer, e.g. 2026-12-05.")
    ] = None,
    number: Annotated[str | None, typer.Option("--number", help="The bank's number of the dispute.")] = None,
    outcome: Annotated[Outcome | None, typer.Option("--outcome", help="How far it is.")] = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Enter a dispute (chargeback) of which the company tells us nothing, or how it ended.

    PlacetoPay and PayPhone write of a dispute by mail; Stripe tells the hub itself. A person gets a task with the evidence;
    when it is lost, one that says what to book. Entered again, only what changed is said: `--outcome won`.

    \b
    caravana payments dispute CV42-1 --reason "no reconoce la compra" --until 2026-12-05
    caravana payments dispute CV42-1 --amount 15.00 --number 7781
    caravana payments dispute CV42-1 --number 7781 --outcome lost
    """  # noqa: D301 -- click's mark for lines kept as they are
    said = {"amount": _number(amount), "reason": reason, "until": None if until is None else until.date().isoformat()}
    given = {"name": payment, **said, "number": number, "outcome": outcome}
    answer = _operate(config, "dispute", given, subject=payment)
    if json:
        print_json(answer)
    elif answer.get("refused"):
        fail(_why_no_dispute(answer))
    elif "dispute" not in answer:
        typer.echo(f"{spoken(str(answer['state']))}: caravana messages show {answer['exchange']}")
    else:
        typer.echo(f"{answer['dispute']}: {_state(answer)}, {_money(answer['amount'], answer)}")
    raise typer.Exit(1 if answer.get("refused") or answer["state"] in FAILED else 0)


def _why_no_dispute(answer: Mapping[str, Any]) -> str:
    """Why a dispute was not written down, in words."""
    reasons = {
        "told": spoken("the company tells of its disputes itself: see `caravana payments show`"),
        "no_payment": spoken("there is no such payment, or there are several: give the company's number of it"),
        "amount": spoken("the amount must be above zero, and no more than was paid"),
    }
    return f"{answer['company']}: {reasons[answer['refused']]}"


def _show_disputes(disputes: list[dict[str, Any]]) -> None:
    columns = ("number", "state", "amount", "reason", "answer until", "begun by")
    print_table("Disputes", columns, map(_dispute_row, disputes), empty="nothing is disputed")


def _dispute_row(one: Mapping[str, Any]) -> list[Any]:
    return [
        one["dispute"],
        _state(one),
        _money(one["amount"], one),
        one["reason"],
        one["due"] and one["due"][:10],
        one["origin"],
    ]


def _state(dispute: Mapping[str, Any]) -> Any:
    return colored(spoken(str(dispute["state"])), DISPUTED.get(dispute["state"], "yellow"))


def _tell(answer: Mapping[str, Any]) -> None:
    """Say how a refund ended."""
    if answer.get("refused"):
        fail(_why(answer))
        return
    state = str(answer["state"])
    told = colored(spoken(state), ENDED.get(state, "yellow"))
    if "reference" not in answer:
        typer.echo(f"{told}: caravana messages show {answer['exchange']} {answer['message']}".strip())
        return
    typer.echo(f"{answer['reference']}: {told}, {_money(answer['amount'], answer)} {answer['message']}".strip())


def _why(answer: Mapping[str, Any]) -> str:
    """Why nothing was asked for, in words."""
    company, left, until = answer["company"], answer["left"], answer["until"]
    reasons = {
        "no_payment": spoken("there is no such payment, or there are several: give the company's number of it"),
        "no_refunds": spoken("the company sends nothing back from here: do it on its own page"),
        "too_much": spoken("more than is left of the payment"),
        "nothing": spoken("the amount must be above zero"),
        "no_parts": spoken("the company sends back only the whole payment"),
        "too_late": spoken("the company sends back only on the day of the payment: now by bank transfer, by hand"),
    }
    beside = {"too_much": f" ({left})", "too_late": f" ({until})"}.get(answer["refused"], "")
    return f"{company}: {reasons[answer['refused']]}{beside}"


def _number(amount: str | None) -> str | None:
    """The amount as it is sent. Exits with 1 when it is none."""
    from decimal import Decimal, InvalidOperation

    try:
        return None if amount is None else str(Decimal(amount))
    except InvalidOperation:
        fail(f"{amount} is no amount: write it as 15.00")
        raise typer.Exit(1) from None


def _row(one: Mapping[str, Any]) -> list[Any]:
    paid = ", ".join(_money(each["total"], each) for each in one["payments"])
    back = ", ".join(f"{_money(each['amount'], one)} {spoken(each['state'])}" for each in one["refunds"])
    state = colored(spoken(one["state"]), COLORS.get(one["state"], ""))
    asked = _money(one["amount"], one)
    return [
        one["reference"],
        one["order_id"],
        one["branch"],
        one["connection"],
        state,
        asked,
        paid,
        back,
        when(one["created"]),
    ]


def _refund_row(one: Mapping[str, Any], each: Mapping[str, Any]) -> list[Any]:
    state = colored(spoken(each["state"]), ENDED.get(each["state"], ""))
    booked = spoken("yes") if each["booked"] else spoken("no")
    return [
        each["reference"],
        state,
        _money(each["amount"], one),
        each["origin"],
        each["refund"],
        booked,
        each["message"],
    ]


def _money(amount: Any, of: Mapping[str, Any]) -> str:
    """An amount with the currency's places, however the company wrote it; nothing for one that is not known."""
    from caravana.kit.money import Money

    if amount is None:
        return ""
    return f"{Money.of(amount, of['currency']).amount} {of['currency']}"


def _operate(config: Path, act: str, arguments: dict[str, Any], subject: str | None = None) -> Any:
    """Ask the payments' desk of the hub; `subject`: what is changed, for the audit, and a hub must run for it."""
    given: dict[str, Any] = {"scheme": "pay", "act": act, "arguments": arguments, "subject": subject}
    return ask(config, "operate", routes=True, running=subject is not None, actor=getpass.getuser(), **given)
