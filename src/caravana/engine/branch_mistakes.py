"""What is wrong with the branches of a configuration beyond each of them: connections that are not there, things named twice."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from pydantic import ValidationError

from caravana.kit.branch import Branch, alike
from caravana.kit.nearest import nearest

CONNECTIONS = ("odoo", "payment_store")
"""Settings of a branch that name a connection."""
Mistake = tuple[tuple[str, ...], str]
"""Where in the configuration, and what."""


def mistakes(content: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield what is wrong among the branches of a configuration as it was read; a branch with mistakes of its own is left out."""
    written, branches = _mapping(content.get("branches")), _readable(content.get("branches"))
    for name, values in written.items():
        yield from _unconnected(str(name), _mapping(values), list(_mapping(content.get("connections"))))
    for what, field, value_of in _OWN:
        yield from _twice(branches, what, field, value_of)
    yield from _shared(branches)
    for (name, one), (other_name, other) in combinations(branches.items(), 2):
        if alike(one, other):
            yield ("branches", other_name), _alike(name, other_name)


def _alike(name: str, other: str) -> str:
    return (
        f"no record could tell `{other}` from `{name}`: same company, and neither `warehouse` nor `sale_journal` differs; "
        "give both one of them"
    )


def _mapping(found: Any) -> Mapping[Any, Any]:
    return found if isinstance(found, Mapping) else {}


def _readable(found: Any) -> dict[str, Branch]:
    branches = {}
    for name, values in _mapping(found).items():
        try:
            branches[str(name)] = Branch.model_validate(values)
        except ValidationError:
            continue
    return branches


def _unconnected(name: str, values: Mapping[Any, Any], known: list[str]) -> Iterator[Mistake]:
    for field in CONNECTIONS:
        for connection in connections_of(values.get(field, Branch.model_fields[field].default)):
            if isinstance(connection, str) and connection not in known:
                there = ", ".join(sorted(known)) or "none"
                hint = nearest(connection, known) or f"add `connections.{connection}`"
                yield ("branches", name, field), f"there is no connection `{connection}` (there are: {there}; {hint})"


def connections_of(value: Any) -> Sequence[Any]:
    """Return the connections that a setting of a branch names: one, a list, or none."""
    return value if isinstance(value, list | tuple) else [] if value is None else [value]


def _twice(
    branches: Mapping[str, Branch], what: str, field: str, values_of: Callable[[Branch], list[Any]]
) -> Iterator[Mistake]:
    """Yield each value that stands in two branches, or twice in one."""
    owners: dict[Any, str] = {}
    for name, one in branches.items():
        for value in values_of(one):
            if value in owners:
                where = f"in `{owners[value]}`" if owners[value] != name else "twice here"
                yield (
                    ("branches", name, field),
                    f"{what} {_text(value)} stands {where}, too: it can be of one branch alone",
                )
            owners.setdefault(value, name)


def _shared(branches: Mapping[str, Branch]) -> Iterator[Mistake]:
    """Yield each bank account that stands in branches of two companies, or twice in one: one company's branches may share it."""
    owners: dict[str, tuple[str, Branch]] = {}
    for name, one in branches.items():
        for number in (re.sub(r"[\s-]", "", each) for each in one.bank_accounts):
            owner, other = owners.setdefault(number, (name, one))
            if (other.odoo, other.company) != (one.odoo, one.company):
                told = f"the bank account {number} stands in `{owner}`, too: it can be of one company alone"
                yield ("branches", name, "bank_accounts"), told
        for number, count in Counter(re.sub(r"[\s-]", "", each) for each in one.bank_accounts).items():
            if count > 1:
                told = f"the bank account {number} stands twice here"
                yield ("branches", name, "bank_accounts"), told


def _text(value: Any) -> str:
    return "-".join(value[-2:]) if isinstance(value, tuple) else str(value)


def _points(branch: Branch) -> list[Any]:
    """Establishment and point are unique within a taxpayer, which is a company of one Odoo."""
    if branch.establishment is None or branch.emission_point is None:
        return []
    return [(branch.odoo, branch.company, branch.establishment, branch.emission_point)]


_OWN: tuple[tuple[str, str, Callable[[Branch], list[Any]]], ...] = (
    ("the emission point", "emission_point", _points),
    ("the WhatsApp number", "whatsapp_number", lambda one: [one.whatsapp_number] if one.whatsapp_number else []),
    ("the Facebook page", "facebook_page", lambda one: [one.facebook_page] if one.facebook_page else []),
)
"""What is one branch's alone: words, field, and its values."""


__all__ = ["CONNECTIONS", "connections_of", "mistakes"]
