"""What every component fulfils, as tests to inherit.

    class TestParcel(ComponentContract):
        component = ParcelComponent
        addresses = ("parcel:quito",)
        connections = {"parcel": {"url": "https://parcel.example", "token": "t"}}
        errors = ((lambda: to_error(answer(503)), Transient), ...)
        impossible = {RateLimited: "the partner has no limit"}

Not collected by itself: its name begins with no `Test`.
"""

import asyncio
import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from caravana.kit import codec
from caravana.kit.component import Component, Endpoint, Maturity, Producer
from caravana.kit.effect import Kind
from caravana.kit.errors import (
    ConfigurationError,
    EffectError,
    NeedsPerson,
    RateLimited,
    Refused,
    Transient,
    Unknown,
)
from caravana.kit.exchange import Exchange
from caravana.kit.options import Options
from caravana.kit.uri import Uri
from caravana.testing.harness import Hub, Inbox, make_effect, make_exchange

CLASSES: tuple[type[EffectError], ...] = (Transient, RateLimited, Refused, NeedsPerson, Unknown)
"""What the engine distinguishes: each is mapped from something of the partner's, or impossible for a reason."""
ErrorCase = tuple[Callable[[], BaseException], type[EffectError]]


class ComponentContract:
    """Inherit, name the component and examples of its use, and pytest runs the contract."""

    component: ClassVar[type[Component]]
    """The class under test."""
    addresses: ClassVar[Sequence[str]] = ()
    """Examples of its addresses, of every operation and side."""
    connections: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    """Settings of the connections that the addresses name."""
    secrets: ClassVar[Mapping[str, str]] = {}
    """Secrets that the addresses name."""
    errors: ClassVar[Sequence[ErrorCase]] = ()
    """The error table: what makes the error that an answer of the partner means, and the class that it should be."""
    impossible: ClassVar[Mapping[type[EffectError], str]] = {}
    """Classes that nothing of this partner means, each with the reason."""

    def message(self) -> Exchange:
        """Return a message that every producer of the addresses can send; override it where the body matters."""
        return make_exchange({"id": "1"})

    def hub(self) -> Hub:
        """Return the hub in memory in which the component lives."""
        connections = {name: dict(one) for name, one in self.connections.items()}
        return Hub(connections=connections, secrets=dict(self.secrets))

    def endpoints(self, component: Component) -> Iterator[Endpoint]:
        """Yield the endpoint of each address."""
        for address in self.addresses:
            yield component.endpoint(Uri.parse(address))

    def producers(self, component: Component) -> Iterator[Producer]:
        """Yield the output side of each address that has one and makes an effect."""
        for endpoint in self.endpoints(component):
            try:
                made = endpoint.producer()
            except ConfigurationError:
                continue
            if isinstance(made, Producer):
                yield made

    def test_it_says_what_it_is(self) -> None:
        """Scheme, title, syntax, meaning and maturity are written, and the syntax begins with the scheme."""
        cls = self.component
        assert cls.title
        assert cls.doc.rstrip().endswith(".")
        assert isinstance(cls.maturity, Maturity)
        assert cls.syntax.startswith(tuple(f"{scheme}:" for scheme in (cls.scheme, *cls.schemes)))
        assert cls.produces or cls.consumes

    def test_options_are_documented(self) -> None:
        """Every option and every setting of a connection has a description."""
        models: list[type[Options]] = [self.component.options]
        if self.component.connection is not None:
            models.append(self.component.connection)
        silent = [name for one in models for name, field in one.model_fields.items() if not field.description]
        assert silent == []

    def test_there_is_a_readme(self) -> None:
        """The folder holds a README with an example and the name of every option."""
        page = Path(inspect.getfile(self.component)).with_name("README.md")
        assert page.exists(), f"{page} is missing"
        text = page.read_text("utf-8")
        fields = self.component.options.model_fields
        unsaid = [field.alias or name for name, field in fields.items() if (field.alias or name) not in text]
        assert unsaid == []
        assert "```yaml" in text

    def test_unknown_options_are_refused(self) -> None:
        """An option that does not exist is an error that names it, never silence."""
        component = self.component(self.hub())
        for address in self.addresses:
            parsed = Uri.parse(address)
            wrong = Uri(parsed.scheme, parsed.path, {**parsed.options, "noSuchOptionAtAll": "1"})
            with pytest.raises(ConfigurationError, match="noSuchOptionAtAll"):
                component.endpoint(wrong)

    def test_requests_can_be_made_again(self) -> None:
        """A request leaves the message alone, is equal on every re-run, and can be stored."""
        for producer in self.producers(self.component(self.hub())):
            message = self.message()
            before = (codec.dumps(message.body), dict(message.headers), dict(message.properties))
            first, second = producer.request(message), producer.request(self.message())
            assert codec.canonical_hash(first) == codec.canonical_hash(second), type(producer)
            assert (codec.dumps(message.body), dict(message.headers), dict(message.properties)) == before

    def test_shadow_is_told_what_would_be_answered(self) -> None:
        """What a changing call would be answered is the same on every re-run and can be stored, or nobody can tell (None)."""
        for producer in self.producers(self.component(self.hub())):
            request = producer.request(self.message())
            if producer.kind_of(request) in (Kind.PURE, Kind.READ):
                continue
            first, second = (producer.would(request, make_effect()) for _ in range(2))
            assert first == second, type(producer)
            if first is not None:
                codec.dumps([first.body, dict(first.headers)])

    def test_effects_declare_their_kind(self) -> None:
        """Each call has a kind, a time limit, and what its kind asks for: a verifiable one can be asked."""
        for producer in self.producers(self.component(self.hub())):
            kind = producer.kind_of(producer.request(self.message()))
            assert isinstance(kind, Kind)
            assert producer.timeout.total_seconds() > 0
            if kind is Kind.VERIFIABLE:
                assert type(producer).verify is not Producer.verify, f"{type(producer).__name__} cannot be asked"
            if producer.repeat_unknown:
                assert kind is Kind.BLIND, "only a blind call is declared harmless"

    def test_every_error_class_is_mapped(self) -> None:
        """Each line of the error table gives its class, and no class is forgotten without a reason."""
        for make, expected in self.errors:
            assert type(make()) is expected
        told = {_nearest(expected) for expected in (*(one for _, one in self.errors), *self.impossible)}
        missing = [one.__name__ for one in CLASSES if one not in told]
        if self.component.produces and any(True for _ in self.producers(self.component(self.hub()))):
            assert missing == [], "map these, or say in `impossible` why nothing means them"

    def test_consumers_start_and_stop(self) -> None:
        """A consumer starts, stops, and can be made again at the same address."""
        asyncio.run(self._start_and_stop())

    async def _start_and_stop(self) -> None:
        component = self.component(self.hub())
        for endpoint in self.endpoints(component):
            for _ in range(2):
                try:
                    consumer = endpoint.consumer(Inbox(str(endpoint.uri)))
                except ConfigurationError:
                    break
                await consumer.start()
                await consumer.stop()
        await component.close()


def _nearest(given: type[EffectError]) -> type[EffectError]:
    """Return the class that the engine sees: `given` itself, or the one that it is a kind of."""
    return next((one for one in given.__mro__ if one in CLASSES), given)
