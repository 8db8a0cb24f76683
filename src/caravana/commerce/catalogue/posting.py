"""Posts about products: which product, and in which words. A product is told of once in its rest time, whoever wants it."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from string import Formatter
from typing import Any

from caravana.commerce.catalogue.item import IN_STOCK
from caravana.commerce.catalogue.plan import Kept
from caravana.commerce.catalogue.telling import ACCEPTED
from caravana.commerce.catalogue.words import short
from caravana.kit.money import Money

TEXT = "{name}\n{price}, impuestos incluidos.\n\n{description}\n\n{link}"
PARTS = frozenset({"name", "price", "description", "link", "brand", "sku"})
LONGEST = 2000
"""Instagram takes 2,200 characters."""
LONGEST_DESCRIPTION = 400


def parts(text: str) -> set[str]:
    """Return the names in brackets of a template; `?` stands for what is no template."""
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {"?"}


def rests(post: Mapping[str, Any] | None, at: datetime, rest: timedelta) -> bool:
    """Whether a product was told of so lately that it is not told of again."""
    return post is not None and at < datetime.fromisoformat(post["at"]) + rest


def text(item: Mapping[str, Any], template: str) -> str:
    """Return the words of a post. Without a description, its lines are left out."""
    price = Money.of(item["price"]["amount"], item["price"]["currency"])
    description = "" if item["description"] == item["title"] else short(item["description"], LONGEST_DESCRIPTION)
    made = template.format(
        name=item["title"],
        price=price.format(),
        description=description,
        link=item["link"],
        brand=item["brand"],
        sku=item["sku"],
    )
    while "\n\n\n" in made:
        made = made.replace("\n\n\n", "\n\n")
    return short(made.strip(), LONGEST)


def next_one(
    records: Iterable[Kept], posts: Mapping[str, Mapping[str, Any]], at: datetime, rest: timedelta
) -> Kept | None:
    """Return the product whose turn it is: shown, in stock, never told of or longest ago; None when all rest.

    `posts`: by the number of the product's template, as a text.
    """
    found = [
        one
        for one in records
        if one["state"] == ACCEPTED
        and one["item"] is not None
        and one["item"]["availability"] == IN_STOCK
        and not rests(posts.get(str(one["template"])), at, rest)
    ]
    return min(found, key=lambda one: (posts.get(str(one["template"]), {}).get("at", ""), one["id"]), default=None)
