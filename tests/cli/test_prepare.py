"""`caravana odoo prepare` and `unprepare` against an imitation of Odoo."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.kit.serving import serve
from tests.cli.conftest import Command, Folder

CONFIGURATION = """\
flows: [cards]
listener: {{public_url: "https://hub.example.com"}}
connections:
  odoo:
    url: {url}
    database: demo
    apiKey: fedcba9876543210fedcba9876543210fedcba98
    login: integracion
    hintToken: 0123456789abcdefghij
  placetopay: {{url: "http://127.0.0.1:1", login: x, secretKey: y}}
"""
ADMIN = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
async def odoo(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OdooSandbox]:
    """An imitation of Odoo, named by the folder's configuration."""
    monkeypatch.setenv("CARAVANA_SECRET_PAY_LINK", "a-secret-for-tests-only")
    monkeypatch.setenv("CARAVANA_SECRET_ADMIN", ADMIN)
    sandbox = OdooSandbox()
    async with serve(sandbox.app()) as url:
        (folder.path / "caravana.yaml").write_text(CONFIGURATION.format(url=url))
        yield sandbox


async def run(caravana: Command, *arguments: str, **given: Any) -> str:
    """Run a command beside this test's loop; return what it printed."""
    result = await asyncio.to_thread(caravana, "odoo", *arguments, **given)
    return str(result.output)


def states(output: str) -> dict[str, str]:
    """Return how each thing stands, by its name."""
    return {one["name"]: one["state"] for one in json.loads(output)}


async def test_a_dry_run_says_what_each_thing_needs(odoo: OdooSandbox, caravana: Command) -> None:
    """It lists right, group and what works without each thing, never the hint address, and changes nothing."""
    shown = await run(caravana, "prepare", "--dry-run", "--json")
    assert set(states(shown)) == {
        "Publicar",
        "sale.order.x_caravana_payment_state",
        "sale.order.x_caravana_payment_link",
        "sale.order",
        "account.move",
    }
    [field] = [one for one in json.loads(shown) if one["name"] == "sale.order.x_caravana_payment_link"]
    assert (field["state"], field["right"]) == ("lacks the right", "create ir.model.fields")
    assert field["group"]["id"] == "base.group_system"
    assert "note on the order" in field["without"]
    text = await run(caravana, "prepare", "--dry-run")
    assert "0123456789abcdefghij" not in shown + text
    assert "name it with --key" in text
    spanish = await asyncio.to_thread(caravana, "--lang", "es", "odoo", "prepare", "--dry-run")
    assert "crear product.tag (Ventas /" in spanish.output
    assert not odoo.effects


async def test_made_and_removed(odoo: OdooSandbox, caravana: Command) -> None:
    """It asks before it makes and before it removes; an administrator's key makes what the hub's may not."""
    await run(caravana, "prepare", given="n\n", code=1)
    assert not odoo.effects
    assert "created: tag Publicar" in await run(caravana, "prepare", given="y\n")
    made = await run(caravana, "prepare", "--key", "admin", "--yes", "--json")
    assert sorted(states(made).values()) == [*["created"] * 4, "there"]
    await run(caravana, "unprepare", "--key", "admin", given="n\n", code=1)
    assert "created" not in await run(caravana, "prepare", "--dry-run", "--key", "admin")
    assert set(states(await run(caravana, "unprepare", "--key", "admin", "--yes", "--json")).values()) == {"removed"}
    assert "nothing of the hub's own" in await run(caravana, "unprepare", "--key", "admin")


async def test_without_a_public_address_there_are_no_hints(
    odoo: OdooSandbox, caravana: Command, folder: Folder
) -> None:
    """They are left out, and the reason is said."""
    file = folder.path / "caravana.yaml"
    file.write_text(file.read_text().replace('listener: {public_url: "https://hub.example.com"}\n', ""))
    text = await run(caravana, "prepare", "--dry-run")
    assert "account.move" not in text
    assert "listener.public_url" in text


async def test_automations_are_another_app(odoo: OdooSandbox, caravana: Command) -> None:
    """Where the app is not installed, its things say so and the rest is made."""
    del odoo.store.models["base.automation"]
    found = states(await run(caravana, "prepare", "--key", "admin", "--yes", "--json"))
    assert (found["sale.order"], found["Publicar"]) == ("app not installed", "created")


async def test_the_catalogue_wishes_a_field_on_products(odoo: OdooSandbox, caravana: Command, folder: Folder) -> None:
    """Beside its tag: the field that the setting names is made on products, and the hub's own when none is named."""
    path = folder.path / "caravana.yaml"
    given = path.read_text().replace("flows: [cards]", "flows: [catalogue]")
    link = 'settings: {catalogue.link: "https://shop.example/p/{sku}"'
    connections = "  catalog: {component: catalog, catalog: 1, token: invented}\n"
    path.write_text(f"{given}{connections}{link}}}\n")
    shown = states(await run(caravana, "prepare", "--dry-run", "--json"))
    assert set(shown) >= {"Publicar", "product.product.x_caravana_catalogue_state"}
    path.write_text(f"{given}{connections}{link}, catalogue.field: x_catalogo}}\n")
    made = states(await run(caravana, "prepare", "--key", "admin", "--yes", "--json"))
    assert made["product.product.x_catalogo"] == "created"
    field = odoo.env["ir.model.fields"].search([["name", "=", "x_catalogo"], ["model", "=", "product.product"]])
    assert len(field) == 1
    again = states(await run(caravana, "prepare", "--key", "admin", "--yes", "--json"))
    assert again["product.product.x_catalogo"] == "there"
