"""`caravana doctor` for Odoo: from the address to the last record that the configuration names; each finding says what to do.

It stops at the first fault that makes the rest meaningless.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from caravana.component.odoo.client import JSON2_SINCE, Connection, OdooClient
from caravana.component.odoo.doctor_people import people
from caravana.component.odoo.doctor_places import places
from caravana.component.odoo.doctor_rights import apps, rights
from caravana.component.odoo.identity import same_as_last_time
from caravana.component.odoo.options import OdooConnection
from caravana.component.odoo.values import from_odoo_time
from caravana.kit.component import Finding, Severity
from caravana.kit.errors import EffectError, NeedsPerson
from caravana.kit.ports import Context
from caravana.kit.reach import unreached
from caravana.kit.sameness import SCOPE

TESTED = (18, 19)
"""Oldest and newest version that the component was tested with."""
SKEW, PATIENCE = timedelta(seconds=5), timedelta(minutes=5)
"""A clock that is off by more is told; by more than that it spoils signatures."""
SOON = timedelta(days=21)
"""So long before its end a key is told."""
NEW_KEY = "make a new key in Odoo as the hub's user (Preferences, Account Security) and put it where `apiKey` says"


async def examine(connection: Connection, name: str, context: Context) -> list[Finding]:
    """Return the findings of connection `name`."""
    try:
        version = await connection.version()
    except EffectError as error:
        return [_not_odoo(connection.settings.url, name, error)]
    found = [_version(connection, version), _clock(connection, context), _pace(connection.settings)]
    client = OdooClient(connection)  # without companies: a wrong one among them would refuse every call
    try:
        await connection.protocol()
        user = await client.ask("res.users", "context_get")
    except EffectError as error:
        return [*found, await _shut_out(connection, name, context, error)]
    found.append(await _key(client, int(user["uid"]), context))
    try:
        missing, installed = await apps(client)
        found += installed
        uses = (*context.setting("flows", ()), str(context.setting("bank.posting", "payment")))
        found += await rights(client, version, missing, uses)
        found.append(await same_as_last_time(name, connection, context.store))
        found += await places(client, name, context, missing)
        found += await people(client, name, context)
    except EffectError as error:
        found.append(_broken_off(connection.settings.url, name, error))
    return found


def _not_odoo(url: str, name: str, error: EffectError) -> Finding:
    """Nobody says as Odoo does which version he is."""
    setting = f"connections.{name}.url"
    if error.code == "connect" or error.status is None or error.status >= 500:
        return unreached(url, error, setting)
    if 300 <= error.status < 400:
        remedy = f"write into {setting} the address to which it leads, with https"
        return Finding("address", Severity.ERROR, f"{url} sends callers elsewhere ({error.status})", remedy)
    remedy = f"correct {setting}: host only, as https://xyz.odoo.com, without a path"
    return Finding("host", Severity.ERROR, f"{url} answers, but not as Odoo does ({error.status})", remedy)


def _broken_off(url: str, name: str, error: EffectError) -> Finding:
    """Odoo let the user in, and a later question failed."""
    if error.status is None or error.status >= 500 or error.status == 429:
        return unreached(url, error, f"connections.{name}.url")
    text = f"Odoo refuses a question of the doctor: {str(error)[:200]}"
    return Finding("partner", Severity.ERROR, text, "look at what it says; the findings above hold")


def _version(connection: Connection, version: tuple[int, ...]) -> Finding:
    settings, shown = connection.settings, ".".join(map(str, version))
    oldest, newest = TESTED
    if settings.protocol == "json2" and version[0] < JSON2_SINCE:
        text = f"Odoo {shown} does not speak JSON-2, which `protocol` asks for"
        return Finding("version", Severity.ERROR, text, "remove `protocol`: it is chosen by the version")
    if not oldest <= version[0] <= newest:
        remedy = "try it with a copy of the database first, and tell us what differs"
        text = f"Odoo {shown} answers at {settings.url}; tested are {oldest} to {newest}"
        return Finding("version", Severity.WARNING, text, remedy)
    return Finding("address", Severity.OK, f"Odoo {shown} answers at {settings.url}")


def _pace(settings: OdooConnection) -> Finding:
    """Say at which pace this Odoo is called; the hosted one is asked for less."""
    where = "hosted by Odoo" if settings.is_hosted else "not hosted by Odoo"
    rate, delay = f"{settings.calls_a_second:g} a second", f"{settings.delay.total_seconds():g} s"
    text = f"{settings.calls_at_once} at once, {rate} ({where}); consumers look every {delay}"
    return Finding("calls", Severity.OK, text)


def _clock(connection: Connection, context: Context) -> Finding:
    if connection.date is None:
        return Finding("clock", Severity.WARNING, "Odoo's answer carries no time")
    skew = context.clock.now() - connection.date
    if abs(skew) <= SKEW:
        return Finding("clock", Severity.OK, "agrees with Odoo's")
    severity = Severity.WARNING if abs(skew) <= PATIENCE else Severity.ERROR
    text = f"this machine's clock differs from Odoo's by {round(skew.total_seconds())} s"
    return Finding("clock", severity, text, "let this machine set its clock by NTP")


async def _shut_out(connection: Connection, name: str, context: Context, error: EffectError) -> Finding:
    """Odoo is there and does not let the hub's user in: tell why, as far as its answer shows."""
    database = connection.settings.database
    if error.code == "login":
        return Finding("login", Severity.ERROR, str(error), f"set connections.{name}.login to the hub's user")
    if error.status == 401:
        return await _refused_key(connection, name, context)
    if error.status == 403:
        text = "Odoo knows the key and lets no call through (403)"
        remedy = "external access is part of Odoo's Custom plan only: look at the subscription, or ask Odoo"
        return Finding("plan", Severity.ERROR, text, remedy)
    if _is_of_the_database(error):
        remedy = f"correct connections.{name}.database: on Odoo Online it is the first part of the host"
        return Finding("database", Severity.ERROR, f"Odoo has no database `{database}`", remedy)
    return unreached(connection.settings.url, error, f"connections.{name}.url")


def _is_of_the_database(error: EffectError) -> bool:
    """JSON-2 answers with a page, JSON-RPC with PostgreSQL's own refusal."""
    return (error.code == "not_json" and isinstance(error, NeedsPerson)) or str(error.code).endswith("OperationalError")


async def _refused_key(connection: Connection, name: str, context: Context) -> Finding:
    """Odoo answers the same for a wrong and for an expired key: what is remembered tells them apart."""
    ends = connection.settings.key_expires
    if ends is not None and ends <= _today(connection.settings, context):
        return Finding("key expired", Severity.ERROR, f"the key ran out on {ends} (`keyExpires`)", NEW_KEY)
    known = (await context.store.get(SCOPE, name) or {}).get("known")
    if known:
        text = "Odoo no longer takes the key, though it did before: it has expired or was deleted"
        return Finding("key expired", Severity.ERROR, text, NEW_KEY)
    remedy = f"compare the key with the one that Odoo showed, and `login` with its user; or {NEW_KEY}"
    return Finding("key", Severity.ERROR, "Odoo does not take the key", remedy)


async def _key(client: OdooClient, user: int, context: Context) -> Finding:
    """Tell that the key works, and how long still: by Odoo where it shows the user's keys, else by the setting."""
    protocol = (await client.connection.protocol()).name
    ends = await _end(client, user) or client.settings.key_expires
    if ends is None:
        return Finding("key", Severity.OK, f"works over {protocol}")
    left = ends - _today(client.settings, context)
    if left > SOON:
        return Finding("key", Severity.OK, f"works over {protocol}, until {ends}")
    return _ending(ends, left.days)


def _ending(ends: date, days: int) -> Finding:
    """A key that works and ends soon; one that ended by the setting, and still works, is a new one."""
    if days < 0:
        text = f"works, and `keyExpires` says that it ran out on {ends}"
        return Finding("key expires", Severity.WARNING, text, "write into `keyExpires` when the key of today runs out")
    when = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
    return Finding("key expires", Severity.WARNING, f"the key runs out on {ends}, {when}", NEW_KEY)


def _today(settings: OdooConnection, context: Context) -> date:
    """The company's day: a person wrote `keyExpires` by its calendar."""
    return context.clock.now().astimezone(ZoneInfo(settings.timezone or "UTC")).date()


async def _end(client: OdooClient, user: int) -> date | None:
    """The day on which the first of the user's keys runs out; None when none does or Odoo does not show it.

    Odoo 18 and later keep `expiration_date` (documented, not recorded); which of several keys is ours it does not show.
    """
    question = {"domain": [["user_id", "=", user]], "fields": ["name", "expiration_date"]}
    try:
        rows: Sequence[dict[str, Any]] = await client.ask("res.users.apikeys", "search_read", question)
    except EffectError:
        return None
    ends = [from_odoo_time(row["expiration_date"]) for row in rows if row.get("expiration_date")]
    return min(ends).astimezone(ZoneInfo(client.settings.timezone or "UTC")).date() if ends else None
