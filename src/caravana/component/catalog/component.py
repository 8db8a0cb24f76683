"""The component: which address gives which producer, and one line for each connection."""

from dataclasses import dataclass

from caravana.component.catalog import diagnosis, reading
from caravana.component.catalog.line import Line
from caravana.component.catalog.spec import CatalogOptions, CatalogSettings, Operation
from caravana.component.catalog.writing import Write
from caravana.kit.component import Endpoint, Finding, Maturity, Producer
from caravana.kit.graph.lines import GraphComponent, operation_of
from caravana.kit.uri import Uri


class CatalogComponent(GraphComponent[Line]):
    """Product catalogues at Meta."""

    scheme = "catalog"
    title = "Meta catalogue"
    syntax = "catalog:operation"
    doc = (
        "Keeps a product catalogue at Meta true, which WhatsApp, Facebook and Instagram show. Operations: publish, update, "
        "products, batch, set, sets."
    )
    maturity = Maturity.BETA
    options = CatalogOptions
    connection = CatalogSettings
    consumes = False

    def create(self, uri: Uri, options: CatalogOptions) -> "CatalogEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation that there is not."""
        return CatalogEndpoint(uri, options, self.context, self, operation_of(uri, Operation))

    def open_line(self, name: str, settings: CatalogSettings) -> Line:
        """Return the line of connection `name`, new."""
        return Line.open(name, settings, self.context)

    async def examine(self, line: Line, url: str) -> list[Finding]:
        """Ask Meta whether token and catalogue are right; nothing comes in for a catalogue."""
        return await diagnosis.diagnose(line)


@dataclass(frozen=True)
class CatalogEndpoint(Endpoint):
    """One `catalog:` address."""

    component: CatalogComponent
    operation: Operation

    @property
    def connection(self) -> str:
        """`catalog:<connection>`, where the message names no other."""
        return f"catalog:{self.options.connection}"

    def producer(self) -> Producer:
        """Return the call. Raises `ConfigurationError` for wrong settings."""
        line_of, name = self.component.line, self.options.connection
        match self.operation:
            case Operation.PUBLISH | Operation.UPDATE:
                return Write(line_of, name, whole=self.operation is Operation.PUBLISH)
            case Operation.PRODUCTS:
                return reading.Products(line_of, name)
            case Operation.BATCH:
                return reading.BatchState(line_of, name)
            case Operation.SETS:
                return reading.ListSets(line_of, name)
        return reading.CreateSet(line_of, name)
