"""`caravana einvoice`: electronic documents, what is wrong with them, and what a person does about it."""

from pathlib import Path
from typing import Annotated

import typer

from caravana.cli.einvoice_issue import check, issue
from caravana.cli.einvoice_shown import COLUMNS, document_row, operate, show_document, stop_refused, stop_unfinished
from caravana.cli.output import Json, print_json, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import agree, spoken

app = typer.Typer(no_args_is_help=True)
Name = Annotated[
    str, typer.Argument(help="Its number (001-001-000000123), clave de acceso, or record in Odoo (account.move,55).")
]


@app.callback()
def einvoice() -> None:
    """Look at electronic documents, check and issue them, write down what was done by hand.

    \b
    caravana einvoice list --state rejected
    caravana einvoice show 001-001-000000123
    caravana einvoice check account.move,55
    caravana einvoice issue retencion.yaml --for account.move,55
    """  # noqa: D301 -- click's mark for lines kept as they are


app.command()(check)
app.command()(issue)


@app.command("list")
def list_(
    state: Annotated[
        str | None, typer.Option("--state", help="Only in this state: authorised, rejected, draft, …")
    ] = None,
    point: Annotated[str | None, typer.Option("--point", help="Only of this emission point: 001-001.")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Only of this type: 01, 03, 04, 05, 06 or 07.")] = None,
    limit: Annotated[int, typer.Option("--limit", help="How many at most, the newest first.", min=1)] = 50,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """List electronic documents, the newest first.

    \b
    caravana einvoice list
    caravana einvoice list --state not_authorised --json
    """  # noqa: D301 -- click's mark for lines kept as they are
    found = operate(config, "list", {"state": state, "point": point, "cod_doc": type_, "limit": limit})
    if json:
        print_json(found)
        return
    print_table("Electronic documents", COLUMNS, map(document_row, found), empty="no electronic documents")


@app.command()
def show(document: Name, config: Config = DEFAULT, json: Json = False) -> None:
    """Show one document: how it stands, what the SRI or the company said, what is wrong with it.

    \b
    caravana einvoice show 001-001-000000123
    """  # noqa: D301 -- click's mark for lines kept as they are
    one = operate(config, "show", {"name": document})
    if json:
        print_json(one)
        return
    show_document(one)


@app.command()
def query(document: Name, config: Config = DEFAULT, json: Json = False) -> None:
    """Ask the company how a document stands, now.

    \b
    caravana einvoice query 001-001-000000123
    """  # noqa: D301 -- click's mark for lines kept as they are
    one = operate(config, "query", {"name": document}, subject=document)
    if json:
        print_json(one)
        return
    stop_unfinished(one)
    show_document(one)


@app.command()
def ride(
    document: Name,
    to: Annotated[Path | None, typer.Option("--to", help="The file; without it in this folder.")] = None,
    xml: Annotated[bool, typer.Option("--xml", help="The XML instead of the PDF.")] = False,
    config: Config = DEFAULT,
) -> None:
    """Write the RIDE (the printed form) of a document, or its XML, into a file.

    \b
    caravana einvoice ride 001-001-000000123
    caravana einvoice ride 001-001-000000123 --xml --to factura.xml
    """  # noqa: D301 -- click's mark for lines kept as they are
    import base64

    answer = operate(config, "files", {"name": document, "what": "xml" if xml else "pdf"}, subject=document)
    stop_refused(answer)
    stop_unfinished(answer)
    content = answer["content"].encode() if xml else base64.b64decode(answer["content"])
    target = to or Path(Path(answer.get("filename") or f"{answer['number']}.{'xml' if xml else 'pdf'}").name)
    target.write_bytes(content)
    if answer["provisional"]:
        typer.echo(spoken("it is not authorised yet: this is the provisional form"))
    typer.echo(str(target))


@app.command()
def annul(
    document: Name,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the note in Odoo.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Write down that you annulled a document on the SRI's page. Nothing else can annul it: there is no call for it in Ecuador.

    \b
    caravana einvoice annul 001-001-000000123 --reason "cliente equivocado"
    """  # noqa: D301 -- click's mark for lines kept as they are
    if not yes and not agree(spoken("Is it annulled on the SRI's page, and accepted where the receiver must accept?")):
        raise typer.Exit(1)
    answer = operate(config, "annul", {"name": document, "reason": reason}, subject=document)
    if json:
        print_json(answer)
    else:
        stop_refused(answer)
        stop_unfinished(answer)
        show_document(answer)
    raise typer.Exit(1 if answer.get("refused") else 0)


@app.command()
def resend(
    document: Name,
    to: Annotated[str | None, typer.Option("--to", help="Another address than the receiver's.")] = None,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Have a document mailed again, by whoever mails it: the company or the hub.

    \b
    caravana einvoice resend 001-001-000000123 --to rosa@cliente.example
    """  # noqa: D301 -- click's mark for lines kept as they are
    answer = operate(config, "resend", {"name": document, "to": to}, subject=document)
    if json:
        print_json(answer)
    else:
        stop_refused(answer)
        stop_unfinished(answer)
        typer.echo(spoken("the company mails it" if answer["by"] == "provider" else "the hub mails it"))
    raise typer.Exit(1 if answer.get("refused") else 0)
