"""to, toD, wireTap, bean, process: Message Endpoint, Recipient List of one, Wire Tap, Service Activator."""

from collections import OrderedDict
from collections.abc import Mapping

from caravana.kit.component import Local
from caravana.kit.errors import CaravanaError, ConfigurationError, ExpressionError
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Arrival
from caravana.kit.uri import Uri, secrets_in
from caravana.language.function_message import check_variable
from caravana.pattern.compiler import Compiler, compiles, evaluator
from caravana.pattern.processor import Call, Processor, Scope
from caravana.route import model as m

_CACHED = 1_000


def sender(uri: Uri, path: str, compiler: Compiler) -> Processor:
    """Return the processor that sends to the endpoint at `uri`. Raises `ConfigurationError`."""
    endpoint = compiler.endpoint(uri)
    producer = endpoint.producer()
    if isinstance(producer, Local):
        local = producer

        async def work(exchange: Exchange, scope: Scope) -> None:
            await scope.local(scope.prefix + path, local, exchange)

        return work
    call = Call(endpoint.uri.shown, endpoint.connection, producer)

    async def send(exchange: Exchange, scope: Scope) -> None:
        await scope.effect(scope.prefix + path, call, exchange)

    return _with_given(send, producer.given, path, compiler) if producer.given else send


def _with_given(inner: Processor, given: Mapping[str, str], path: str, compiler: Compiler) -> Processor:
    """Let `inner` see the headers that the address sets by expressions, and nobody after it."""
    values = {name: evaluator(compiler.simple(text), f"{path}/{name}") for name, text in given.items()}

    async def process(exchange: Exchange, scope: Scope) -> None:
        before = {name: exchange.headers.get(name) for name in values}
        found = {name: await value(exchange, scope) for name, value in values.items()}
        exchange.headers.update(found)
        try:
            await inner(exchange, scope)
        finally:
            for name, value in before.items():
                if value is None:
                    exchange.headers.pop(name, None)
                else:
                    exchange.headers[name] = value

    return process


def check_variables(*names: str | None) -> None:
    """Raise `ConfigurationError` for the name of a variable that nothing would keep."""
    for name in filter(None, names):
        check_variable(name)


def with_variables(inner: Processor, send: str | None, receive: str | None) -> Processor:
    """Let `inner` send a variable instead of the body, or put the reply's body into one and leave the message."""
    check_variables(send, receive)
    if send is None and receive is None:
        return inner

    async def process(exchange: Exchange, scope: Scope) -> None:
        body, headers = exchange.body, exchange.headers.copy()
        if send is not None:
            exchange.body = exchange.variables.get(send)
        await inner(exchange, scope)
        if receive is not None:
            exchange.variables[receive] = exchange.body
            exchange.body, exchange.headers = body, headers

    return process


@compiles(m.To)
def to(step: m.To, path: str, compiler: Compiler) -> Processor:
    """Send to a fixed endpoint."""
    inner = sender(Uri.parse(step.uri, step.parameters), path, compiler)
    return with_variables(inner, step.variable_send, step.variable_receive)


@compiles(m.Bean)
def bean(step: m.Bean, path: str, compiler: Compiler) -> Processor:
    """Call a registered callable."""
    return sender(
        Uri("bean", step.ref.removeprefix("#"), {"method": step.method} if step.method else {}), path, compiler
    )


@compiles(m.Process)
def process(step: m.Process, path: str, compiler: Compiler) -> Processor:
    """Call a registered callable with the exchange."""
    return sender(Uri("bean", step.ref.removeprefix("#bean:").removeprefix("#")), path, compiler)


@compiles(m.ToD)
def to_d(step: m.ToD, path: str, compiler: Compiler) -> Processor:
    """Send to an endpoint whose address is evaluated for each message."""
    template = _whole(step.uri, step.parameters)
    address = evaluator(compiler.simple(template), path + "/uri")
    senders: OrderedDict[str, Processor] = OrderedDict()

    def find(text: str) -> Processor:
        found = senders.get(text)
        if found is None:
            found = senders[text] = sender(Uri.parse(text), path, compiler)
            if len(senders) > _CACHED:
                senders.popitem(last=False)
        return found

    async def run(exchange: Exchange, scope: Scope) -> None:
        text = own_secrets(str(await address(exchange, scope)), template)
        try:
            inner = find(text)
        except ConfigurationError:
            if step.ignore_invalid_endpoint:
                return
            raise
        await inner(exchange, scope)

    return with_variables(run, step.variable_send, step.variable_receive)


def own_secrets(address: str, template: str) -> str:
    """Return `address`. Raises `ExpressionError` when a message has brought a secret's name that the route does not write."""
    if not secrets_in(address) <= secrets_in(template):
        raise ExpressionError("a message cannot name secrets: `{{secret:…}}` stands in the route's own text only")
    return address


def _whole(uri: str, parameters: Mapping[str, str]) -> str:
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return uri if not query else uri + ("&" if "?" in uri else "?") + query


@compiles(m.WireTap)
def wire_tap(step: m.WireTap, path: str, compiler: Compiler) -> Processor:
    """Start a copy as an exchange of its own; its failure never reaches this one."""
    text = _whole(step.uri, step.parameters)
    address = evaluator(compiler.simple(text), path + "/uri") if step.dynamic_uri and "${" in text else None

    async def run(exchange: Exchange, scope: Scope) -> None:
        target = text if address is None else own_secrets(str(await address(exchange, scope)), text)
        body = exchange.variables.get(step.variable_send) if step.variable_send else exchange.body
        arrival = Arrival(
            body=body if step.copy else None,
            headers=dict(exchange.headers) if step.copy else {},
            properties=_storable(exchange),
            branch=exchange.branch,
        )
        try:
            await scope.spawn(scope.prefix + path, target, arrival)
        except CaravanaError:
            if not step.ignore_invalid_endpoint:
                raise

    return run


def _storable(exchange: Exchange) -> dict[str, object]:
    return {name: value for name, value in exchange.properties.items() if not name.startswith("Camel")}
