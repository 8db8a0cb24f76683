"""`caravana payments`: what customers paid by card, sending it back, and what they dispute."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from caravana.cli.office import when
from caravana.cli.output import Json, colored, fail, print_json, print_table
from caravana.cli.payments_compare import compare
from caravana.cli.payments_desk import COLUMNS, ENDED, PAID_COLUMNS, money, operate, paid_row, payment_row
from caravana.cli.payments_desk import number as number_of
from caravana.cli.payments_import import import_
from caravana.cli.payments_refund import refund, refunded
from caravana.cli.payments_settled import show_settled
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import spoken

app = typer.Typer(no_args_is_help=True)
STATES = ("created", "pending", "action_needed", "authorised", "paid", "part_paid", "failed", "expired", "cancelled")
DISPUTED = {"won": "green", "closed": "green", "lost": "red"}
FAILED = ("dead", "in_doubt", "discarded")


@app.callback()
def payments() -> None:
    """Look at card payments, send money back, and enter disputes.

    \b
    caravana payments list --state paid
    caravana payments show CV42-1
    caravana payments refund CV42-1 --amount 15.00 --reason "una mochila devuelta"
    caravana payments refunded CV42-1 --made 2026-11-27 --by transfer
    caravana payments compare --day 2026-11-27
    caravana payments import liquidacion.csv --connection placetopay
    caravana payments dispute CV42-1 --reason "no reconoce la compra" --until 2026-12-05
    """  # noqa: D301 -- click's mark for lines kept as they are


@app.command("list")
def list_(
    order: Annotated[str | None, typer.Option("--order", help="Only of this order: its name.")] = None,
    state: Annotated[str | None, typer.Option("--state", help="Only in this state: paid, pending, failed, …")] = None,
    limit: Annotated[int, typer.Option("--limit", help="How many at most, the newest first.", min=1)] = 50,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """List card payments and attempts to pay, the newest first.

    \b
    caravana payments list
    caravana payments list --order S00042 --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    state = state and {spoken(one): one for one in STATES}.get(state, state)
    if state not in (None, *STATES):
        fail("say created, pending, action_needed, authorised, paid, part_paid, failed, expired or cancelled")
        raise typer.Exit(2)
    found = operate(config, "list", {"order": order, "state": state, "limit": limit})
    if json:
        print_json(found)
        return
    empty = spoken("nobody has paid by card" if order is state is None else "no card payment of that kind")
    print_table("Card payments", COLUMNS, map(payment_row, found), empty=empty)


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
    one = operate(config, "show", {"name": payment})
    if json:
        print_json(one)
        return
    print_table("Card payments", COLUMNS, [payment_row(one)])
    print_table("Payments", PAID_COLUMNS, map(paid_row, one["payments"]), empty="nothing was paid")
    columns = ("reference", "state", "amount", "begun by", "number", "in Odoo", "message")
    print_table("Refunds", columns, (_refund_row(one, each) for each in one["refunds"]), empty="nothing went back")
    _show_disputes(one["disputes"])
    if one["settled"]:
        show_settled(one["settled"])


app.command()(refund)
app.command()(refunded)
app.command()(compare)
app.command("import")(import_)


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
    said = {"amount": number_of(amount), "reason": reason, "until": None if until is None else until.date().isoformat()}
    given = {"name": payment, **said, "number": number, "outcome": outcome}
    answer = operate(config, "dispute", given, subject=payment)
    if json:
        print_json(answer)
    elif answer.get("refused"):
        fail(_why_no_dispute(answer))
    elif "dispute" not in answer:
        typer.echo(f"{spoken(str(answer['state']))}: caravana messages show {answer['exchange']}")
    else:
        typer.echo(f"{answer['dispute']}: {_state(answer)}, {money(answer['amount'], answer)}")
    raise typer.Exit(1 if answer.get("refused") or answer["state"] in FAILED else 0)


def _why_no_dispute(answer: Mapping[str, Any]) -> str:
    """Why a dispute was not written down, in words."""
    reasons = {
        "told": spoken("the company tells of its disputes itself: see `caravana payments show`"),
        "unpaid": spoken("nothing was paid with this reference: see `caravana payments list`"),
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
        money(one["amount"], one),
        one["reason"],
        one["due"] and _day(one["due"]),
        spoken(one["origin"]),
    ]


def _day(text: str) -> str:
    """The company's day of a moment; a person wrote a day without one."""
    return when(text)[:10] if "T" in text else text


def _state(dispute: Mapping[str, Any]) -> Any:
    return colored(spoken(str(dispute["state"])), DISPUTED.get(dispute["state"], "yellow"))


def _refund_row(one: Mapping[str, Any], each: Mapping[str, Any]) -> list[Any]:
    state = colored(spoken(each["state"]), ENDED.get(each["state"], ""))
    booked = spoken("yes") if each["booked"] else spoken("no")
    return [
        each["reference"],
        state,
        money(each["amount"], one),
        spoken(each["origin"]),
        each["refund"],
        booked,
        spoken(each["message"]),
    ]
