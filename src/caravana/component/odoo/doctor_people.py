"""The persons who get tasks in Odoo: whether the users that the configuration names are there and not archived."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from caravana.component.odoo.client import OdooClient
from caravana.kit.branch import Branch
from caravana.kit.component import Finding, Severity
from caravana.kit.ports import Context

PERSON = "review.person"
"""The setting of the review flow, whose connection is called `odoo`; of branches without `person`, too."""
Users = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Person:
    """A user of Odoo whom a setting names, by login or number."""

    setting: str
    user: str | int


async def people(client: OdooClient, name: str, context: Context) -> list[Finding]:
    """Return what is wrong with the persons named for connection `name`. Raises an `EffectError`."""
    named = list(_named(name, context))
    if not named:
        return []
    users = await _users(client, named)
    found = [finding for one in named for finding in _judge(one, users)]
    return found or [Finding("persons", Severity.OK, f"{len(named)} that the configuration names are there")]


def _named(name: str, context: Context) -> Iterator[Person]:
    branches: Mapping[str, Branch] = context.setting("branches") or {}
    here = {key: one.person for key, one in branches.items() if one.odoo == name}
    general = context.setting(PERSON)
    if general is not None and (name == "odoo" or None in here.values()):
        yield Person(f"settings.{PERSON}", general)
    for key, person in here.items():
        if person is not None:
            yield Person(f"branches.{key}.person", person)


async def _users(client: OdooClient, named: Sequence[Person]) -> Users:
    """Read whom `named` names, archived or not."""
    logins = sorted({one.user for one in named if isinstance(one.user, str)})
    numbers = sorted({one.user for one in named if isinstance(one.user, int)})
    domain = ["|", ["login", "in", logins], ["id", "in", numbers]]
    question = {"domain": domain, "fields": ["login", "active"]}
    users: Users = await client.ask("res.users", "search_read", question, context={"active_test": False})
    return users


def _judge(person: Person, users: Users) -> Iterator[Finding]:
    """A login that Odoo does not have leaves tasks to the hub's own user; a number that it does not have makes none at all."""
    field = "login" if isinstance(person.user, str) else "id"
    user = next((one for one in users if one[field] == person.user), None)
    if user is None:
        text = f"{person.setting}: Odoo shows the hub's user no user `{person.user}`"
        remedy = (
            "write the login as it stands in Odoo under Settings, Users & Companies, Users: tasks go to that person"
        )
        yield Finding("person", Severity.ERROR, text, remedy)
    elif not user["active"]:
        text = f"{person.setting}: the user {user['login']} is archived in Odoo and sees no task"
        remedy = "name somebody who works there, or unarchive the user in Odoo"
        yield Finding("person", Severity.ERROR, text, remedy)


__all__ = ["people"]
