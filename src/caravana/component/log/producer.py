"""The writing side of `log:`."""

import logging
from typing import Any

import structlog

from caravana.component.log.text import describe
from caravana.kit.component import Local
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Flow

_LEVELS = {
    "TRACE": logging.DEBUG,
    "DEBUG": logging.DEBUG,
    "INFO": logging.INFO,
    "WARN": logging.WARNING,
    "ERROR": logging.ERROR,
}


class LogProducer(Local):
    """Writes one line; a re-run is silent about what the first run has already said."""

    def __init__(self, name: str, options: Any) -> None:
        """`name`: shown as the line's logger; `options`: `LogOptions`."""
        self._name = name
        self._options = options

    async def process(self, exchange: Exchange, flow: Flow) -> None:
        """Write the line; the message stays as it is."""
        level = _LEVELS.get(self._options.level)
        if level is None or flow.replaying:
            return
        logger = structlog.get_logger(self._name)
        logger.log(
            level, describe(exchange, self._options), logger=self._name, exchange=exchange.id, route=exchange.route_id
        )
