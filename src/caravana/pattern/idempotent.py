"""Idempotent Consumer over the journal's ledger: a key belongs to one exchange and path, so a restart is no duplicate."""

from caravana.kit.errors import ExpressionError
from caravana.kit.exchange import Exchange
from caravana.pattern.compiler import Compiler, compiles, evaluator
from caravana.pattern.processor import Processor, Scope
from caravana.route import model as m


def _repository(name: str | None, own: str) -> str:
    """The ledger's scope: steps that name one bean share its keys; without a name, or with `#class:…`, each has its own."""
    return own if name is None or name.startswith("#class:") else name.removeprefix("#bean:").removeprefix("#")


@compiles(m.IdempotentConsumer)
def idempotent_consumer(step: m.IdempotentConsumer, path: str, compiler: Compiler) -> Processor:
    """Run the block once for each key; a duplicate skips the block and goes on behind it."""
    key_of = evaluator(compiler.expression(step.expression), path + "/key")
    block = compiler.block(step.steps, path + "/")
    repository = _repository(step.idempotent_repository, f"{compiler.route_id}/{path}")

    async def process(exchange: Exchange, scope: Scope) -> None:
        value = await key_of(exchange, scope)
        if value is None:
            raise ExpressionError("the key of an idempotentConsumer is null")
        key, place = str(value), scope.prefix + path
        if step.eager:
            mine = await scope.claim(place, repository, key, confirmed=False, remove_on_failure=step.remove_on_failure)
        else:
            mine = not await scope.owner(place, repository, key)
        exchange.properties["CamelDuplicateMessage"] = not mine
        if not mine and step.skip_duplicate:
            return
        await block(exchange, scope)
        if mine and not step.eager:
            await scope.claim(
                f"{place}/claim", repository, key, confirmed=False, remove_on_failure=step.remove_on_failure
            )
        if mine and step.completion_eager:
            await scope.confirm(repository, key)

    return process
