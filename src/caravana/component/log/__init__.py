"""`log:name`: writes a line about the message to the hub's log."""

from typing import Any, Literal

from pydantic import Field

from caravana.component.log.producer import LogProducer
from caravana.kit.component import Component, Endpoint, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.options import Options
from caravana.kit.uri import Uri


class LogOptions(Options):
    """What the line shows; names and defaults are Camel's."""

    level: Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF"] = Field("INFO", description="Level of the line.")
    show_all: bool = Field(False, description="Show everything that can be shown.")
    show_exchange_id: bool = Field(False, description="Show the exchange's id.")
    show_exchange_pattern: bool = Field(False, description="Show InOnly or InOut.")
    show_route_id: bool = Field(False, description="Show the route's id.")
    show_properties: bool = Field(False, description="Show the exchange's properties.")
    show_variables: bool = Field(False, description="Show the exchange's variables.")
    show_headers: bool = Field(False, description="Show the headers; credentials are masked.")
    show_body_type: bool = Field(True, description="Show the type of the body.")
    show_body: bool = Field(True, description="Show the body; secrets and card numbers are masked.")
    show_caught_exception: bool = Field(False, description="Show the error that a handler is looking at.")
    skip_body_line_separator: bool = Field(True, description="Write the body on one line.")
    multiline: bool = Field(False, description="One line for each part.")
    plain: bool = Field(False, description="Only the body, without a frame around it.")
    max_chars: int = Field(10_000, ge=0, description="Longest text of the body; 0 = without a limit.")


class LogEndpoint(Endpoint):
    """One logger."""

    def producer(self) -> LogProducer:
        """Return the writing side."""
        return LogProducer(self.uri.path, self.options)


class LogComponent(Component):
    """Lines about messages, for those who watch a route."""

    scheme = "log"
    title = "Log"
    syntax = "log:loggerName"
    doc = "Writes a line about the message to the hub's log, without secrets."
    maturity = Maturity.STABLE
    options = LogOptions
    consumes = False

    def create(self, uri: Uri, options: Any) -> LogEndpoint:
        """Return the endpoint of one logger. Raises `ConfigurationError` without a name."""
        if not uri.path:
            raise ConfigurationError("`log:` needs a logger's name", suggestion="write log:orders")
        return LogEndpoint(uri, options, self.context)
