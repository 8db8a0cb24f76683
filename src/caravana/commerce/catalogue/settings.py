"""What the flow `catalogue` reads of the configuration: one catalogue, and further ones under `catalogue.others`.

A further catalogue says what it has of its own; the rest is as the settings say that hold for all.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from caravana.commerce.catalogue import posting
from caravana.commerce.catalogue.catalogue import PLACES, Catalogue, CatalogueSettings
from caravana.commerce.catalogue.copying import Copy
from caravana.commerce.catalogue.others import OTHERS, others
from caravana.kit.errors import ConfigurationError

if TYPE_CHECKING:
    from caravana.commerce.flows import Configuration, RouteFile

SAMPLE = 50
REST = 30
"""Days in which a product is told of once."""
ROUTES = Path(__file__).parent.parent / "routes" / "catalogue"
PICTURES, SCHEDULE = "3-pictures.yaml", "5-schedule.yaml"
PARTS = frozenset({"sku", "id", "template"})
ALONE = frozenset({"field", "posts"})
"""What a further catalogue does not take over from the settings for all."""
PLACE = "settings.catalogue.others"
PLACEHOLDERS = frozenset({"meta", "warehouses", "tag", "post_tag", "page", "instagram", "post_schedule"})
"""Placeholders that a further catalogue may have of its own; the connection to Odoo and the looks are those of all."""
FILLED = PLACEHOLDERS | {"connection", "every", "full_every", "shown_every", "pictures"}
"""All placeholders of the route files."""
SETTINGS = frozenset(
    {
        "brand",
        "link",
        "pricelist",
        "company",
        "country",
        "customer",
        "sample",
        "field",
        "posts",
        "post_text",
        "post_rest",
    }
)
_NAMED = re.compile(r"[a-z][a-z0-9_]{0,29}")
_CONNECTIONS = {"facebook": ("page", "facebook"), "instagram": ("instagram", "instagram")}
_FREE = re.compile(r"[^\"\\{}\n]+")
"""What may stand in a route file as it is."""

Given = Mapping[str, Any]


def load(configuration: "Configuration") -> dict[str, Any]:
    """Return the callables of the flow. Raises `ConfigurationError` naming every setting that is wrong."""
    if wrong := [str(one) for one in _wrong(configuration)]:
        raise ConfigurationError("\n".join(wrong))
    made = {"catalogue": Catalogue(_settings(configuration, _general(configuration)))}
    for name in others(configuration.settings):
        made[f"catalogue_{name}"] = Catalogue(_settings(configuration, _own(configuration, name), name))
    return dict(made)


def catalogue_routes(configuration: "Configuration") -> "tuple[RouteFile, ...]":
    """Return the route files of every catalogue: the schedule of posts only where there is one, the pictures once for all."""
    further = others(configuration.settings)
    whole = _files(_general(configuration), "catalogue.post_schedule" in configuration.placeholders)
    found: list[RouteFile] = list(whole)
    if further:
        names = {"names": ",".join(further)}
        found = [Copy(one, values=names) if one.name == PICTURES else one for one in whole]
    for name in further:
        own = _own(configuration, name)
        values = {key: _text(own[key]) for key in (*PLACEHOLDERS, "branch") if own.get(key) is not None}
        scheduled = "post_schedule" in values or "catalogue.post_schedule" in configuration.placeholders
        found += [Copy(one, name, values) for one in _files(own, scheduled) if one.name != PICTURES]
    return tuple(found)


def _files(given: Given, scheduled: bool) -> list[Path]:
    wanted = bool(given.get("posts")) and scheduled
    return [one for one in sorted(ROUTES.glob("*.yaml")) if wanted or one.name != SCHEDULE]


def _general(configuration: "Configuration") -> dict[str, Any]:
    """What holds for the first catalogue, without the prefix."""
    given = configuration.settings
    return {name: given[f"catalogue.{name}"] for name in SETTINGS if f"catalogue.{name}" in given}


def _own(configuration: "Configuration", name: str) -> dict[str, Any]:
    """What holds for a further catalogue: its own, what its branch says, and what holds for all."""
    given = others(configuration.settings)[name]
    inherited = {key: one for key, one in _general(configuration).items() if key not in ALONE}
    branch = configuration.branches.get(str(given.get("branch")))
    told: dict[str, Any] = {} if branch is None else {"company": branch.company}
    if branch is not None and branch.warehouse is not None:
        told["warehouses"] = branch.warehouse
    return {**inherited, **told, **given}


def _settings(configuration: "Configuration", given: Given, name: str = "") -> CatalogueSettings:
    return CatalogueSettings(
        brand=str(given.get("brand", configuration.company.name)),
        link=str(given["link"]),
        site=str(configuration.listener.public_url or "").rstrip("/"),
        pricelist=given.get("pricelist"),
        company=given.get("company"),
        country=given.get("country"),
        customer=given.get("customer"),
        sample=int(given.get("sample", SAMPLE)),
        field=given.get("field"),
        posts=list(given.get("posts", ())),
        post_text=str(given.get("post_text", posting.TEXT)),
        post_rest=int(given.get("post_rest", REST)),
        name=name,
    )


def _text(value: Any) -> str:
    """A value as it stands in a route file."""
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


# What is wrong.


def _wrong(configuration: "Configuration") -> Iterator[ConfigurationError]:
    if not configuration.listener.public_url:
        text = "the flow `catalogue` needs it: Meta fetches the pictures there"
        yield ConfigurationError(text, place="listener.public_url")
    given = _general(configuration)
    connections = [configuration.placeholders.get("catalogue.connection", "odoo"), _meta(configuration)]
    yield from _unconnected(configuration, [*connections, *_posting(configuration, given, {})], "connections")
    yield from _unknown(configuration.settings)
    yield from _wrong_settings(given, "settings.catalogue")
    yield from _wrong_others(configuration)


def _unknown(settings: Given) -> Iterator[ConfigurationError]:
    known = {OTHERS, *(f"catalogue.{one}" for one in SETTINGS)}
    for name in sorted(one for one in settings if one.startswith("catalogue.") and one not in known):
        if name.partition(".")[2] in FILLED:
            yield ConfigurationError("it is a placeholder: write it under `placeholders`", place=f"settings.{name}")
            continue
        hint = ", ".join(sorted(known))
        yield ConfigurationError("the flow `catalogue` has no such setting", place=f"settings.{name}", suggestion=hint)


def _meta(configuration: "Configuration") -> str:
    return str(configuration.placeholders.get("catalogue.meta", "catalog"))


def _posting(configuration: "Configuration", given: Given, own: Given) -> list[str]:
    """The connections that posts go to."""
    posts = given.get("posts")
    places = [_CONNECTIONS[one] for one in posts if one in PLACES] if isinstance(posts, list) else []
    return [str(own.get(name) or configuration.placeholders.get(f"catalogue.{name}", other)) for name, other in places]


def _unconnected(configuration: "Configuration", names: list[str], place: str) -> Iterator[ConfigurationError]:
    for name in names:
        if name not in configuration.connections:
            yield ConfigurationError(f"the flow `catalogue` needs it: add `connections.{name}`", place=place)


def _wrong_others(configuration: "Configuration") -> Iterator[ConfigurationError]:
    given, place = configuration.settings.get(OTHERS) or {}, PLACE
    if not isinstance(given, Mapping) or not all(isinstance(one, Mapping) for one in given.values()):
        text, example = (
            "must name each further catalogue, with what it has of its own",
            "{norte: {meta: catalog_norte}}",
        )
        yield ConfigurationError(text, place=place, suggestion=example)
        return
    for name in given:
        if not _NAMED.fullmatch(str(name)) or name == _meta(configuration):
            text = "the name is one word of small letters, digits and underscores, and no other catalogue's"
            yield ConfigurationError(text, place=f"{place}.{name}")
            return
    for name in given:
        yield from _wrong_other(configuration, name, f"{place}.{name}")
    yield from _shared(configuration, given, place)


def _wrong_other(configuration: "Configuration", name: str, place: str) -> Iterator[ConfigurationError]:
    own = others(configuration.settings)[name]
    known = SETTINGS | PLACEHOLDERS | {"branch"}
    for key in sorted(map(str, own.keys() - known)):
        text = f"there is no `{key}` in a catalogue"
        yield ConfigurationError(text, place=place, suggestion=", ".join(sorted(known)))
    if not own.get("meta"):
        yield ConfigurationError("say which connection it is at Meta", place=f"{place}.meta")
    odoo = configuration.placeholders.get("catalogue.connection", "odoo")
    branch = own.get("branch")
    if branch is not None and str(branch) not in configuration.branches:
        there = ", ".join(configuration.branches) or "none"
        yield ConfigurationError(f"there is no branch `{branch}` (there are: {there})", place=f"{place}.branch")
    elif branch is not None and configuration.branches[branch].odoo != odoo:
        text = f"the branch keeps its books in another Odoo than `{odoo}`, whose products are shown"
        yield ConfigurationError(text, place=f"{place}.branch")
    elif branch is not None and own.get("company", configuration.branches[branch].company) != (
        configuration.branches[branch].company
    ):
        yield ConfigurationError("it is not the company of the branch", place=f"{place}.company")
    for key in sorted(PLACEHOLDERS & own.keys()):
        if not _FREE.fullmatch(_text(own[key])):
            yield ConfigurationError("must be a text without quotes and brackets", place=f"{place}.{key}")
    if not re.fullmatch(r"[\d ,]*", _text(own.get("warehouses", ""))):
        yield ConfigurationError("must be a list of numbers of Odoo's", place=f"{place}.warehouses")
    given = _own(configuration, name)
    meta = [str(own["meta"])] if own.get("meta") else []
    yield from _unconnected(configuration, [*meta, *_posting(configuration, given, own)], place)
    yield from _wrong_settings(given, place)


def _shared(configuration: "Configuration", given: Given, place: str) -> Iterator[ConfigurationError]:
    """What two catalogues cannot have in common: one at Meta, and a field in Odoo."""
    first = configuration.settings.get("catalogue.field")
    metas, fields = {_at_meta(configuration, _meta(configuration))}, {first} if first else set()
    for name, own in given.items():
        at = _at_meta(configuration, str(own.get("meta")))
        if at in metas:
            yield ConfigurationError("another catalogue is published there already", place=f"{place}.{name}.meta")
        if own.get("field") and own["field"] in fields:
            text = "another catalogue writes there already: name another field, or leave it out for notes"
            yield ConfigurationError(text, place=f"{place}.{name}.field")
        metas.add(at)
        fields.add(own.get("field"))


def _at_meta(configuration: "Configuration", connection: str) -> str:
    """The catalogue behind a connection, by its id where that is told."""
    return str(configuration.connections.get(connection, {}).get("catalog") or connection)


def _wrong_settings(given: Given, place: str) -> Iterator[ConfigurationError]:
    link = given.get("link")
    if not isinstance(link, str) or not link.startswith(("https://", "http://")) or posting.parts(link) - PARTS:
        text = "must be the address of a product's page, with {sku}, {id} or {template} in it"
        yield ConfigurationError(text, place=f"{place}.link", suggestion="https://shop.example/p/{sku}")
    for name in ("pricelist", "company", "country", "customer"):
        number = given.get(name)
        if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 1):
            yield ConfigurationError("must be a number of Odoo's", place=f"{place}.{name}")
    sample = given.get("sample", SAMPLE)
    if isinstance(sample, bool) or not isinstance(sample, int) or not 0 <= sample <= 500:
        yield ConfigurationError("must be a whole number up to 500", place=f"{place}.sample")
    field = given.get("field")
    if field is not None and not (isinstance(field, str) and field.startswith("x_")):
        yield ConfigurationError("must be a field of your own, whose name begins with x_", place=f"{place}.field")
    yield from _wrong_posts(given, place)


def _wrong_posts(given: Given, place: str) -> Iterator[ConfigurationError]:
    posts, rest = given.get("posts", []), given.get("post_rest", REST)
    if not isinstance(posts, list) or set(posts) - set(PLACES):
        yield ConfigurationError(f"must be a list of {', '.join(PLACES)}", place=f"{place}.posts")
    if isinstance(rest, bool) or not isinstance(rest, int) or rest < 1:
        yield ConfigurationError("must be a whole number of days from 1 on", place=f"{place}.post_rest")
    text = given.get("post_text", posting.TEXT)
    if not isinstance(text, str) or posting.parts(text) - posting.PARTS:
        names = ", ".join(f"{{{one}}}" for one in sorted(posting.PARTS))
        yield ConfigurationError(f"must be a text with any of {names} in it", place=f"{place}.post_text")
