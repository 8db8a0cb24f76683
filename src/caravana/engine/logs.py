"""Structured logs: JSON lines for programs, readable lines on a terminal; no secret and no card number in either."""

import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from caravana.kit.redaction import redact

LEVELS = ("debug", "info", "warning", "error", "critical")


def without_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Mask the content of secret-looking keys, and card numbers wherever they stand."""
    return {key: redact(value) if key == "event" else redact({key: value})[key] for key, value in event.items()}


def configure_logs(level: str = "info", *, form: str = "auto", stream: TextIO | None = None) -> None:
    """Send structured logs of at least `level` to `stream` (standard error); `form`: `json`, `text`, or `auto` by terminal.

    Lines of libraries that use the standard logging module take the same way from `warning` on.
    """
    out = _Lossy(stream or sys.stderr)
    pretty = form == "text" or (form == "auto" and out.isatty())
    number = getattr(logging, level.upper())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    last: Processor = structlog.dev.ConsoleRenderer(colors=out.isatty()) if pretty else _json()
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_Named(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(cast("TextIO", out))
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)


def _json() -> Processor:
    return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)


class _Lossy:
    """A stream that drops what cannot be written: a disk without room for a log must not stop who wanted to tell of it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.isatty = stream.isatty

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


class _Named:
    """Makes loggers that write to one stream; the name given to `get_logger` is not part of the line's event."""

    def __init__(self, stream: _Lossy) -> None:
        self._make = structlog.WriteLoggerFactory(cast("TextIO", stream))

    def __call__(self, *_: object) -> WrappedLogger:
        return self._make()
