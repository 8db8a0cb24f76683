"""What the flow `catalogue` reads of the configuration."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caravana.commerce.catalogue import posting
from caravana.commerce.catalogue.catalogue import PLACES, Catalogue, CatalogueSettings
from caravana.kit.errors import ConfigurationError

if TYPE_CHECKING:
    from caravana.commerce.flows import Configuration

SAMPLE = 50
REST = 30
"""Days in which a product is told of once."""
ROUTES = Path(__file__).parent.parent / "routes" / "catalogue"
SCHEDULE = "5-schedule.yaml"
PARTS = frozenset({"sku", "id", "template"})


_CONNECTIONS = {"facebook": ("catalogue.page", "facebook"), "instagram": ("catalogue.instagram", "instagram")}


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
                posts=list(given.get("catalogue.posts", ())),
                post_text=str(given.get("catalogue.post_text", posting.TEXT)),
                post_rest=int(given.get("catalogue.post_rest", REST)),
            )
        )
    }


def _wrong(configuration: "Configuration") -> Iterator[ConfigurationError]:
    connection = configuration.placeholders.get("catalogue.connection", "odoo")
    meta = configuration.placeholders.get("catalogue.meta", "catalog")
    posts = configuration.settings.get("catalogue.posts") or []
    places = [configuration.placeholders.get(*_CONNECTIONS[one]) for one in posts if one in PLACES]
    for name in (connection, meta, *places):
        if name not in configuration.connections:
            yield ConfigurationError(f"the flow `catalogue` needs it: add `connections.{name}`", place="connections")
    if not configuration.listener.public_url:
        text = "the flow `catalogue` needs it: Meta fetches the pictures there"
        yield ConfigurationError(text, place="listener.public_url")
    yield from _wrong_settings(configuration.settings)


def _wrong_settings(settings: Mapping[str, Any]) -> Iterator[ConfigurationError]:
    link = settings.get("catalogue.link")
    if not isinstance(link, str) or not link.startswith(("https://", "http://")) or posting.parts(link) - PARTS:
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

    yield from _wrong_posts(settings)


def _wrong_posts(settings: Mapping[str, Any]) -> Iterator[ConfigurationError]:
    posts, rest = settings.get("catalogue.posts", []), settings.get("catalogue.post_rest", REST)
    if not isinstance(posts, list) or set(posts) - set(PLACES):
        yield ConfigurationError(f"must be a list of {', '.join(PLACES)}", place="settings.catalogue.posts")
    if isinstance(rest, bool) or not isinstance(rest, int) or rest < 1:
        yield ConfigurationError("must be a whole number of days from 1 on", place="settings.catalogue.post_rest")
    text = settings.get("catalogue.post_text", posting.TEXT)
    if not isinstance(text, str) or posting.parts(text) - posting.PARTS:
        names = ", ".join(f"{{{one}}}" for one in sorted(posting.PARTS))
        yield ConfigurationError(f"must be a text with any of {names} in it", place="settings.catalogue.post_text")


def catalogue_routes(settings: Mapping[str, Any], placeholders: Mapping[str, Any]) -> tuple[Path, ...]:
    """Return the route files: the schedule of posts only where there is one."""
    files = sorted(ROUTES.glob("*.yaml"))
    wanted = bool(settings.get("catalogue.posts")) and "catalogue.post_schedule" in placeholders
    return tuple(one for one in files if wanted or one.name != SCHEDULE)
