"""Turning recorded ids and names into those of a live sandbox, led by the sandbox's own model declarations."""

from typing import Any

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.odoo.sandbox.caller import find_method, signature

ABSENT = 999_000
LINKS = {"line_id": "account.move.line", "partner_ids": "res.partner", "attachment_ids": "ir.attachment"}


class Remap:
    """`ids` maps (model, recorded id) to a live id, `words` recorded texts to live ones."""

    def __init__(self, sandbox: OdooSandbox, words: dict[str, str]) -> None:
        self.sandbox = sandbox
        self.words = words
        self.ids: dict[tuple[str, int], int] = {}

    def id(self, model: str, recorded: int) -> int:
        """Return the live id; KeyError when no precondition made one."""
        return recorded if recorded >= ABSENT else self.ids[model, recorded]

    def text(self, value: str) -> str:
        """Return the live text."""
        for old, new in self.words.items():
            value = value.replace(old, new)
        return value

    def call(self, model: str, method: str, given: dict[str, Any]) -> dict[str, Any]:
        """Return named arguments with live ids and names."""
        return {name: self._argument(model, name, value, given) for name, value in given.items()}

    def positional(
        self, model: str, method: str, args: list[Any], kwargs: dict[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """Return the same for arguments by position."""
        known = self.sandbox.store.models.get(model)
        found = known and find_method(known, method)
        if not found:
            return args, kwargs
        names = list(signature(found).parameters)
        names = names if found.on_model else ["ids", *names]
        named = self.call(model, method, dict(zip(names, args, strict=False)) | kwargs)
        return [named[name] for name in names[: len(args)]], {name: named[name] for name in kwargs}

    def _argument(self, model: str, name: str, value: Any, given: dict[str, Any]) -> Any:
        if model not in self.sandbox.store.models:
            return value
        match name:
            case "ids":
                return [self.id(model, one) for one in value]
            case "vals" | "values":
                return self.vals(model, value)
            case "vals_list":
                return [self.vals(model, one) for one in value] if isinstance(value, list) else self.vals(model, value)
            case "domain":
                return [self._term(model, one) for one in value]
            case "context":
                return self._context(value)
            case "data":
                return [self._row(given["fields"], one) for one in value]
        if name in LINKS:
            return (
                [self.id(LINKS[name], one) for one in value] if isinstance(value, list) else self.id(LINKS[name], value)
            )
        return self.text(value) if isinstance(value, str) else value

    def vals(self, model: str, vals: dict[str, Any]) -> dict[str, Any]:
        """Return the values of a create or write."""
        return {name: self._value(model, name, value, vals) for name, value in vals.items()}

    def _value(self, model: str, name: str, value: Any, vals: dict[str, Any]) -> Any:
        field = self.sandbox.store.models[model].fields.get(name)
        if field is not None and field.comodel and isinstance(value, list):
            return [self._command(field.comodel, one) for one in value]
        if field is not None and field.comodel and isinstance(value, int):
            return self.id(field.comodel, value)
        target = vals.get("res_model") or vals.get("model")
        if name == "res_id" and target:
            return self.id(target, value)
        return self.text(value) if isinstance(value, str) else value

    def _command(self, model: str, command: Any) -> Any:
        code, target, *rest = command
        if code in (0, 1):
            return [code, target and self.id(model, target), self.vals(model, rest[0])]
        if code == 6:
            return [6, 0, [self.id(model, one) for one in rest[0]]]
        return [code, self.id(model, target), *rest]

    def _term(self, model: str, term: Any) -> Any:
        if not isinstance(term, list):
            return term
        name, op, value = term
        field = self.sandbox.store.models[model].fields.get(name)
        if isinstance(value, str):
            return [name, op, self.text(value)]
        if name == "id" or (field is not None and field.type == "many2one" and value and not isinstance(value, bool)):
            return [name, op, self.id(model if name == "id" else field.comodel, value)]  # type: ignore[union-attr]
        return term

    def _context(self, context: dict[str, Any]) -> dict[str, Any]:
        model = context.get("active_model")
        changed = dict(context)
        if model and "active_id" in context:
            changed["active_id"] = self.id(model, context["active_id"])
        if model and "active_ids" in context:
            changed["active_ids"] = [self.id(model, one) for one in context["active_ids"]]
        return changed

    def _row(self, columns: list[str], row: list[Any]) -> list[Any]:
        models = {"partner_id/.id": "res.partner", "journal_id/.id": "account.journal"}
        models["order_line/product_id/.id"] = "product.product"
        return [
            str(self.id(models[name], int(cell))) if name in models and cell else self.text(cell)
            for name, cell in zip(columns, row, strict=True)
        ]
