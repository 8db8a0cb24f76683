"""Calls whose answer was lost."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import EffectError, Transient, Unknown
from caravana.kit.payment import Operation, State
from caravana.testing.harness import make_effect, make_exchange
from caravana.testing.payment.company import Body
from caravana.testing.payment.played import Played, needs, played
from caravana.testing.payment.till import STORE, Till, named, with_payment


class UnknownOutcomes(Played):
    """What happened is known afterwards, and happened once."""

    @played
    async def test_a_lost_opening_harms_nobody(self, till: Till) -> None:
        """A checkout whose answer was lost is opened again: the same one by our key, or another while the first is nobody's."""
        effect = make_effect(key="opening")
        till.company.lose(Operation.CREATE, done=True)
        with pytest.raises((Unknown, Transient)):
            await till.call(Operation.CREATE, till.order(), effect)
        made = till.producer(Operation.CREATE)
        request = made.request(make_exchange(till.order()))
        handed = made.handing(request)
        kind = handed.kind_of(request)
        assert kind is Kind.IDEMPOTENT or (kind is Kind.BLIND and handed.repeat_unknown) or kind is Kind.VERIFIABLE
        if kind is Kind.VERIFIABLE:
            assert await handed.verify(request, effect) is not None
            return
        reply = await till.call(Operation.CREATE, till.order(), effect)
        assert (await till.paid(reply))["state"] == State.PAID
        if kind is Kind.IDEMPOTENT:
            assert till.company.count(Operation.CREATE) == 1

    @played
    async def test_a_lost_question_is_asked_again(self, till: Till) -> None:
        """Asking changes nothing, so it is a read."""
        reply = await till.create()
        made = till.producer(Operation.QUERY)
        request = made.request(make_exchange(named(reply)))
        assert (made.kind, made.kind_of(request)) == (Kind.READ, Kind.READ)
        assert made.handing(request).connection_of(request, None) == f"{till.component.scheme}:{STORE}"
        till.company.lose(Operation.QUERY, done=False)
        with suppress(Unknown, Transient):  # a client may have asked again by itself
            await till.query(reply)
        assert (await till.query(reply))["state"] == State.PENDING

    @needs(Operation.CANCEL)
    @played
    async def test_a_lost_cancellation_is_known_afterwards(self, till: Till) -> None:
        """Once or not at all, and one can tell which."""
        reply = await till.create()
        await self._lost(till, Operation.CANCEL, named(reply))
        assert (await till.query(reply))["state"] == State.CANCELLED

    @needs(Operation.CONFIRM)
    def test_a_lost_confirmation_is_known_afterwards(self) -> None:
        """The money moved or it did not, and one can tell which."""

        async def play() -> None:
            async with self.till(**self.waits) as till:
                reply = await till.create()
                await till.company.pay(reply)
                found = await till.query(reply)
                assert (found["state"], found["final"]) == (State.ACTION_NEEDED, False)
                await self._lost(till, Operation.CONFIRM, with_payment(reply, found))
                assert (await till.query(reply))["state"] == State.PAID

        asyncio.run(play())

    @needs(Operation.REFUND)
    @played
    async def test_a_lost_refund_is_never_made_twice(self, till: Till) -> None:
        """By our key, by asking, or by leaving it to a person."""
        _, found = await till.sold()
        await self._lost(till, Operation.REFUND, till.refund(found))
        assert till.company.count(Operation.REFUND) == 1

    async def _lost(self, till: Till, operation: Operation, body: Body) -> None:
        """Carry out `operation` whose answer is lost, and do what its kind says: it must have happened once."""
        made = till.producer(operation)
        request = made.request(make_exchange(body))
        handed, effect = made.handing(request), make_effect(key=f"lost-{operation}")
        kind = handed.kind_of(request)
        if kind is Kind.VERIFIABLE:
            assert await _told(handed, request, effect) is None, "not done, and yet it is found"
        till.company.lose(operation, done=True)
        with pytest.raises((Unknown, Transient)) as caught:
            await handed.send(request, effect)
        assert isinstance(caught.value, Unknown) or kind is Kind.READ, "it may have been done: that is Unknown"
        match kind:
            case Kind.IDEMPOTENT:
                await handed.send(request, effect)
            case Kind.VERIFIABLE:
                assert await _told(handed, request, effect) is not None, "done, and yet it is not found"
            case Kind.BLIND:
                assert not handed.repeat_unknown
        assert till.company.count(operation) == 1


async def _told(producer: Producer, request: Any, effect: Effect) -> Reply | None:
    """Return what is found of a call; that there is nothing to be found may be told by an error, too."""
    try:
        return await producer.verify(request, effect)
    except (Transient, Unknown):
        raise
    except EffectError:
        return None
