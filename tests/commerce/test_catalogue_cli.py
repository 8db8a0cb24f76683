"""`caravana catalog` through a hub that runs."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from caravana.cli import app
from tests.commerce.storefront import Storefront, open_storefront
from tests.commerce.test_catalogues import open_two

LATER = timedelta(days=9)
"""A go-live line ahead: nothing is published but what a person wishes, however slow the machine is."""


async def run(shop: Storefront, file: Path, *arguments: str, code: int = 0, lang: str = "en") -> Result:
    """Run the command while the hub answers, and minutes pass."""
    command = ["--lang", lang, "catalog", *arguments, "--config", str(file)]
    async with shop.hurrying():
        result = await asyncio.to_thread(CliRunner().invoke, app, command)
    assert result.exit_code == code, (result.output, result.exception)
    return result


async def test_a_person_publishes_and_compares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is published when a person says so; what Meta shows otherwise is listed, with reasons."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("caravana.cli.catalog.PAUSE", 0.05)
    file = tmp_path / "caravana.yaml"
    async with open_storefront(tmp_path, file=file, live_in=LATER) as shop:
        shop.product("CAFE")
        shop.product("NADA", image_1920=False)
        assert "no products yet" in (await run(shop, file, "status")).stdout
        told = await run(shop, file, "publish", "--yes")
        assert "that shall be shown: 2, known here: 0" in told.stdout
        assert "in the catalogue" in told.stdout
        listed = await run(shop, file, "status", lang="es")
        assert "NADA" in listed.stdout
        assert "no tiene imagen" in listed.stdout
        assert "Meta shows what it should" in (await run(shop, file, "diff")).stdout
        shop.meta.catalog.products["CAFE"].data["price"] = "99.00 USD"
        shop.meta.catalog.products["CAFE"].problem = "404"
        found = json.loads((await run(shop, file, "diff", "--json", code=1)).stdout)
        assert [(one["what"], one["theirs"]) for one in found["rows"]] == [
            ("price", "99.00 USD"),
            ("refused by Meta", "Image could not be fetched: 404"),
        ]
        del shop.meta.catalog.products["CAFE"]
        assert "missing" in (await run(shop, file, "diff", code=1)).stdout


async def test_commands_ask_whom_the_flow_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another tag and another catalogue, named by placeholders, are those that the commands count and compare."""
    monkeypatch.setattr("caravana.cli.catalog.PAUSE", 0.05)
    file = tmp_path / "caravana.yaml"
    placeholders = {"catalogue.tag": "Web", "catalogue.meta": "shown"}
    given: dict[str, Any] = {"placeholders": placeholders, "renamed": {"catalog": "shown"}}
    async with open_storefront(tmp_path, file=file, live_in=LATER, **given) as shop:
        web = shop.odoo.env["product.tag"].create({"name": "Web"})
        shop.product("CAFE", product_tag_ids=[[6, 0, [web]]])
        shop.product("OTRO")
        told = await run(shop, file, "publish", "--yes")
        assert "that shall be shown: 1, known here: 0" in told.stdout
        assert "Meta shows what it should" in (await run(shop, file, "diff")).stdout


async def test_a_token_that_meta_refuses_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While Meta refuses the token, products wait: who looks at them, or publishes, is told why and what to do."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("caravana.cli.catalog.PAUSE", 0.05)
    file = tmp_path / "caravana.yaml"
    async with open_storefront(tmp_path, file=file) as shop:
        shop.meta.account.standing = "expired"
        shop.product("CAFE")
        await shop.until(lambda: shop.hub.store.find("review"))
        for lang, told in (("en", "Meta refuses the token"), ("es", "Meta rechaza el token de catalog:catalog")):
            assert told in (await run(shop, file, "status", lang=lang)).output
        assert "Meta answered (190/463)" in (await run(shop, file, "diff", code=1)).stderr
        shop.meta.account.standing = "valid"


async def test_rules_that_cannot_be_computed_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`diff` names the rule of the pricelist, and the products that it holds back say so."""
    monkeypatch.setenv("COLUMNS", "200")
    file = tmp_path / "caravana.yaml"
    async with open_storefront(tmp_path, file=file, pricelist=1) as shop:
        euro = shop.odoo.env["res.currency"].create({"name": "EUR"})
        shop.pricelist({"compute_price": "fixed", "fixed_price": 5})
        shop.odoo.env["product.pricelist"].write([1], {"currency_id": euro})
        shop.product("CAFE")
        await shop.look()
        assert (await shop.kept())["CAFE"]["reason"] == "no_rule"
        told = await run(shop, file, "diff", code=1)
        assert "it is in another currency than the product" in told.stdout


async def test_each_of_several_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All catalogues are shown, published and compared with their names, or the one that is named; another is refused."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("caravana.cli.catalog.PAUSE", 0.05)
    file = tmp_path / "caravana.yaml"
    async with open_two(tmp_path, file=file, live_in=LATER) as shop:
        shop.meta.catalogs.all["5679"].refused["CAFE"] = "Not in this country"
        shop.product("CAFE")
        told = (await run(shop, file, "publish", "--yes", "--catalogue", "norte")).stdout
        assert "that shall be shown: 1, known here: 0" in told
        assert "norte" not in told
        listed = (await run(shop, file, "status")).stdout
        assert listed.index("catalog\n") < listed.index("norte\n") < listed.index("Not in this country")
        found = json.loads((await run(shop, file, "publish", "--yes", "--json")).stdout)
        assert {name: one["states"] for name, one in found.items()} == {
            "catalog": {"accepted": 1},
            "norte": {"refused": 1},
        }
        assert "Meta shows what it should" in (await run(shop, file, "diff", "--catalogue", "catalog")).stdout
        differing = json.loads(
            (await run(shop, file, "diff", "--json", "--connection", "catalog_norte", code=1)).stdout
        )
        assert [one["what"] for one in differing["rows"]] == ["missing"]
        refused = await run(shop, file, "status", "--catalogue", "sur", code=2)
        assert "there is no catalogue `sur`: write one of catalog, norte" in refused.stderr
        assert "write one of accepted" in (await run(shop, file, "status", "--state", "lost", code=2)).stderr


def test_help_shows_examples() -> None:
    """Each command's help has examples, in both languages."""
    for language in ("en", "es"):
        for one in ("status", "publish", "diff"):
            told = CliRunner().invoke(app, ["--lang", language, "catalog", one, "--help"]).stdout
            assert f"caravana catalog {one}" in told
