"""Who may what: groups on models, API keys, passwords."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from caravana.component.odoo.sandbox.errors import AccessDenied, AccessError
from caravana.component.odoo.sandbox.model import Model
from caravana.component.odoo.sandbox.records import Env

VERBS = {"read": "access", "create": "create", "write": "modify", "unlink": "delete"}
RIGHT: Mapping[str, str] = {
    "read": "read",
    "web_read": "read",
    "search": "read",
    "search_read": "read",
    "search_count": "read",
    "web_search_read": "read",
    "name_search": "read",
    "create": "create",
    "load": "create",
    "copy": "create",
    "write": "write",
    "action_archive": "write",
    "action_unarchive": "write",
    "unlink": "unlink",
    "message_post": "write",
}


IMPLIED: Mapping[str, str] = {
    "sales_team.group_sale_manager": "sales_team.group_sale_salesman_all_leads",
    "sales_team.group_sale_salesman_all_leads": "sales_team.group_sale_salesman",
    "base.group_system": "base.group_erp_manager",
}
"""A group, and the one whose rights its members have, too (documented)."""


def check_right(env: Env, model: Model, method: str) -> None:
    """AccessError unless the caller is in one of the groups that `method` of `model` asks for."""
    right = RIGHT.get(method) or model.needs.get(method)
    if right:
        check_model(env, model, right)


def check_model(env: Env, model: Model, right: str) -> None:
    """AccessError unless the caller may read, create, write or unlink records of `model`."""
    if may(env, model, right):
        return
    groups = "".join(f"\n\t- {env.ref(one).display_name}" for one in groups_of(model, right))
    raise AccessError(
        f"You are not allowed to {VERBS[right]} '{model.description}' ({model.name}) records.\n\n"
        f"This operation is allowed for the following groups:{groups}\n\n"
        "Contact your administrator to request access if necessary."
    )


def may(env: Env, model: Model, right: str) -> bool:
    """Whether the caller may read, create, write or unlink records of `model`."""
    groups = groups_of(model, right)
    return not groups or any(has_group(env, one) for one in groups)


def groups_of(model: Model, right: str) -> tuple[str, ...]:
    """Return the groups whose members may; none: everybody may."""
    groups = model.rights.get(right, ())
    return (groups,) if isinstance(groups, str) else groups


def has_group(env: Env, xmlid: str) -> bool:
    """Return whether the caller is in the group named by external id, or in one that implies it."""
    group = env.find_ref(xmlid)
    if group is not None and group.id in env.user.get("group_ids"):
        return True
    return any(has_group(env, above) for above, below in IMPLIED.items() if below == xmlid)


@dataclass
class Credentials:
    """Passwords by login, and API keys with the moment from which they are no longer taken."""

    users: dict[str, tuple[int, str]] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    expiry: dict[str, datetime] = field(default_factory=dict)

    def by_key(self, key: str, now: datetime) -> int | None:
        """Return the user of an API key, or None when it is unknown or expired."""
        expires = self.expiry.get(key)
        return None if expires is not None and now >= expires else self.keys.get(key)

    def login(self, login: str, secret: str, now: datetime) -> int | None:
        """Return the user whose login this is when `secret` is the password or one of the keys, else None."""
        uid, password = self.users.get(login, (0, None))
        return uid if uid and (secret == password or self.by_key(secret, now) == uid) else None

    def check(self, uid: object, secret: str, now: datetime) -> int:
        """Return `uid` when `secret` is its password or one of its keys; AccessDenied when not."""
        for known, password in self.users.values():
            if known == uid and (secret == password or self.by_key(secret, now) == known):
                return known
        raise AccessDenied
