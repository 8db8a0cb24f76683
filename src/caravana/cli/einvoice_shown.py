"""What `caravana einvoice` shows, and the way to the desk."""

import getpass
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from caravana.cli.office import ask, when
from caravana.cli.output import colored, fail, print_table
from caravana.cli.speech import language, spoken

COLUMNS = ("type", "number", "in Odoo", "state", "total", "company", "mail", "since")
COLORS = {
    "authorised": "green",
    "annulled": "green",
    "rejected": "red",
    "not_authorised": "red",
    "needs_attention": "red",
    "draft": "yellow",
}
WORDS = {
    "draft": "to be mended",
    "queued": "waits to be sent",
    "submitting": "being sent",
    "in_doubt": "unknown whether it arrived",
    "in_process": "the SRI works on it",
    "authorised": "authorised",
    "not_authorised": "not authorised",
    "rejected": "returned",
    "needs_attention": "a person must look",
    "annulled": "annulled",
}
"""How a document stands, in words."""
NOTES = {
    "sent": "sent",
    "failed": "failed",
    "waiting": "waiting",
    "provider": "by the company",
    "odoo": "by Odoo",
    "none": "",
    "no_address": "no address",
}
MESSAGES = {
    "no_point": "the record is of no emission point that is configured (einvoice.points)",
    "not_sent": "nothing of it was sent yet",
    "no_file": "the company gives no such file",
    "not_authorised": "it is not authorised",
    "annulled_already": "it is annulled already",
    "no_mail": "nobody mails it: neither the company, nor the hub (einvoice.mailer)",
}
"""Why a wish was not carried out."""
MOVING = ("queued", "submitting", "in_doubt", "in_process")
"""States that change by themselves."""


def show_document(one: Mapping[str, Any]) -> None:
    """Print one document: how it stands, what was said, what is wrong."""
    if "cod_doc" not in one:
        typer.echo(f"{one['key']}: {spoken(WORDS[one['state']])}")
        return
    print_table("Electronic documents", COLUMNS, [document_row(one)])
    rows = [
        (spoken("clave de acceso"), one["access_key"]),
        (spoken("authorised"), when(one["authorized_at"]) if one["authorized_at"] else None),
        (spoken("name at the company"), one["request_id"]),
        (spoken("environment"), {"1": spoken("test"), "2": spoken("live")}.get(str(one["environment"]))),
        (spoken("annul until"), (one["annulment"] or {}).get("until")),
    ]
    for name, value in rows:
        if value:
            typer.echo(f"{name}: {value}")
    told = [(each["type"], each["code"], f"{_text(each)} {each['detail']}".strip()) for each in one["messages"]]
    if told:
        waits = not any(code for _, code, _ in told)
        print_table("Why it waits" if waits else "What the SRI says", ("type", "code", "message"), told)
    show_problems(one["problems"])


def _text(message: Mapping[str, Any]) -> str:
    """What was said; in English where the hub said it itself."""
    english = message.get("en") if language() == "en" else None
    return str(english or message["text"])


def show_problems(problems: list[dict[str, Any]]) -> None:
    """Print what is wrong, with the field in Odoo to mend."""
    if not problems:
        return
    tongue = "es" if language() == "es" else "en"
    rows = ((spoken(one["severity"]), one[tongue], one["field"], one["where"]) for one in problems)
    print_table("What is wrong", ("kind", "what", "field in Odoo", "place"), rows)


def document_row(one: Mapping[str, Any]) -> list[Any]:
    """Return a document as a line of the table."""
    mail = (one["mail"] or {}).get("state", "")
    return [
        one["cod_doc"],
        one["number"],
        one["key"].removeprefix("odoo/"),
        colored(spoken(WORDS.get(one["state"], one["state"])), COLORS.get(one["state"], "")),
        one["total"],
        one["company"],
        spoken(NOTES.get(mail, mail)),
        when(one["changed"]),
    ]


def stop_refused(answer: Mapping[str, Any]) -> None:
    """Say why a wish was not carried out, and exit with 1."""
    if answer.get("refused"):
        fail(MESSAGES.get(answer["refused"], answer["refused"]))
        raise typer.Exit(1)


def stop_unfinished(answer: Mapping[str, Any]) -> None:
    """Say which exchange goes on with a wish that is not over, and exit with 1."""
    if "exchange" in answer:
        state = spoken(str(answer["state"]))
        typer.echo(f"{state}: caravana messages show {answer['exchange']} {answer['message']}".strip())
        raise typer.Exit(1)


def operate(config: Path, act: str, arguments: dict[str, Any], subject: str | None = None) -> Any:
    """Ask the desk of electronic documents; `subject`: what is asked for, for the audit, and a hub must run for it."""
    given: dict[str, Any] = {"scheme": "einvoice", "act": act, "arguments": arguments, "subject": subject}
    return ask(config, "operate", routes=True, running=subject is not None, actor=getpass.getuser(), **given)
