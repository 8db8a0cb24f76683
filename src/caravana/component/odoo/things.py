"""What the hub can make for itself in Odoo: custom fields, tags, automations that hint. None of it is required."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.values import FieldTypes
from caravana.kit.errors import Refused


@dataclass(frozen=True)
class Thing(ABC):
    """One thing. `use`: what it is for; `without`: what works without it; both in words."""

    use: str
    without: str
    kind: ClassVar[str]
    table: ClassVar[str]
    """The model of Odoo in which it is a record."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What people call it."""

    @property
    @abstractmethod
    def xmlid(self) -> str:
        """Its name among the hub's external ids."""

    @abstractmethod
    async def values(self, client: OdooClient) -> Mapping[str, Any]:
        """Return what its record holds. Raises an `EffectError`."""

    async def is_foreign(self, client: OdooClient) -> bool:
        """Whether somebody else has made the like, which then serves. Raises an `EffectError`."""
        return False

    async def uses(self, client: OdooClient, number: int) -> int:
        """Return how many records would lose something with it. Raises an `EffectError`."""
        return 0


@dataclass(frozen=True)
class CustomField(Thing):
    """A field of the hub's own on a model of Odoo."""

    model: str
    field_name: str
    label: str
    type: str = "char"
    kind: ClassVar[str] = "field"
    table: ClassVar[str] = "ir.model.fields"

    @property
    def name(self) -> str:
        """Model and field."""
        return f"{self.model}.{self.field_name}"

    @property
    def xmlid(self) -> str:
        """As Odoo names fields: `field_sale_order__x_state`."""
        return f"field_{self.model.replace('.', '_')}__{self.field_name}"

    async def values(self, client: OdooClient) -> Mapping[str, Any]:
        """Return the row of `ir.model.fields`."""
        row = {"name": self.field_name, "model_id": await model_id(client, self.model), "ttype": self.type}
        return {**row, "field_description": self.label, "copied": False}

    async def is_foreign(self, client: OdooClient) -> bool:
        """Whether the model has the field."""
        return self.field_name in await self._there(client)

    async def uses(self, client: OdooClient, number: int) -> int:
        """Count the records that hold something in it."""
        if self.field_name not in await self._there(client):
            return 0
        question = {"domain": [[self.field_name, "!=", False]]}
        return int(await client.ask(self.model, "search_count", question, context={"active_test": False}))

    async def _there(self, client: OdooClient) -> FieldTypes:
        question = {"allfields": [self.field_name], "attributes": ["type"]}
        found: FieldTypes = await client.ask(self.model, "fields_get", question)
        return found


@dataclass(frozen=True)
class ProductTag(Thing):
    """A tag with which people flag products."""

    tag: str
    kind: ClassVar[str] = "tag"
    table: ClassVar[str] = "product.tag"

    @property
    def name(self) -> str:
        """The tag."""
        return self.tag

    @property
    def xmlid(self) -> str:
        """`tag_publicar`."""
        return f"tag_{self.tag.lower()}"

    async def values(self, client: OdooClient) -> Mapping[str, Any]:
        """Return the tag's row."""
        return {"name": self.tag}

    async def is_foreign(self, client: OdooClient) -> bool:
        """Whether there is a tag of that name: Odoo admits no second one."""
        return bool(await client.ask("product.tag", "search", {"domain": [["name", "=", self.tag]], "limit": 1}))

    async def uses(self, client: OdooClient, number: int) -> int:
        """Count the products that carry it."""
        question = {"domain": [["product_tag_ids", "in", [number]]]}
        return int(await client.ask("product.template", "search_count", question, context={"active_test": False}))


@dataclass(frozen=True)
class HintAutomation(Thing):
    """An automation that calls the hint address when records of `model` change: the poller then looks at once."""

    model: str
    fields: tuple[str, ...]
    address: str = field(repr=False)
    kind: ClassVar[str] = "hint"
    table: ClassVar[str] = "base.automation"

    @property
    def name(self) -> str:
        """The watched model."""
        return self.model

    @property
    def xmlid(self) -> str:
        """`hint_sale_order`."""
        return f"hint_{self.model.replace('.', '_')}"

    async def values(self, client: OdooClient) -> Mapping[str, Any]:
        """Return the automation with its one action, which Odoo deletes with it (documented)."""
        number, title = await model_id(client, self.model), f"Caravana: {self.model}"
        domain = [["model", "=", self.model], ["name", "in", list(self.fields)]]
        action = {"name": title, "model_id": number, "state": "webhook", "webhook_url": self.address}
        row: dict[str, Any] = {"name": title, "model_id": number, "trigger": "on_create_or_write"}
        if self.fields:
            row["trigger_field_ids"] = await client.ask("ir.model.fields", "search", {"domain": domain})
        return {**row, "action_server_ids": [{**action, "usage": "base_automation"}]}


async def model_id(client: OdooClient, model: str) -> int:
    """Return the number of a model; only administrators may ask. Raises `Refused` when Odoo has none of that name."""
    found = await client.ask("ir.model", "search", {"domain": [["model", "=", model]], "limit": 1})
    if not found:
        raise Refused(f"Odoo has no model `{model}`: its app is not installed", code="model")
    return int(found[0])
