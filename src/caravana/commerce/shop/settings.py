"""What the shop flow reads of the configuration."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from caravana.commerce.shop.importing import ShopImport
from caravana.commerce.shop.shop import Shop, ShopSettings
from caravana.kit.errors import ConfigurationError

if TYPE_CHECKING:
    from caravana.commerce.flows import Configuration

MOST = 10_000
"""Largest quantity of one line unless the company says otherwise: a typing error is larger."""


def load(configuration: "Configuration") -> dict[str, Any]:
    """Return the callables of the shop flow, for requests and for files.

    Raises `ConfigurationError` naming every setting that is wrong.
    """
    if wrong := [str(one) for one in _wrong(configuration)]:
        raise ConfigurationError("\n".join(wrong))
    branches = {
        name: one.model_dump(include={"company", "warehouse", "sale_journal"})
        for name, one in configuration.branches.items()
    }
    settings = configuration.settings
    country, most = str(settings.get("shop.country", "EC")), int(settings.get("shop.max_quantity", MOST))
    read = ShopSettings(configuration.company.timezone, country, most, branches)
    return {"shop": Shop(read), "shop_import": ShopImport(read)}


def _wrong(configuration: "Configuration") -> Iterator[ConfigurationError]:
    if "odoo" not in configuration.connections:
        yield ConfigurationError("the flow `shop` needs it: add `connections.odoo`", place="connections")
    for name, one in configuration.branches.items():
        if one.odoo != "odoo":
            text = f"the flow `shop` works with the connection `odoo` alone, this branch is at `{one.odoo}`"
            hint = "run a hub of its own for that Odoo"
            yield ConfigurationError(text, place=f"branches.{name}.odoo", suggestion=hint)
    yield from _wrong_settings(configuration.settings)


def _wrong_settings(settings: Mapping[str, Any]) -> Iterator[ConfigurationError]:
    country, most = settings.get("shop.country", "EC"), settings.get("shop.max_quantity", MOST)
    if not (isinstance(country, str) and len(country) == 2 and country.isalpha() and country.isupper()):
        text = "must be a country's code of two letters, e.g. EC"
        yield ConfigurationError(text, place="settings.shop.country")
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        yield ConfigurationError("must be a whole number from 1 on", place="settings.shop.max_quantity")
