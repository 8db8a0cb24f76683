"""What both RPC protocols offer: the services `common`, `object` and `db`."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from caravana.component.odoo.sandbox.caller import call_positional
from caravana.component.odoo.sandbox.errors import ServerError

if TYPE_CHECKING:
    from caravana.component.odoo.sandbox.sandbox import OdooSandbox


def version(sandbox: "OdooSandbox") -> dict[str, Any]:
    """Return the server's version, as `common.version` tells it."""
    return {
        "server_version": sandbox.version,
        "server_version_info": version_info(sandbox),
        "server_serie": sandbox.version,
        "protocol_version": 1,
    }


def version_info(sandbox: "OdooSandbox") -> list[Any]:
    """Return the version in parts."""
    major, _, minor = sandbox.version.partition(".")
    return [int(major), int(minor or 0), 0, "final", 0, ""]


def operation(service: str, method: str, args: Sequence[Any]) -> str:
    """Return the name under which a call is counted and may be disturbed."""
    if service == "object" and len(args) > 4:
        return f"{args[3]}.{args[4]}"
    return f"{service}.{method}"


async def dispatch(sandbox: "OdooSandbox", service: str, method: str, args: Sequence[Any], started: datetime) -> Any:
    """Run one call of a service. Raises OdooError."""
    match service, method:
        case "common", "version":
            return version(sandbox)
        case "common", "authenticate" | "login":
            return authenticate(sandbox, *args[:3])
        case "db", "list":
            return [sandbox.database]
        case "db", "db_exist":
            return list(args) == [sandbox.database]
        case "db", "server_version":
            return sandbox.version
        case "object", "execute_kw" | "execute":
            return await _execute(sandbox, method, args, started)
    raise ServerError(f"Method not found: {service}.{method}", "builtins.NameError")


def authenticate(sandbox: "OdooSandbox", database: str, login: str, secret: str) -> int | bool:
    """Return the user's id, or False for a wrong login or secret; an unknown database is an error."""
    check_database(sandbox, database)
    return sandbox.credentials.login(login, secret, sandbox.clock.now()) or False


def check_database(sandbox: "OdooSandbox", database: str) -> None:
    """ServerError as PostgreSQL words it when the database is not there."""
    if database != sandbox.database:
        text = f'connection to server at "127.0.0.1", port 5432 failed: FATAL:  database "{database}" does not exist\n'
        raise ServerError(text, "psycopg2.OperationalError")


async def _execute(sandbox: "OdooSandbox", method: str, args: Sequence[Any], started: datetime) -> Any:
    if len(args) < 5:
        raise ServerError(f"{method}() misses arguments", "builtins.TypeError")
    database, uid, secret, model, name, *rest = args
    check_database(sandbox, database)
    known = sandbox.credentials.check(uid, secret, sandbox.clock.now())
    given: list[Any] = [rest] if method == "execute" else rest
    positional: list[Any] = given[0] if given else []
    named: dict[str, Any] = given[1] if len(given) > 1 else {}
    return await sandbox.call(
        f"{model}.{name}", known, started, lambda env: call_positional(env, model, name, positional, named or {})
    )
