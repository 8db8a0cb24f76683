"""`caravana sandbox`: partners' imitations on this machine, to try everything without one account."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from caravana.cli.output import Json, fail, print_json, print_table
from caravana.cli.speech import say, spoken

if TYPE_CHECKING:
    from caravana.sandbox import Imitation


def sandbox(
    names: Annotated[list[str] | None, typer.Argument(help="Which; none: all.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME.KEY=VALUE", help="A setting of one imitation.")
    ] = None,
    speed: Annotated[float, typer.Option("--speed", help="Seconds of their clock in one real second.", min=0.001)] = 1,
    listed: Annotated[bool, typer.Option("--list", help="List the imitations and end.")] = False,
    json: Json = False,
) -> None:
    """Serve imitations of partners until Ctrl-C, and print their addresses and what a hub's configuration says of them.

    They answer as the real ones do, with their faults, and listen on this machine only. POST a list of faults to
    /_sandbox/faults of an imitation to have it misbehave; GET /_sandbox/counters tells what was done to it.

    \b
    caravana sandbox
    caravana sandbox odoo --set odoo.version=18.0
    caravana sandbox --set placetopay.notification_url=http://127.0.0.1:8080/placetopay/placetopay
    caravana sandbox --speed 60 placetopay
    """  # noqa: D301 -- click's mark for lines kept as they are
    import asyncio

    from caravana.sandbox import imitations

    known = imitations()
    chosen = [_find(known, name) for name in names] if names else list(known.values())
    if listed:
        rows = [(one.name, one.port, ", ".join(one.settings), one.doc if json else spoken(one.doc)) for one in chosen]
        _show(("name", "port", "settings", "what"), rows, json=json)
        return
    given = _settings(settings or [], known)
    asyncio.run(_serve(chosen, given, speed, json=json))


def _find(known: "dict[str, Imitation]", name: str) -> "Imitation":
    if name not in known:
        fail(f"there is no imitation `{name}` (there are: {', '.join(known)})")
        raise typer.Exit(2)
    return known[name]


def _settings(texts: list[str], known: "dict[str, Imitation]") -> dict[str, dict[str, str]]:
    """Take `name.key=value` apart."""
    given: dict[str, dict[str, str]] = {}
    for text in texts:
        place, equals, value = text.partition("=")
        name, dot, key = place.partition(".")
        if not equals or not dot:
            fail(f"`{text}` is no setting: write name.key=value")
            raise typer.Exit(2)
        _find(known, name)
        given.setdefault(name, {})[key] = value
    return given


def _show(columns: tuple[str, ...], rows: list[tuple[Any, ...]], *, json: bool) -> None:
    if json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table("Sandboxes", columns, rows)


def _tell(rows: "list[tuple[str, str, dict[str, dict[str, str]]]]", *, json: bool) -> None:
    """Print where the imitations are, and what a hub's configuration says to reach them: one connection or several."""
    connections = [
        (name, address, {"url": address, **settings}) for _, address, some in rows for name, settings in some.items()
    ]
    if json:
        _show(("name", "address", "connection"), connections, json=True)
        return
    _show(("name", "address"), [row[:2] for row in rows], json=False)
    say("In caravana.yaml of a hub that shall use them:")
    typer.echo("\nconnections:")
    for name, _, connection in connections:
        typer.echo(f"  {name}:")
        for key, value in connection.items():
            typer.echo(f'    {key}: "{value}"')


async def _serve(chosen: "list[Imitation]", given: dict[str, dict[str, str]], speed: float, *, json: bool) -> None:
    import contextlib
    import time

    from caravana.cli.signals import Signals
    from caravana.kit.clock import ScaledClock, clock_from_environment
    from caravana.kit.serving import serve

    clock = clock_from_environment() if speed == 1 else ScaledClock(time.time(), speed)
    async with contextlib.AsyncExitStack() as stack:
        rows = []
        for one in chosen:
            app, port, connections = one.app(clock, given.get(one.name, {}))
            try:
                address = await stack.enter_async_context(serve(app, port=port))
            except OSError as error:
                fail(f"{one.name}: port {port} is taken ({error.strerror}); choose one with --set {one.name}.port=…")
                raise typer.Exit(1) from None
            rows.append((one.name, address, connections))
        _tell(rows, json=json)
        if speed != 1:
            say(f"A hub with the same clock: CARAVANA_CLOCK={clock} caravana run", err=True)
        await Signals().stop()
