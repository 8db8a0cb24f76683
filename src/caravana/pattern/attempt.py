"""doTry, throwException, stop: errors that a route deals with in place."""

from caravana.kit.errors import ConfigurationError, Thrown
from caravana.kit.exchange import Exchange
from caravana.pattern.compiler import Compiler, compiles, predicate
from caravana.pattern.java import distance, is_known
from caravana.pattern.processor import Processor, Scope
from caravana.pattern.signal import Ended
from caravana.route import model as m


def check_names(names: tuple[str, ...]) -> None:
    """Raise `ConfigurationError` when a class named by a clause is none that errors here can have."""
    for name in names:
        if not is_known(name):
            raise ConfigurationError(
                f"no error here is a `{name}`", suggestion="see the table of Java names in the docs"
            )


@compiles(m.DoTry)
def do_try(step: m.DoTry, path: str, compiler: Compiler) -> Processor:
    """Run the block without error handler; the first fitting catch takes an error; finally always runs."""
    bare = compiler.unguarded()
    block = bare.block(step.steps, path + "/")
    catches = [
        _Catch(one, f"{path}/{one.id or f'doCatch{number}'}", bare) for number, one in enumerate(step.do_catch, 1)
    ]
    last = None if step.do_finally is None else bare.block(step.do_finally.steps, f"{path}/doFinally/")

    async def attempt(exchange: Exchange, scope: Scope) -> None:
        try:
            await block(exchange, scope)
        except Exception as error:
            for catch in catches:
                if await catch.fits(error, exchange, scope):
                    await catch.run(error, exchange, scope)
                    return
            raise

    async def process(exchange: Exchange, scope: Scope) -> None:
        try:
            await attempt(exchange, scope)
        except (Exception, Ended):
            if last is not None:
                await last(exchange, scope)
            raise
        if last is not None:
            await last(exchange, scope)

    return process


class _Catch:
    def __init__(self, clause: m.DoCatch, path: str, compiler: Compiler) -> None:
        check_names(clause.exception)
        self.names = clause.exception or ("java.lang.Exception",)
        self.when = predicate(compiler.condition(clause.on_when), path) if clause.on_when is not None else None
        self.block = compiler.block(clause.steps, path + "/")

    async def fits(self, error: Exception, exchange: Exchange, scope: Scope) -> bool:
        if all(distance(error, name) is None for name in self.names):
            return False
        if self.when is None:
            return True
        exchange.exception = error
        holds: bool = await self.when(exchange, scope)
        exchange.exception = None
        return holds

    async def run(self, error: Exception, exchange: Exchange, scope: Scope) -> None:
        exchange.properties["CamelExceptionCaught"] = str(error)
        exchange.exception = error
        try:
            await self.block(exchange, scope)
        finally:
            exchange.exception = None


@compiles(m.ThrowException)
def throw_exception(step: m.ThrowException, path: str, compiler: Compiler) -> Processor:
    """Raise an error with the Java name asked for."""
    check_names((step.exception_type,))
    message = compiler.simple(step.message or "")

    async def process(exchange: Exchange, scope: Scope) -> None:
        text = message.evaluate(exchange)
        raise Thrown("" if text is None else str(text), step.exception_type)

    return process


@compiles(m.Stop)
def stop(step: m.Stop, path: str, compiler: Compiler) -> Processor:
    """End this exchange, or this part, well."""

    async def process(exchange: Exchange, scope: Scope) -> None:
        raise Ended

    return process
