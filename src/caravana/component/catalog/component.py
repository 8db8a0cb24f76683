"""The component: which address gives which producer, and one line for each connection."""

from dataclasses import dataclass

from caravana.component.catalog import diagnosis, reading
from caravana.component.catalog.line import Line
from caravana.component.catalog.spec import CatalogOptions, CatalogSettings, Operation
from caravana.component.catalog.writing import Write
from caravana.kit.component import Component, Endpoint, Finding, Maturity, Producer, Severity, Side
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Context
from caravana.kit.uri import Uri


class CatalogComponent(Component):
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

    def __init__(self, context: Context) -> None:
        """`context`: the hub."""
        super().__init__(context)
        self._lines: dict[str, Line] = {}

    def create(self, uri: Uri, options: CatalogOptions) -> "CatalogEndpoint":
        """Return the endpoint. Raises `ConfigurationError` for an operation that there is not."""
        return CatalogEndpoint(uri, options, self.context, self, _operation(uri))

    def line(self, name: str) -> Line:
        """Return the line of connection `name`. Raises `ConfigurationError` when its settings are wrong."""
        if name not in self._lines:
            self._lines[name] = Line.open(name, self.connection_settings(name), self.context)
        return self._lines[name]

    def side(self, name: str) -> Side:
        """Return whether customers see it."""
        settings: CatalogSettings = self.connection_settings(name)
        return settings.side(name)

    async def diagnose(self, name: str) -> list[Finding]:
        """Ask Meta whether token and catalogue are right."""
        try:
            line = self.line(name)
        except ConfigurationError as error:
            return [Finding("settings", Severity.ERROR, str(error), f"mend connections.{name} in the configuration")]
        return await diagnosis.diagnose(line)

    async def close(self) -> None:
        """Close the connections."""
        for line in self._lines.values():
            await line.close()
        self._lines.clear()


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


def _operation(uri: Uri) -> Operation:
    known: dict[str, Operation] = {one.value: one for one in Operation}
    if uri.path not in known:
        raise ConfigurationError(
            f"`catalog:{uri.path}` is no operation", place=str(uri), suggestion=f"one of {', '.join(known)}"
        )
    return known[uri.path]
