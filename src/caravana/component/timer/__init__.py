"""`timer:name`: starts an exchange again and again."""

from types import MappingProxyType
from typing import Any

from caravana.component.timer.consumer import TimerConsumer
from caravana.component.timer.spec import TimerOptions
from caravana.kit.component import Component, Endpoint, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Receiver
from caravana.kit.uri import Uri


class TimerEndpoint(Endpoint):
    """One timer."""

    def consumer(self, receiver: Receiver) -> TimerConsumer:
        """Return the firing side."""
        return TimerConsumer(self.uri.path, self.options, receiver, self.context.clock)


class TimerComponent(Component):
    """Firings at equal distances."""

    scheme = "timer"
    title = "Timer"
    syntax = "timer:name"
    doc = "Starts an exchange with an empty body again and again, never while the last one is unfinished."
    maturity = Maturity.STABLE
    options = TimerOptions
    departures = MappingProxyType({"repeatCount": "0 is without end, as leaving it out is in Camel"})
    produces = False

    def create(self, uri: Uri, options: Any) -> TimerEndpoint:
        """Return the endpoint of one timer. Raises `ConfigurationError` without a name."""
        if not uri.path:
            raise ConfigurationError("`timer:` needs a name", suggestion="write timer:sweep")
        return TimerEndpoint(uri, options, self.context)
