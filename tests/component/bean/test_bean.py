"""The `bean` component."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from caravana.component.bean import BeanComponent
from caravana.kit.callables import idempotent, pure, read
from caravana.kit.codec import canonical_hash
from caravana.kit.departure import Departure, Withheld, departing
from caravana.kit.effect import Kind
from caravana.kit.errors import CallableFailed, ConfigurationError, Transient
from caravana.kit.exchange import Exchange, Headers
from tests.component.harness import Hub, Recorder, local_of, make_exchange, producer_of, readme_endpoints, run_producer


@pure
def total(order: dict[str, int]) -> int:
    return order["quantity"] * order["price"]


@pure
async def mark(exchange: Exchange) -> None:
    exchange.headers["marked"] = True


class Prices:
    """An object with two methods."""

    @read
    def current(self, body: str, headers: Headers) -> dict[str, Any]:
        return {"product": body, "currency": headers["CURRENCY"], "thread": threading.current_thread().name}

    @idempotent
    async def keep(self, body: dict[str, Any]) -> None:
        body["kept"] = True


def fail(body: Any) -> None:
    raise KeyError(body)


def busy() -> None:
    raise Transient("later")


def strange(body: Any, price: int) -> int:
    return price


@pytest.fixture
def component() -> Iterator[BeanComponent]:
    """A component whose hub knows the callables above."""
    hub = Hub()
    for function in (total, mark, fail, busy, strange):
        hub.callables.register(function.__name__, function)
    hub.callables.register("prices", Prices)
    component = BeanComponent(hub)
    yield component
    asyncio.run(component.close())


async def test_a_pure_result_becomes_the_body(component: BeanComponent) -> None:
    """A parameter of any name gets the body."""
    exchange = make_exchange({"quantity": 3, "price": 4})
    await local_of(component, "bean:total").process(exchange, Recorder())
    assert exchange.body == 12


async def test_a_pure_callable_may_change_the_exchange(component: BeanComponent) -> None:
    """None leaves the body; the change stays."""
    exchange = make_exchange("a")
    await local_of(component, "bean:mark").process(exchange, Recorder())
    assert (exchange.body, exchange.headers["marked"]) == ("a", True)


async def test_a_plain_function_runs_in_a_thread(component: BeanComponent) -> None:
    """It blocks nobody, and finds headers in any spelling."""
    producer = producer_of(component, "bean:prices?method=current")
    exchange = make_exchange("sack", {"currency": "USD"})
    await run_producer(producer, exchange)
    thread = exchange.body.pop("thread")
    assert (producer.kind, exchange.body) == (Kind.READ, {"product": "sack", "currency": "USD"})
    assert thread.startswith("caravana-bean")


async def test_a_recorded_callable_gets_copies(component: BeanComponent) -> None:
    """What it does to its arguments changes neither the message nor the request, which may be sent again."""
    producer, exchange = producer_of(component, "bean:prices?method=keep"), make_exchange({"n": 1})
    request = producer.request(exchange)
    before = canonical_hash(request)
    await run_producer(producer, exchange)
    assert exchange.body == {"n": 1}
    assert canonical_hash(request) == before


def test_the_request_holds_what_the_signature_asks_for(component: BeanComponent) -> None:
    """A header that the callable does not see does not change the input hash, nor does a redelivery."""
    exchange = make_exchange("sack", {"currency": "USD", "CamelRedeliveryCounter": 1})
    exchange.variables["secret"] = object()
    keep, current = (producer_of(component, f"bean:prices?method={name}") for name in ("keep", "current"))
    assert keep.request(exchange) == {"callable": "prices.keep", "body": "sack"}
    assert current.request(exchange) == {
        "callable": "prices.current",
        "body": "sack",
        "headers": {"currency": "USD"},
    }


async def test_what_a_callable_raises_is_the_cause(component: BeanComponent) -> None:
    """Clauses match by the class of the cause; an undeclared callable counts as blind."""
    producer = producer_of(component, "bean:fail")
    with pytest.raises(CallableFailed) as caught:
        await run_producer(producer, make_exchange("x"))
    assert isinstance(caught.value.__cause__, KeyError)
    assert producer.kind is Kind.BLIND


async def test_errors_of_effects_pass(component: BeanComponent) -> None:
    """A callable can say what the engine must do."""
    with pytest.raises(Transient):
        await run_producer(producer_of(component, "bean:busy"), make_exchange())


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("bean:nobody", "no callable is registered under `nobody`"),
        ("bean:prices", "its methods are current, keep"),
        ("bean:strange", "parameter `price` that nothing fills"),
        ("bean:prices?method=current(1)", "takes no arguments"),
        ("bean:total?scope=Prototype", "`scope`"),
    ],
)
def test_what_cannot_be_called_is_told_at_load(component: BeanComponent, address: str, told: str) -> None:
    """No message is needed to find out."""
    with pytest.raises(ConfigurationError, match=told.replace("(", r"\(")):
        producer_of(component, address)


def test_the_readme_examples_are_accepted(component: BeanComponent) -> None:
    """Every address in the component's page is one that the component takes."""
    assert len(readme_endpoints(component)) == 1


async def test_a_call_that_waited_for_a_thread_is_held_back(component: BeanComponent) -> None:
    """All threads were busy until whoever wanted the call lost the right to it."""
    token = departing.set(Departure(lambda: False))
    with pytest.raises(Withheld):
        await run_producer(producer_of(component, "bean:fail"), make_exchange("order 7"))
    departing.reset(token)
