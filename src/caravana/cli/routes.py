"""`caravana routes`: what the configuration's routes are, and their pictures."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caravana.cli.output import Json, fail, print_json, print_problems, print_table
from caravana.cli.project import DEFAULT, Config

if TYPE_CHECKING:
    from caravana.route import RouteDocument
    from caravana.route.model import Route

app = typer.Typer(invoke_without_command=True, no_args_is_help=False)


@app.callback()
def routes(
    context: typer.Context,
    config: Config = DEFAULT,
    files: Annotated[list[Path] | None, typer.Option("--file", "-f", help="Route files instead.")] = None,
    json: Json = False,
) -> None:
    """List the routes: id, where each begins, its number of steps, its mode and its error handler.

    \b
    caravana routes
    caravana routes --json
    caravana routes draw card-payment -o card-payment.svg
    """  # noqa: D301 -- click's mark for lines kept as they are
    context.obj = (config, files or [])
    if context.invoked_subcommand is not None:
        return
    rows = [_row(*one) for one in _all(files or [], config)]
    if json:
        print_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
    else:
        print_table("Routes", _COLUMNS, rows, empty="there are no routes")


_COLUMNS = ("id", "from", "steps", "mode", "handler", "description")


def _all(files: list[Path], config: Path) -> list[tuple["Route", "RouteDocument", str, str]]:
    """Return every route with its document, mode and handler. Raises `ConfigurationError`, exits on refused files."""
    from caravana.cli.project import load_project
    from caravana.engine.configuration import Configuration
    from caravana.engine.program import applies, error_handler_of
    from caravana.engine.project import Project
    from caravana.kit.callables import Callables
    from caravana.route.files import read_all
    from caravana.route.rest_routes import expand_rest, rest_configuration

    project = Project(Configuration(), *read_all(files), Callables()) if files else load_project(config)
    configuration, documents = project.configuration, project.documents
    _stop_at(project.problems)
    shared = [one for document in documents for one in document.configurations]
    rests = rest_configuration(documents)
    found: list[tuple[Route, RouteDocument, str, str]] = []
    running = 0
    for document in documents:
        for one in [*document.routes, *expand_rest(document, rests)]:
            running += not one.disabled
            route = one if one.id or one.disabled else replace(one, id=f"route{running}")  # as the hub names it
            handler = error_handler_of(route, [one for one in shared if applies(one, route)], document)
            mode = configuration.modes.of_route(route.id or "")
            found.append((route, document, "off" if route.disabled else mode, handler.spec.key))
    return found


def _stop_at(problems: Any) -> None:
    from caravana.route import Severity

    if any(one.severity is Severity.ERROR for one in problems):
        print_problems(problems)
        raise typer.Exit(1)


def _row(route: "Route", document: "RouteDocument", mode: str, handler: str) -> tuple[Any, ...]:
    from caravana.route import walk
    from caravana.route.model import Step

    steps = sum(isinstance(node, Step) for node in walk(route))
    return route.id or "", route.from_.uri, steps, mode, handler, route.description or ""


@app.command("draw")
def draw(
    context: typer.Context,
    route: Annotated[str, typer.Argument(help="A route's id, or a route file, whose routes are drawn together.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The file; without it, ROUTE.svg.")] = None,
) -> None:
    """Draw a route as an SVG picture.

    \b
    caravana routes draw greeting
    caravana routes draw routes/orders.yaml -o orders.svg
    """  # noqa: D301 -- click's mark for lines kept as they are
    from caravana.engine.drawing import draw_routes

    config, files = context.obj
    path = Path(route)
    is_file = path.suffix in (".yaml", ".yml", ".json")
    drawn = [one for one, *_ in _all([path] if is_file else files, config) if is_file or one.id == route]
    if not drawn:
        _unknown(route, files, config)
    target = output or Path(f"{path.stem if is_file else route}.svg")
    target.write_text(draw_routes(drawn), encoding="utf-8")
    typer.echo(str(target))


def _unknown(route: str, files: list[Path], config: Path) -> None:
    from caravana.kit.nearest import nearest

    known = [one.id for one, *_ in _all(files, config) if one.id]
    fail(f"there is no route `{route}` ({nearest(route, known) or 'see caravana routes'})")
    raise typer.Exit(1)
