"""Options of `wares:`."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from caravana.kit.options import Duration, Options


class Operation(StrEnum):
    """What stands after `wares:`."""

    CHANGES = "changes"
    KEPT = "kept"
    KEEP = "keep"
    PICTURES = "pictures"
    SHOWN = "shown"


def _words(value: Any) -> Any:
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _numbers(value: Any) -> Any:
    value = _words(value)
    return [value] if isinstance(value, int) and not isinstance(value, bool) else value


class WaresOptions(Options):
    """What is looked at, and how often."""

    connection: str = Field(
        "odoo", pattern=r"^[A-Za-z0-9_-]+$", description="`changes`: name of the connection to Odoo."
    )
    tag: str = Field(
        "Publicar", min_length=1, description="`changes`: product tag of Odoo that says: this product is shown."
    )
    post_tag: str = Field(
        "Anunciar", min_length=1, description="`changes`: product tag that asks for a post about the product."
    )
    delay: Duration = Field("30s", validate_default=True, description="`changes`: time between two looks.")
    full_every: Duration = Field(
        "6h",
        validate_default=True,
        description="`changes`: time between two looks at everything: what was deleted shows only then.",
    )
    overlap: Duration = Field(
        "5m",
        validate_default=True,
        description="`changes`: how far a look goes back: a change shows at commit with the time of its start.",
    )
    most: int = Field(3000, ge=1, le=10_000, description="`changes`: most products in one message.")
    batch: int = Field(5000, ge=1, le=5000, description="`changes`: records read in one call.")
    warehouses: Annotated[list[int], BeforeValidator(_numbers)] = Field(
        [], description="`changes`: numbers of the warehouses whose stock counts, summed; none: all of the company."
    )
    of_branch: str = Field(
        "",
        description="`changes`: the branch whose catalogue it is: Odoo is asked in its company, and tasks go to its person.",
    )
    catalogues: Annotated[list[str], BeforeValidator(_words)] = Field(
        [],
        description="`pictures`: names of the catalogues whose pictures are shown beside those of the one without a name.",
    )
    meta: str = Field(
        "catalog", pattern=r"^[A-Za-z0-9_-]+$", description="`shown`: name of the connection to the catalogue."
    )
    folder: str = Field(
        "pictures", min_length=1, description="`pictures`: folder where made pictures are kept; it may be emptied."
    )
