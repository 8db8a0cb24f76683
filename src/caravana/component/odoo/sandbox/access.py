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
}


def check_right(env: Env, model: Model, method: str) -> None:
    """AccessError unless the caller is in the group that `method` of `model` asks for."""
    right = RIGHT.get(method)
    group = model.rights.get(right) if right else None
    if group is None or has_group(env, group):
        return
    raise AccessError(
        f"You are not allowed to {VERBS[right or 'read']} '{model.description}' ({model.name}) records.\n\n"
        f"This operation is allowed for the following groups:\n\t- {env.ref(group).display_name}\n\n"
        "Contact your administrator to request access if necessary."
    )


def has_group(env: Env, xmlid: str) -> bool:
    """Return whether the caller is in the group named by external id."""
    group = env.find_ref(xmlid)
    return group is not None and group.id in env.user.get("group_ids")


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
