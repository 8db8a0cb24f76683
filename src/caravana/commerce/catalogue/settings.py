"""What the flow `catalogue` reads of the configuration."""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import TYPE_CHECKING, Any

from caravana.commerce.catalogue.catalogue import Catalogue, CatalogueSettings
from caravana.kit.errors import ConfigurationError

if TYPE_CHECKING:
    from caravana.commerce.flows import Configuration

SAMPLE = 50
PARTS = frozenset({"sku", "id", "template"})


def load(configuration: "Configuration") -> dict[str, Any]:
    """Return the callables of the flow. Raises `ConfigurationError` naming every setting that is wrong."""
    if wrong := [str(one) for one in _wrong(configuration)]:
        raise ConfigurationError("\n".join(wrong))
    given = configuration.settings
    return {
        "catalogue": Catalogue(
            CatalogueSettings(
                brand=str(given.get("catalogue.brand", configuration.company.name)),
                link=str(given["catalogue.link"]),
                site=str(configuration.listener.public_url or "").rstrip("/"),
                pricelist=given.get("catalogue.pricelist"),
                company=given.get("catalogue.company"),
                country=given.get("catalogue.country"),
                customer=given.get("catalogue.customer"),
                sample=int(given.get("catalogue.sample", SAMPLE)),
                field=given.get("catalogue.field"),
            )
        )
    }


def _wrong(configuration: "Configuration") -> Iterator[ConfigurationError]:
    connection = configuration.placeholders.get("catalogue.connection", "odoo")
    meta = configuration.placeholders.get("catalogue.meta", "catalog")
    for name in (connection, meta):
        if name not in configuration.connections:
            yield ConfigurationError(f"the flow `catalogue` needs it: add `connections.{name}`", place="connections")
    if not configuration.listener.public_url:
        text = "the flow `catalogue` needs it: Meta fetches the pictures there"
        yield ConfigurationError(text, place="listener.public_url")
    yield from _wrong_settings(configuration.settings)


def _wrong_settings(settings: Mapping[str, Any]) -> Iterator[ConfigurationError]:
    link = settings.get("catalogue.link")
    if not isinstance(link, str) or not link.startswith(("https://", "http://")) or _parts(link) - PARTS:
        text = "must be the address of a product's page, with {sku}, {id} or {template} in it"
        yield ConfigurationError(text, place="settings.catalogue.link", suggestion="https://shop.example/p/{sku}")
    for name in ("pricelist", "company", "country", "customer"):
        given = settings.get(f"catalogue.{name}")
        if given is not None and (isinstance(given, bool) or not isinstance(given, int) or given < 1):
            yield ConfigurationError("must be a number of Odoo's", place=f"settings.catalogue.{name}")
    sample = settings.get("catalogue.sample", SAMPLE)
    if isinstance(sample, bool) or not isinstance(sample, int) or not 0 <= sample <= 500:
        yield ConfigurationError("must be a whole number up to 500", place="settings.catalogue.sample")
    field = settings.get("catalogue.field")
    if field is not None and not (isinstance(field, str) and field.startswith("x_")):
        yield ConfigurationError(
            "must be a field of your own, whose name begins with x_", place="settings.catalogue.field"
        )


def _parts(link: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(link) if name is not None}
    except ValueError:
        return {"?"}
