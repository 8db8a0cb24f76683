"""`caravana einvoice check` and `issue`."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from caravana.cli.einvoice_shown import MOVING, operate, show_document, show_problems, stop_refused
from caravana.cli.output import Json, colored, fail, print_json
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import spoken

PATIENCE = 25.0
"""Seconds for which `issue` waits until something has become of the document."""

OUT = ("authorised", "annulled")
"""States of a document that was issued."""


def check(
    document: Annotated[str, typer.Argument(help="A record of Odoo (account.move,55), or a file with --for.")],
    for_: Annotated[str | None, typer.Option("--for", help="The record of Odoo that the file is for.")] = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Say what is wrong with a document, with the field in Odoo to mend. Nothing is sent; exit code 1 when it cannot be issued.

    \b
    caravana einvoice check account.move,55
    caravana einvoice check guia.yaml --for stock.picking,12
    """  # noqa: D301 -- click's mark for lines kept as they are
    answer = operate(config, "check", _given(document, for_), subject=for_ or document)
    if json:
        print_json(answer)
    else:
        stop_refused(answer)
        show_problems(answer["problems"])
        package = answer["package"]
        if package is not None:
            told = f"{package['number'] or ''} {package['access_key'] or ''}".strip()
            is_out = answer["state"] in OUT
            word = spoken("was issued, nothing is to be done") if is_out else spoken("can be issued")
            typer.echo(f"{colored(word, 'green')}: {told}")
    raise typer.Exit(1 if answer.get("refused") or answer.get("stops", True) else 0)


def issue(
    document: Annotated[
        str, typer.Argument(help="What `show` calls it, a record of Odoo (account.move,55), or a file with --for.")
    ],
    for_: Annotated[str | None, typer.Option("--for", help="The record of Odoo that the file is for.")] = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Issue a record of Odoo, or send its mended document again; without danger: what was sent is asked about first.

    A file holds the document in the canonical form (see the documentation); it is checked as every other one, and what comes of
    it is written on the record in Odoo. Ends with exit code 1 when the document cannot go out as it is.

    \b
    caravana einvoice issue account.move,55
    caravana einvoice issue 001-001-000000123
    caravana einvoice issue retencion.yaml --for account.move,55
    """  # noqa: D301 -- click's mark for lines kept as they are
    answer = operate(config, "issue", _given(document, for_), subject=for_ or document)
    found = answer if answer.get("refused") or "key" not in answer else _awaited(config, answer)
    if json:
        print_json(found)
    else:
        stop_refused(found)
        show_document(found)
    raise typer.Exit(0 if found.get("state") in ("authorised", *MOVING) else 1)


def _given(document: str, for_: str | None) -> dict[str, Any]:
    """What is asked for: a record or document by name, or a file for a record. Exits with 1 for a file that cannot be read."""
    if for_ is None:
        return {"name": document}
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe", pure=True).load(Path(document).read_text("utf-8"))
    except FileNotFoundError:
        fail(f"there is no file {document}")
        raise typer.Exit(1) from None
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        fail(f"{document} cannot be read: {type(error).__name__}")
        raise typer.Exit(1) from None
    if not isinstance(content, dict):
        fail(f"{document} holds no document: see the documentation for its form")
        raise typer.Exit(1)
    return {"name": for_, "document": _plain(content)}


def _plain(value: Any) -> Any:
    """Values of YAML as a message holds them: days as ISO texts, numbers as texts, so that no place is lost."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _awaited(config: Path, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What became of the document, as far as that is known after a while."""
    was, until = answer["was"], time.monotonic() + PATIENCE
    while True:
        found = operate(config, "list", {"limit": 100_000})
        one: dict[str, Any] | None = next((each for each in found if each["key"] == answer["key"]), None)
        if one is not None and _essence(one) != _essence(was) and one["state"] not in MOVING:
            return one
        if time.monotonic() > until:
            return one or {"key": answer["key"], "state": "queued"}
        time.sleep(1)


def _essence(document: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The document without what says only that somebody has looked at it meanwhile."""
    return None if document is None else {**document, "asks": 0}
