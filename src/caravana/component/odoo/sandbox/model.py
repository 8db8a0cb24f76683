"""The declaration of a model: its fields, its methods and the hooks that its area gives it."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from caravana.component.odoo.sandbox.field import Field

Function = Callable[..., Any]


@dataclass(frozen=True)
class Method:
    """A method that callers may name; `on_model` ones take no ids. The function's first parameter is the record set."""

    function: Function
    on_model: bool = False
    reads_missing: bool = False

    @property
    def signature(self) -> inspect.Signature:
        """The parameters that a caller gives, without the record set."""
        whole = inspect.signature(self.function)
        return whole.replace(parameters=list(whole.parameters.values())[1:])


@dataclass
class Model:
    """One model. Areas declare it at import; each sandbox works on its own copy, so custom fields stay its own.

    Hooks, all optional:
    - `prepare(env, vals)`: change the values of a create before anything is stored
    - `before_write(records, vals)`: refuse or change the values of a write
    - `created(record)`, `written(record, names)`: bring dependent values up to date
    - `check(record)`: constraints, after create and write
    - `before_unlink(records)`: refuse a deletion
    - `display(record)`: the display name
    - `unload(record)`: what a plain `load` spoils on a record that it updates

    `rights` names, for each of read, create, write and unlink, the group or groups whose members alone may (external ids);
    `needs` which of these rights a method of its own asks for.
    """

    name: str
    description: str
    fields: dict[str, Field]
    order: str = "id"
    rec_name: str = "name"
    transient: bool = False
    rights: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    needs: Mapping[str, str] = field(default_factory=dict)
    methods: dict[str, Method] = field(default_factory=dict)
    prepare: Function | None = None
    before_write: Function | None = None
    created: Function | None = None
    written: Function | None = None
    check: Function | None = None
    before_unlink: Function | None = None
    display: Function | None = None
    unload: Function | None = None
    columns: dict[str, Field] = field(default_factory=dict)

    @property
    def thread(self) -> bool:
        """Whether its documents have a chatter."""
        return "message_partner_ids" in self.fields

    @property
    def portal(self) -> bool:
        """Whether its documents have a portal page."""
        return "access_url" in self.fields

    def method(self, function: Function) -> Function:
        """Register `function` as a method on records."""
        self.methods[function.__name__] = Method(function)
        return function

    def model_method(self, function: Function) -> Function:
        """Register `function` as a method on the model, without ids."""
        self.methods[function.__name__] = Method(function, on_model=True)
        return function

    def copy(self) -> "Model":
        """Return an own copy for one sandbox."""
        return replace(self, fields=dict(self.fields), methods=dict(self.methods), columns={})

    def add(self, name: str, declared: Field, column: str = "") -> None:
        """Make `declared` known under `name`, stored as `column`."""
        named = replace(declared, name=name, column=column or name, string=declared.string or label(name))
        self.fields[name] = named
        self.columns[named.column] = named


def label(name: str) -> str:
    """Return the label that Odoo derives from a field's name."""
    return name.removesuffix("_ids").removesuffix("_id").replace("_", " ").title()
