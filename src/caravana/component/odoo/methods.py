"""The visible table: which method has which effect kind, and how to see afterwards whether it was carried out.

After a lost answer, and after a refusal, the records themselves are asked: a second confirm is refused with the same
422 as a real error, and only the state tells them apart. Source: section 10 of the Odoo sheet, Odoo 19.0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from caravana.kit.effect import Kind

READS = frozenset(
    {
        "check_access_rights",
        "check_object_reference",
        "default_get",
        "exists",
        "fields_get",
        "formatted_read_group",
        "get_external_id",
        "get_metadata",
        "has_access",
        "has_group",
        "name_search",
        "onchange",
        "read",
        "read_group",
        "search",
        "search_count",
        "search_fetch",
        "search_read",
        "web_name_search",
        "web_read",
        "web_read_group",
        "web_search_read",
    }
)
"""Methods that change nothing, on every model."""

NEED_FIELDS = {
    "read": "fields",
    "search_read": "fields",
    "web_read": "specification",
    "web_search_read": "specification",
}
"""Reading methods and the argument that must name the fields: all fields of a model cost seconds."""


@dataclass(frozen=True)
class Rule:
    """Kind of a method, and the domain that all its records fulfil once it has been carried out."""

    kind: Kind
    done_when: tuple[tuple[str, str, Any], ...] | None = None
    gone: bool = False
    """Done means that the records no longer exist."""


def _state(*states: str) -> Rule:
    return Rule(Kind.VERIFIABLE, (("state", "in", states),))


RULES: dict[tuple[str, str], Rule] = {
    ("sale.order", "action_confirm"): _state("sale", "done"),
    ("sale.order", "action_cancel"): _state("cancel"),
    ("sale.order", "action_draft"): _state("draft"),
    ("sale.order", "get_portal_url"): Rule(Kind.IDEMPOTENT),
    ("account.move", "action_post"): _state("posted"),
    ("account.move", "button_draft"): _state("draft"),
    ("account.move", "button_cancel"): _state("cancel"),
    ("account.move", "get_portal_url"): Rule(Kind.IDEMPOTENT),
    ("account.move.line", "reconcile"): Rule(Kind.VERIFIABLE, (("reconciled", "=", True),)),
    ("account.payment", "action_post"): Rule(Kind.IDEMPOTENT),
    ("account.payment", "action_draft"): _state("draft"),
    ("account.payment", "action_cancel"): _state("canceled", "cancel"),
    ("stock.picking", "button_validate"): _state("done"),
    ("payment.link.wizard", "create"): Rule(Kind.IDEMPOTENT),  # another transient row harms nobody
    ("*", "action_archive"): Rule(Kind.IDEMPOTENT),
    ("*", "action_unarchive"): Rule(Kind.IDEMPOTENT),
    ("*", "unlink"): Rule(Kind.VERIFIABLE, gone=True),
}
"""(model or `*`, method): rule. What stands neither here nor in `READS` is blind."""


def rule_of(model: str, method: str, arguments: Mapping[str, Any], context: Mapping[str, Any]) -> Rule:
    """Return the rule of a call; `write` and `load` are judged by what they are given."""
    if method in READS:
        return Rule(Kind.READ)
    if method == "write":
        return Rule(Kind.BLIND if adds_lines(arguments.get("vals")) else Kind.IDEMPOTENT)
    if method == "load":
        once = context.get("mode") == "update" and context.get("noupdate") is True
        return Rule(Kind.IDEMPOTENT if once else Kind.BLIND)
    return RULES.get((model, method)) or RULES.get(("*", method)) or Rule(Kind.BLIND)


def adds_lines(values: Any) -> bool:
    """Whether `values` hold a command that a repetition would carry out again: 0 create, 2 delete."""
    if not isinstance(values, Mapping):
        return False
    commands = [one for value in values.values() if isinstance(value, list | tuple) for one in value]
    return any(isinstance(one, list | tuple) and bool(one) and one[0] in (0, 2) for one in commands)
