"""Field names that differ by Odoo version: routes write the newest, older servers get theirs (`fields_get` decides)."""

from collections.abc import Iterable, Mapping
from typing import Any

from caravana.component.odoo.values import FieldTypes

RENAMED: dict[str, dict[str, str]] = {
    "res.users": {"group_ids": "groups_id"},
    "sale.order.line": {"tax_ids": "tax_id", "product_uom_id": "product_uom"},
    "account.payment": {"memo": "ref"},
}
"""Model: name in Odoo 19, name before. Verified on 19.0 only; the old names are the documented ones of 17."""


class FieldNames:
    """Translates field names of one model for one server."""

    def __init__(self, model: str, types: FieldTypes) -> None:
        """`types`: what the server's `fields_get` says about `model`."""
        pairs = RENAMED.get(model, {}).items()
        self._old = {new: old for new, old in pairs if new not in types and old in types}
        self._new = {old: new for new, old in self._old.items()}

    def outgoing(self, names: Iterable[str]) -> list[str]:
        """Return the server's names of `names`."""
        return [self._old.get(one, one) for one in names]

    def values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return `values` under the server's names; `name/.id` columns included."""
        return {self._path(name): value for name, value in values.items()}

    def domain(self, domain: Iterable[Any]) -> list[Any]:
        """Return `domain` with the server's names on the left of its conditions."""
        return [
            [self._dotted(one[0]), *one[1:]] if isinstance(one, list | tuple) and len(one) == 3 else one
            for one in domain
        ]

    def incoming(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return `record` under the newest names."""
        return {self._new.get(name, name): value for name, value in record.items()}

    def _path(self, name: str) -> str:
        head, slash, rest = name.partition("/")
        return self._old.get(head, head) + slash + rest

    def _dotted(self, name: Any) -> Any:
        if not isinstance(name, str):
            return name
        head, dot, rest = name.partition(".")
        return self._old.get(head, head) + dot + rest
