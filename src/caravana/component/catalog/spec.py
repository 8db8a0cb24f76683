"""What can be set: the options of an address and the settings of a connection."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from caravana.kit.graph.settings import GraphSettings
from caravana.kit.options import Duration, Options


class Operation(StrEnum):
    """What stands after `catalog:`."""

    PUBLISH = "publish"
    UPDATE = "update"
    PRODUCTS = "products"
    BATCH = "batch"
    SET = "set"
    SETS = "sets"


class CatalogOptions(Options):
    """Options of one `catalog:` address."""

    connection: str = Field(default="catalog", pattern=r"^[A-Za-z0-9_-]+$", description="name of the connection")


class CatalogSettings(GraphSettings):
    """Settings of one connection: one product catalogue."""

    catalog: str = Field(pattern=r"^\d+$", description="id of the catalogue")
    rows: int = Field(
        default=3000, gt=0, le=5000, description="most items in one batch; Meta takes 5000, and advises 3000"
    )
    poll: Duration = Field(
        default=timedelta(seconds=2),
        description="first pause before it is asked what became of a batch; each further one is half as long again, up to 1m",
    )
