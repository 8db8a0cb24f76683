"""`caravana payments refund` and `refunded`: money that goes back, and money that went back by hand."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from caravana.cli.output import Json, fail, print_json, print_table
from caravana.cli.payments_desk import COLUMNS, money, operate, payment_row
from caravana.cli.payments_desk import number as number_of
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import agree, say, spoken


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
    part = number_of(amount)
    one = operate(config, "show", {"name": payment})
    if not yes:
        if json:
            print_json(one)
            return
        print_table("Card payments", COLUMNS, [payment_row(one)])
        what = money(part, one) if part else spoken("all that is left")
        if not agree(f"{spoken('send back')} {what}?"):
            raise typer.Exit(1)
    given = {"name": payment, "amount": part, "reason": reason}
    answer = operate(config, "refund", given, subject=f"{payment} {amount or ''}".strip())
    if json:
        print_json(answer)
    else:
        _tell(answer)
    raise typer.Exit(0 if answer.get("state") in ("done", "pending", "waiting", "running") else 1)


class By(StrEnum):
    """How money went back by hand."""

    TRANSFER = "transfer"
    PAGE = "page"


def refunded(
    payment: Annotated[
        str,
        typer.Argument(
            help="Our reference, the company's number of the payment, or the refund that waits (CV42-1-R1)."
        ),
    ],
    made: Annotated[
        datetime | None,
        typer.Option("--made", formats=["%Y-%m-%d"], help="The day on which it was sent, e.g. 2026-11-27."),
    ] = None,
    by: Annotated[
        By | None, typer.Option("--by", help="transfer (from a bank account) or page (of the payment company).")
    ] = None,
    amount: Annotated[
        str | None, typer.Option("--amount", help="A part, e.g. 15.00; without it all that is left.")
    ] = None,
    number: Annotated[str | None, typer.Option("--number", help="The company's or the bank's number of it.")] = None,
    journal: Annotated[
        int | None, typer.Option("--journal", help="Number of the journal in Odoo from which a transfer went.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the order's note.")] = "",
    not_made: Annotated[
        bool, typer.Option("--not-made", help="A refund that waits was not made: nothing went back.")
    ] = False,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Enter a refund that was made by hand: by bank transfer, or on the company's page. Nothing is sent.

    It is booked in Odoo once, like any other; no more than is left of the payment can be entered. A refund that waits for the
    company's word is settled by it. Ends with exit code 1 when nothing was entered.

    \b
    caravana payments refunded CV42-1 --made 2026-11-27 --by transfer --amount 15.00
    caravana payments refunded CV42-1 --made 2026-11-27 --by page --number 701
    caravana payments refunded CV42-1-R1 --not-made
    """  # noqa: D301 -- click's mark for lines kept as they are
    if not_made == (made is not None or by is not None) or (made is None) != (by is None):
        fail("say --made and --by, or --not-made")
        raise typer.Exit(2)
    day = None if made is None else made.date().isoformat()
    said = {"made": day, "by": by, "amount": number_of(amount), "number": number, "journal": journal, "reason": reason}
    answer = operate(config, "refunded", {"name": payment, **said}, subject=f"{payment} {amount or ''}".strip())
    if json:
        print_json(answer)
    else:
        _tell(answer)
    raise typer.Exit(1 if answer.get("refused") or answer["state"] in ("dead", "in_doubt", "discarded") else 0)


def _tell(answer: Mapping[str, Any]) -> None:
    """Say how a refund ended."""
    if answer.get("refused"):
        fail(_why(answer))
        return
    told = spoken(str(answer["state"]))
    if "reference" not in answer:
        exchange = answer["exchange"]
        typer.echo(": ".join(filter(None, (told, spoken(answer["message"])))))
        say(f"see: caravana messages show {exchange}")
        if answer["state"] == "in_doubt":
            say(
                f"look whether it was done, then: caravana messages settle {exchange} --done, or --not-done; do not ask again"
            )
        return
    amount, message = money(answer["amount"], answer), spoken(answer["message"])
    typer.echo(f"{answer['reference']}: {told}, {amount} {message}".strip())


def _why(answer: Mapping[str, Any]) -> str:
    """Why nothing was asked for, in words."""
    company, left, until = answer["company"], answer["left"], answer["until"]
    reasons = {
        "unpaid": spoken("nothing was paid with this reference: see `caravana payments list`"),
        "no_payment": spoken("there is no such payment, or there are several: give the company's number of it"),
        "no_refunds": spoken("the company sends nothing back from here: do it on its own page"),
        "too_much": spoken("more than is left of the payment"),
        "nothing": spoken("the amount must be above zero"),
        "no_parts": spoken("the company sends back only the whole payment"),
        "not_waiting": spoken("no refund of it waits for the company's word: see `caravana payments show`"),
        "other_amount": spoken("the refund that waits is of another amount"),
        "already": spoken("it is entered already; where it is another one, give its --number"),
        "no_journal": spoken(
            "Odoo shows no journal of the account that the money left from: name it with --journal, or set "
            "cards.refund_journal_id"
        ),
        "day": spoken("the day must not lie ahead, nor before the payment"),
        "told": spoken("the company tells of its refunds itself: see `caravana payments show`"),
        "too_late": spoken(
            f"the company sends back only on the day of the payment, until {until}: send it by bank transfer and enter it "
            "with `caravana payments refunded`"
        ),
    }
    beside = f" ({left})" if answer["refused"] == "too_much" else ""
    return f"{company}: {reasons[answer['refused']]}{beside}"
