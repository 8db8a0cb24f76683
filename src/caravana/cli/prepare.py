"""`caravana odoo prepare` and `unprepare`: what the hub would like to find in Odoo, made and removed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caravana.cli.office import ask
from caravana.cli.output import Json, Yes, colored, fail, print_json, print_table
from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import agree, say, spoken

if TYPE_CHECKING:
    from caravana.component.odoo.preparing import Preparer, Standing
    from caravana.component.odoo.things import Thing
    from caravana.engine.project import Project

Name = Annotated[str, typer.Argument(help="The connection's name.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be made.")]
Key = Annotated[
    str | None, typer.Option("--key", help="Name of the secret with another user's API key, e.g. an administrator's.")
]
Login = Annotated[str | None, typer.Option("--login", help="Login of that user; needed for Odoo 18 and before.")]

COLORS = {"there": "green", "created": "green", "removed": "green", "missing": "yellow", "failed": "red"}


def prepare(
    name: Name = "odoo",
    dry_run: DryRun = False,
    key: Key = None,
    login: Login = None,
    yes: Yes = False,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Make in Odoo what the flows would like to find there: custom fields, a product tag, automations that hint.

    Nothing of it is required: the table says what each is for, which right making it needs, and what works without it. Fields and
    automations need an administrator: put his API key into a secret and name it with --key; the hub goes on with its own.
    Every thing is made once, however often this is called. Ends with exit code 1 when something could not be made.

    \b
    caravana odoo prepare --dry-run
    caravana odoo prepare --key odoo_admin
    """  # noqa: D301 -- click's mark for lines kept as they are
    import asyncio  # help does without it

    asked = _Asked(config, name, key, login, ask(config, "identities"))
    found = asyncio.run(_looked(asked))
    if dry_run or (json and not yes):
        _show("What would be made", found, json=json)
        _advise(found, json=json)
        return
    if not json:
        _show("What is to be made", found, json=False)
    missing = [one for one in found if one.state == "missing"]
    if missing and not yes and not agree(_making(len(missing)), err=True):
        raise typer.Exit(1)
    done = asyncio.run(_made(asked, found)) if missing else found
    _report(done, json=json)


def unprepare(
    name: Name = "odoo",
    key: Key = None,
    login: Login = None,
    yes: Yes = False,
    config: Config = DEFAULT,
    json: Json = False,
) -> None:
    """Remove from Odoo what `prepare` made there, and nothing else; shows it first, and asks.

    A field goes with all that stands in it, a tag is taken from the products that carry it.

    \b
    caravana odoo unprepare
    caravana odoo unprepare --key odoo_admin --yes
    """  # noqa: D301 -- click's mark for lines kept as they are
    import asyncio  # help does without it

    asked = _Asked(config, name, key, login, ask(config, "identities"))
    found = asyncio.run(_own(asked))
    if json and not yes:
        _show("What would be removed", found, json=True)
        return
    if not json:
        _show("What is to be removed", found, json=False, removing=True)
    removable = [one for one in found if one.state == "there"]
    if removable and not yes and not agree(_removal(len(removable)), err=True):
        raise typer.Exit(1)
    done = asyncio.run(_removed(asked, found)) if removable else found
    _report(done, json=json)


def _making(count: int) -> str:
    return "Make 1 thing in Odoo?" if count == 1 else f"Make {count} things in Odoo?"


def _removal(count: int) -> str:
    return "Remove 1 thing from Odoo?" if count == 1 else f"Remove {count} things from Odoo?"


@dataclass(frozen=True)
class _Asked:
    """What a person asked for; `identities`: who answered last time, by connection."""

    config: Path
    name: str
    key: str | None
    login: str | None
    identities: dict[str, Any]


async def _looked(asked: _Asked) -> "list[Standing]":
    async with _preparer(asked) as (preparer, things):
        return [await preparer.look(one) for one in things]


async def _made(asked: _Asked, found: "list[Standing]") -> "list[Standing]":
    async with _preparer(asked) as (preparer, _):
        return [await preparer.make(one) if one.state == "missing" else one for one in found]


async def _own(asked: _Asked) -> "list[Standing]":
    async with _preparer(asked, every=True) as (preparer, things):
        own = [*things, *await preparer.left(things)]
        found = [await preparer.look_at_own(one) for one in own]
        return [one for one in found if one is not None]


async def _removed(asked: _Asked, found: "list[Standing]") -> "list[Standing]":
    async with _preparer(asked) as (preparer, _):
        return [await preparer.remove(one) if one.state == "there" else one for one in found]


@asynccontextmanager
async def _preparer(asked: _Asked, *, every: bool = False) -> "AsyncIterator[tuple[Preparer, list[Thing]]]":
    """Yield what looks, makes and removes, and the things. Exits with 1 when another database answers than last time."""
    from pydantic import SecretStr

    from caravana.cli.project import load_project
    from caravana.component.odoo.client import Connection, OdooClient, default_context
    from caravana.component.odoo.identity import same_as_last_time
    from caravana.component.odoo.preparing import Preparer
    from caravana.engine.check_context import CheckContext, Remembered
    from caravana.engine.registry import Components
    from caravana.kit.clock import clock_from_environment
    from caravana.kit.component import Severity
    from caravana.kit.sameness import SCOPE

    project, clock = load_project(asked.config), clock_from_environment()
    context = CheckContext(project.configuration, project.callables, clock, strict=True)
    settings = Components(context).get("odoo").connection_settings(asked.name)
    if asked.key is not None:
        key = SecretStr(project.configuration.secret(asked.key))
        settings = settings.model_copy(update={"api_key": key, "login": asked.login or settings.login})
    connection = Connection(settings)
    try:
        database = await same_as_last_time(asked.name, connection, Remembered(SCOPE, asked.identities))
        if database.severity is Severity.ERROR:
            fail(f"{database.message}; {database.remedy}")
            raise typer.Exit(1)
        client = OdooClient(connection, default_context(settings))
        yield Preparer(client, clock), _things(project, asked.name, settings, every=every)
    finally:
        await connection.close()


def _things(project: "Project", name: str, settings: Any, *, every: bool) -> "list[Thing]":
    """Return what the configured flows and routes would like; `every`: also what others, or an earlier address, would."""
    from caravana.commerce.flows import FLOWS, names
    from caravana.commerce.wishes import wishes

    configuration = project.configuration
    public, token = configuration.listener.public_url, settings.hint_token
    address = f"{public.rstrip('/')}/odoo/{name}/hint/{token.get_secret_value()}" if public and token else None
    watched = _watched(project, name)
    if every:
        return wishes(FLOWS, watched, address or "-", configuration.settings)
    if watched and address is None:
        say("· hints are left out: they need `hintToken` of the connection and listener.public_url", err=True)
    return wishes(names(configuration.flows), watched, address, configuration.settings)


def _watched(project: "Project", name: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the models of connection `name` that routes poll, with the fields that they read or filter by."""
    from caravana.component.odoo.options import parse_literal, parse_names
    from caravana.kit.uri import Uri

    found: dict[str, dict[str, None]] = {}
    for route in (route for document in project.documents for route in document.routes):
        uri = Uri.parse(route.from_.uri, route.from_.parameters)
        options = uri.options
        if uri.scheme != "odoo" or options.get("connection", "odoo") != name or options.get("event") == "closed":
            continue
        domain = parse_literal(options.get("domain", "[]"))
        filtered = (one[0].partition(".")[0] for one in domain if isinstance(one, list | tuple))
        found.setdefault(uri.path, {}).update(dict.fromkeys([*parse_names(options.get("fields", "")), *filtered]))
    return [(model, tuple(fields)) for model, fields in sorted(found.items())]


def _show(title: str, found: "list[Standing]", *, json: bool, removing: bool = False) -> None:
    if json:
        print_json([_as_json(one) for one in found])
        return
    rows = (
        (
            spoken(one.thing.kind),
            spoken(one.thing.name),
            colored(spoken(one.state.value), COLORS.get(one.state.value, "yellow")),
            _needs(one),
            spoken(one.thing.use),
            spoken(one.text or (_loss(one) if removing else one.thing.without)),
        )
        for one in found
    )
    columns = ("what", "name", "state", "needs the right", "what for", "goes with it" if removing else "without it")
    print_table(title, columns, rows, empty="there is nothing of the hub's own in Odoo")


def _needs(one: "Standing") -> str:
    verb, _, model = one.right.partition(" ")
    right = f"{spoken(verb)} {model}"
    return f"{right} ({spoken(one.group.name)})" if one.group else right


def _loss(one: "Standing") -> str:
    if not one.uses:
        return "nothing"
    return "what 1 record holds of it" if one.uses == 1 else f"what {one.uses} records hold of it"


def _as_json(one: "Standing") -> dict[str, Any]:
    thing = one.thing
    group = {"id": one.group.xmlid, "name": one.group.name} if one.group else None
    told: dict[str, Any] = {
        "kind": thing.kind,
        "name": thing.name,
        "model": thing.table,
        "external_id": one.external_id,
    }
    told |= {"state": one.state.value, "right": one.right, "group": group, "id": one.number, "uses": one.uses}
    return {**told, "use": thing.use, "without": thing.without, "text": one.text}


def _report(done: "list[Standing]", *, json: bool) -> None:
    """Tell what was done. Exits with 1 when something failed."""
    if json:
        _show("", done, json=True)
    for one in () if json else done:
        if one.state in ("created", "removed"):
            typer.echo(f"{spoken(one.state.value)}: {spoken(one.thing.kind)} {spoken(one.thing.name)}")
        elif one.state == "failed":
            fail(f"{spoken(one.thing.kind)} {spoken(one.thing.name)}: {spoken(one.text)}")
    _advise(done, json=json)
    raise typer.Exit(1 if any(one.state == "failed" for one in done) else 0)


def _advise(done: "list[Standing]", *, json: bool) -> None:
    """Say what a person does next."""
    if json:
        return
    states = {one.state.value for one in done}
    if "lacks the right" in states:
        say("· what lacks a right needs another user: put his API key into a secret and name it with --key")
    if "app not installed" in states:
        say("· hints need Odoo's app Automation Rules (base_automation)")
    if any(one.state == "created" and one.thing.kind == "field" for one in done):
        say("· a hub that runs writes new fields within ten minutes")
