"""log and delay."""

from datetime import datetime, timedelta
from typing import Any

import structlog

from caravana.kit.errors import ExpressionError
from caravana.kit.exchange import Exchange
from caravana.kit.options import parse_duration
from caravana.kit.redaction import redact_text
from caravana.pattern.compiler import Compiler, compiles, evaluator
from caravana.pattern.processor import Processor, Scope
from caravana.route import model as m

_LEVELS = {"TRACE": "debug", "DEBUG": "debug", "INFO": "info", "WARN": "warning", "ERROR": "error"}


@compiles(m.Log)
def log(step: m.Log, path: str, compiler: Compiler) -> Processor:
    """Write a line to the log, once: a re-run is silent until it reaches what the first run had not done."""
    message = evaluator(compiler.simple(step.message), path)
    logger = structlog.get_logger(step.log_name or compiler.route_id)
    level = _LEVELS.get(step.logging_level)

    async def process(exchange: Exchange, scope: Scope) -> None:
        replaying = scope.replaying
        text = await message(exchange, scope)
        if level is not None and not replaying:
            getattr(logger, level)(redact_text("" if text is None else str(text)), exchange=exchange.id)

    return process


@compiles(m.Delay)
def delay(step: m.Delay, path: str, compiler: Compiler) -> Processor:
    """Wait; the moment is recorded, so a restart waits only for what is left."""
    value = evaluator(compiler.expression(step.expression), path + "/delay")

    async def process(exchange: Exchange, scope: Scope) -> None:
        wait = _duration(await value(exchange, scope))

        def until(now: datetime) -> datetime:
            return now + wait

        if wait > timedelta(0):
            await scope.pause(scope.prefix + path, until)

    return process


def _duration(value: Any) -> timedelta:
    try:
        return parse_duration(0 if value is None else value)
    except ValueError as error:
        raise ExpressionError(str(error)) from None
