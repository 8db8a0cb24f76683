"""Multicast, Recipient List and Content Enricher: copies to several places, and their answers."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

from caravana.kit.errors import ConfigurationError
from caravana.kit.exchange import Exchange
from caravana.kit.uri import Uri
from caravana.pattern.compiler import Compiler, compiles, evaluator
from caravana.pattern.parts import Part, Parts, raise_last
from caravana.pattern.processor import Processor, Scope
from caravana.pattern.send import own_secrets, sender, with_variables
from caravana.pattern.strategy import Strategy, strategy
from caravana.route import model as m

INDEX, COMPLETE, ENDPOINT = "CamelMulticastIndex", "CamelMulticastComplete", "CamelRecipientListEndpoint"
_CACHED = 1_000


class Senders:
    """Processors that send to addresses known only at the message, each made once."""

    def __init__(self, path: str, compiler: Compiler) -> None:
        """`path`: the step's."""
        self._path = path
        self._compiler = compiler
        self._made: OrderedDict[str, Processor] = OrderedDict()

    def at(self, address: str) -> Processor:
        """Return what sends to `address`. Raises `ConfigurationError` when it cannot be used."""
        found = self._made.get(address)
        if found is None:
            found = self._made[address] = sender(Uri.parse(address), self._path, self._compiler)
            if len(self._made) > _CACHED:
                self._made.popitem(last=False)
        return found


@compiles(m.Multicast)
def multicast(step: m.Multicast, path: str, compiler: Compiler) -> Processor:
    """A copy for each branch; the last result, or the strategy's, goes on."""
    branches = [compiler.block([one], "") for one in step.steps if not one.disabled]
    fold = strategy(step.aggregation_strategy, compiler.callables)
    runner = Parts(path, step.parallel_processing, step.stop_on_exception)

    async def process(exchange: Exchange, scope: Scope) -> None:
        parts = [Part(_copy(exchange, index, len(branches)), block) for index, block in enumerate(branches)]
        _join(exchange, parts, await runner.run(parts, scope), fold)

    return process


@compiles(m.RecipientList)
def recipient_list(step: m.RecipientList, path: str, compiler: Compiler) -> Processor:
    """A copy for each address of the expression's result; the last result, or the strategy's, goes on."""
    addresses = evaluator(compiler.expression(step.expression), path)
    fold = strategy(step.aggregation_strategy, compiler.callables)
    runner = Parts(path, step.parallel_processing, step.stop_on_exception)
    senders = Senders("to", compiler)

    async def process(exchange: Exchange, scope: Scope) -> None:
        found = [
            (own_secrets(one, step.expression.text), index)
            for index, one in enumerate(_addresses(await addresses(exchange, scope), step.delimiter))
        ]
        usable = [(text, block) for text, _ in found if (block := _usable(senders, text, step)) is not None]
        parts = [Part(_copy(exchange, index, len(usable)), block) for index, (_, block) in enumerate(usable)]
        for part, (text, _) in zip(parts, usable, strict=True):
            part.exchange.properties[ENDPOINT] = text
        _join(exchange, parts, await runner.run(parts, scope), fold)

    return process


def _usable(senders: Senders, address: str, step: m.RecipientList) -> Processor | None:
    try:
        return senders.at(address)
    except ConfigurationError:
        if step.ignore_invalid_endpoints:
            return None
        raise


def _addresses(value: Any, delimiter: str) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        cut = [value] if delimiter == "false" else value.split(delimiter)
    else:
        cut = [str(one) for one in value] if isinstance(value, Iterable) else [str(value)]
    return [one.strip() for one in cut if one.strip()]


@compiles(m.Enrich)
def enrich(step: m.Enrich, path: str, compiler: Compiler) -> Processor:
    """Ask the endpoint with a copy; its answer replaces the message, or the strategy joins both."""
    address = evaluator(compiler.expression(step.expression), path + "/uri")
    fold = strategy(step.aggregation_strategy, compiler.callables)
    senders = Senders(path, compiler)

    async def run(exchange: Exchange, scope: Scope) -> None:
        text = own_secrets(str(await address(exchange, scope)), step.expression.text)
        try:
            send = senders.at(text)
        except ConfigurationError:
            if step.ignore_invalid_endpoint:
                return
            raise
        answer = exchange.copy()
        try:
            await send(answer, scope)
        except Exception as error:
            if fold is None or not step.aggregate_on_exception:
                raise
            answer.exception = error
        joined = answer if fold is None else fold(exchange, answer)
        exchange.body, exchange.headers = joined.body, joined.headers
        exchange.exception = None

    return with_variables(run, step.variable_send, step.variable_receive)


def _copy(exchange: Exchange, index: int, size: int) -> Exchange:
    part = exchange.copy()
    part.properties[INDEX] = index
    part.properties[COMPLETE] = index == size - 1
    return part


def _join(
    exchange: Exchange, parts: Sequence[Part], failures: Sequence[Exception | None], fold: Strategy | None
) -> None:
    """Take over the last result, or the fold of all; with a strategy it is the strategy that looks at failures."""
    if not parts:
        return
    if fold is None:
        raise_last(failures)
        result = parts[-1].exchange
    else:
        folded: Exchange | None = None
        for part in parts:
            folded = fold(folded, part.exchange)
        result = folded or exchange
    own = {name: one for name, one in result.properties.items() if name not in (INDEX, COMPLETE, ENDPOINT)}
    exchange.body, exchange.headers, exchange.variables = result.body, result.headers, result.variables
    exchange.properties = own
    exchange.exception = None
