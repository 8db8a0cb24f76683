"""`caravana bank review`: transfers that wait for a person, what is proposed for them, and what was posted."""

import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from caravana.cli.office import ask, short
from caravana.cli.output import Json, colored, fail, print_json, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import language, say, spoken

app = typer.Typer(invoke_without_command=True, no_args_is_help=False)
SHOWN = 3
"""Proposals of each transfer in the table; --json has all."""
STATES = ("posting", "posted", "left", "reversed")
Key = Annotated[str, typer.Argument(metavar="ENTRY", help="The entry, as the list names it.")]


@app.callback()
def review(
    context: typer.Context,
    state: Annotated[
        str | None,
        typer.Option("--state", help="posting, posted, left or reversed; without it what waits for a person."),
    ] = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """List the transfers that wait for a person, with what is proposed for each and why; or decide about one.

    \b
    caravana bank review
    caravana bank review --state posted
    caravana bank review accept 3f9c0a11d2b7 1
    """  # noqa: D301 -- click's mark for lines kept as they are
    if context.invoked_subcommand is not None:
        return
    if state is not None and state not in STATES:
        fail("say posting, posted, left or reversed")
        raise typer.Exit(2)
    found = _operate(config, "matches", {"state": state})
    if json:
        print_json(found)
        return
    show(found, waiting=state is None)


def show(found: list[dict[str, Any]], *, waiting: bool) -> None:
    """Print transfers as a table; `waiting`: with what a person may say of them."""
    several = len({one["credit"]["account"] for one in found}) > 1
    columns: tuple[str, ...] = (
        "entry",
        "date",
        "account",
        "amount",
        "payer",
        "no.",
        "what is proposed",
        "points",
        "why",
    )
    rows = [row for one in found for row in _rows(one, waiting=waiting)]
    if not several:  # then a clerk knows it
        place = columns.index("account")
        columns, rows = columns[:place] + columns[place + 1 :], [row[:place] + row[place + 1 :] for row in rows]
    title, empty = ("Transfers that wait", "no transfer waits") if waiting else ("Transfers", "no transfers")
    print_table(title, columns, rows, empty=empty)
    if found and waiting:
        say(
            "accept one: caravana bank review accept ENTRY NO; other invoices: caravana bank review choose ENTRY INVOICE"
        )
        say("booked elsewhere, or not of a customer: caravana bank review leave ENTRY")


def _rows(one: dict[str, Any], *, waiting: bool) -> Iterator[tuple[Any, ...]]:
    """A line for each proposal; the transfer stands at the first."""
    credit = one["credit"]
    told = short(" · ".join(filter(None, (credit["name"], credit["text"]))), 40)
    money = f"{credit['amount']} {credit['currency']}"
    account = " ".join(filter(None, (credit["account"], credit["branch"])))
    head = (one["entry"].rpartition("/")[2], credit["date"], account, money, told)
    proposals = one["proposals"][:SHOWN] if waiting else [one["chosen"]] if one["chosen"] else []
    if not proposals:
        yield (
            *head,
            "",
            spoken("nothing"),
            "",
            _why(one) if waiting else "; ".join(filter(None, (_who(one), _why(one)))),
        )
    for number, each in enumerate(proposals, 1):
        place = str(number) if waiting else ""
        reasons = (_why(one) if waiting else _who(one)) if number == 1 else ""
        reasons = "; ".join(filter(None, (reasons, *each["reasons"][language()])))
        yield *(head if number == 1 else ("",) * len(head)), place, _what(each), _points(each["score"]), reasons


def _what(proposal: dict[str, Any]) -> str:
    """Invoices with amounts, and whose: `001-001-000000123 115.00 (Ana Pérez)`."""
    invoices = ", ".join(f"{one['number']} {one['amount']}" for one in proposal["invoices"]) or spoken("on account")
    name = f" ({proposal['customer_name']})" if proposal["customer_name"] else ""
    return invoices + name


def _points(score: int) -> Any:
    return colored(str(score), "green" if score >= 60 else "yellow" if score >= 30 else "red")


def _who(one: dict[str, Any]) -> str:
    """The person who decided, and the reason that he gave."""
    return ": ".join(str(one[name]) for name in ("by", "reason") if one.get(name))


def _why(one: dict[str, Any]) -> str:
    return str(one["why"][language()])


@app.command("accept")
def accept(
    entry: Key,
    number: Annotated[int, typer.Argument(metavar="[NO]", help="Number of the proposal; the first by itself.")] = 1,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Post a transfer as proposed; the hub remembers who paid for whom.

    \b
    caravana bank review accept 3f9c0a11d2b7
    caravana bank review accept 3f9c0a11d2b7 2
    """  # noqa: D301 -- click's mark for lines kept as they are
    _decide(config, "accept", entry, json=json, number=number)


@app.command("choose")
def choose(
    entry: Key,
    invoices: Annotated[
        list[str], typer.Argument(help="Numbers of open invoices of one customer; the oldest is paid first.")
    ],
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Post a transfer for other invoices than proposed; what is left of the money is the customer's credit.

    \b
    caravana bank review choose 3f9c0a11d2b7 001-001-000000123 001-001-000000124
    """  # noqa: D301 -- click's mark for lines kept as they are
    _decide(config, "choose", entry, json=json, invoices=invoices)


@app.command("leave")
def leave(
    entry: Key,
    reason: Annotated[str | None, typer.Option("--reason", help="Why, for the record.")] = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Leave a transfer: it is booked elsewhere, or is not of a customer. It can still be accepted later.

    \b
    caravana bank review leave 3f9c0a11d2b7 --reason "interest"
    """  # noqa: D301 -- click's mark for lines kept as they are
    _decide(config, "leave", entry, json=json, reason=reason)


@app.command("undo")
def undo(entry: Key, config: Config = DEFAULT, json: Json = False) -> None:
    """Take what was posted out of Odoo's books again: the invoices are open as before, the number stays used.

    \b
    caravana bank review undo 3f9c0a11d2b7
    caravana bank review --state posted
    """  # noqa: D301 -- click's mark for lines kept as they are
    _decide(config, "undo", entry, json=json)


@app.command("learned")
def learned(config: Config = DEFAULT, json: Json = False) -> None:
    """List who is known to pay for whom, because persons decided so.

    \b
    caravana bank review learned
    """  # noqa: D301 -- click's mark for lines kept as they are
    found = _operate(config, "learned", {})
    if json:
        print_json(found)
        return
    rows = (
        (one["payer"], one["name"] or one["customer"], one["customer"], one["times"], one["undone"]) for one in found
    )
    columns = ("payer", "pays for", "customer", "times", "times undone")
    print_table("Learned", columns, rows, empty="nothing was learned yet")


@app.command("unlearn")
def unlearn(
    payer: Annotated[str, typer.Argument(help="The payer, as `learned` lists it.")],
    customer: Annotated[int, typer.Argument(help="Number of the customer.")],
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Forget that a payer pays for a customer.

    \b
    caravana bank review unlearn account:2200345678 41
    """  # noqa: D301 -- click's mark for lines kept as they are
    answer = _operate(config, "unlearn", {"payer": payer, "customer": customer}, f"{payer} {customer}")
    if json:
        print_json(answer)
    else:
        say("forgotten")


def _decide(config: Path, act: str, entry: str, *, json: bool, **said: Any) -> None:
    arguments = {"act": act, "key": entry, "actor": getpass.getuser(), **said}
    answer = _operate(config, "match", arguments, f"{entry} {act}")
    if json:
        print_json(answer)
    elif act == "leave":
        say("left")
    elif act == "undo":
        say("noted; the hub takes it out of the books at once, or when it is started")
    else:
        say("noted; the hub posts it at once, or when it is started")


def _operate(config: Path, act: str, arguments: dict[str, Any], subject: str | None = None) -> Any:
    """Ask the bank component of the hub; `subject`: what is changed, for the audit."""
    given: dict[str, Any] = {
        "scheme": "bank",
        "act": act,
        "arguments": arguments,
        "subject": subject,
        "actor": getpass.getuser(),
    }
    return ask(config, "operate", routes=True, **given)
