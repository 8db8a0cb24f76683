"""Content-Based Router, Message Filter and plain blocks."""

from caravana.kit.exchange import Exchange
from caravana.pattern.compiler import Compiler, compiles, predicate
from caravana.pattern.processor import Processor, Scope
from caravana.route import model as m


@compiles(m.Choice)
def choice(step: m.Choice, path: str, compiler: Compiler) -> Processor:
    """The first branch that holds; none and no `otherwise`: go on behind the choice."""
    branches = []
    for number, when in enumerate((one for one in step.when if not one.disabled), 1):
        base = f"{path}/{when.id or f'when{number}'}"
        branches.append((predicate(compiler.condition(when.expression), base), compiler.block(when.steps, base + "/")))
    otherwise = step.otherwise
    last = None if otherwise is None else compiler.block(otherwise.steps, f"{path}/{otherwise.id or 'otherwise'}/")

    async def process(exchange: Exchange, scope: Scope) -> None:
        for holds, block in branches:
            if await holds(exchange, scope):
                await block(exchange, scope)
                return
        if last is not None:
            await last(exchange, scope)

    return process


@compiles(m.Filter)
def filter_(step: m.Filter, path: str, compiler: Compiler) -> Processor:
    """The block when the predicate holds; the steps behind it run in either case."""
    holds = predicate(compiler.condition(step.expression), path)
    block = compiler.block(step.steps, path + "/")

    async def process(exchange: Exchange, scope: Scope) -> None:
        fits = await holds(exchange, scope)
        if step.status_property_name:
            exchange.properties[step.status_property_name] = fits
        exchange.properties["CamelFilterMatched"] = fits
        if fits:
            await block(exchange, scope)

    return process


@compiles(m.Pipeline)
def pipeline(step: m.Pipeline, path: str, compiler: Compiler) -> Processor:
    """A block of steps."""
    return compiler.block(step.steps, path + "/")


@compiles(m.Group)
def group(step: m.Group, path: str, compiler: Compiler) -> Processor:
    """A named block of steps."""
    return compiler.block(step.steps, path + "/")
