"""What the shop flow reads of the configuration."""

from collections.abc import Mapping
from typing import Any

from caravana.commerce.flow import Configuration, connected, each, number, one_odoo
from caravana.commerce.shop.importing import ShopImport
from caravana.commerce.shop.shop import Shop, ShopSettings
from caravana.kit.errors import ConfigurationError

MOST = 10_000
"""Largest quantity of one line unless the company says otherwise: a typing error is larger."""


def load(configuration: Configuration) -> Mapping[str, Any]:
    """Return the callables of the shop flow, for requests and for files.

    Raises `ConfigurationError` naming every setting that is wrong.
    """
    settings = configuration.settings
    each(
        lambda: connected(configuration, "shop", "odoo"),
        lambda: one_odoo(configuration, "shop"),
        lambda: _country(settings),
        lambda: _most(settings),
    )
    branches = {
        name: one.model_dump(include={"company", "warehouse", "sale_journal"})
        for name, one in configuration.branches.items()
    }
    read = ShopSettings(configuration.company.timezone, _country(settings), _most(settings), branches)
    return {"shop": Shop(read), "shop_import": ShopImport(read)}


def _country(settings: Mapping[str, Any]) -> str:
    country = str(settings.get("shop.country", "EC"))
    if not (len(country) == 2 and country.isalpha() and country.isupper()):
        raise ConfigurationError("must be a country's code of two letters, e.g. EC", place="settings.shop.country")
    return country


def _most(settings: Mapping[str, Any]) -> int:
    most = number(settings, "shop.max_quantity")
    if most is not None and most < 1:
        raise ConfigurationError("must be at least 1", place="settings.shop.max_quantity")
    return MOST if most is None else most
