"""`cron:name`: starts an exchange at the times of a calendar."""

from typing import Any

from caravana.component.cron.consumer import CronConsumer
from caravana.component.cron.schedule import Schedule
from caravana.component.cron.spec import CronOptions
from caravana.kit.component import Component, Endpoint, Maturity
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Receiver
from caravana.kit.uri import Uri


class CronEndpoint(Endpoint):
    """One schedule."""

    def consumer(self, receiver: Receiver) -> CronConsumer:
        """Return the firing side."""
        schedule = read_schedule(self.uri, self.options, self.context.setting("company.timezone", "UTC"))
        return CronConsumer(self.uri.path, schedule, receiver, self.context.clock)


class CronComponent(Component):
    """Firings by the calendar."""

    scheme = "cron"
    title = "Cron"
    syntax = "cron:name"
    doc = "Starts an exchange with an empty body at the times of a cron expression; missed times count as one."
    maturity = Maturity.STABLE
    options = CronOptions
    produces = False

    def create(self, uri: Uri, options: Any) -> CronEndpoint:
        """Return the endpoint of one schedule. Raises `ConfigurationError` without a name or with a wrong schedule."""
        if not uri.path:
            raise ConfigurationError("`cron:` needs a name", suggestion="write cron:nightly")
        read_schedule(uri, options, self.context.setting("company.timezone", "UTC"))
        return CronEndpoint(uri, options, self.context)


def read_schedule(uri: Uri, options: CronOptions, default_zone: str) -> Schedule:
    """Return the schedule of an address. Raises `ConfigurationError` when expression or zone is wrong."""
    try:
        return Schedule(options.schedule, options.time_zone or default_zone)
    except ValueError as error:
        raise ConfigurationError(str(error), place=f"cron:{uri.path}") from None
