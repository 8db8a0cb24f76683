"""Odoo away in the middle of a talk: nothing is lost, everything is answered once and in order, and no apology comes instead."""

import asyncio
import time
from pathlib import Path

import pytest

from caravana.component.whatsapp.sandbox.customer import Customer
from caravana.kit.sandbox import Action, Fault
from caravana.testing.talk import lines_of, open_talk
from tests.commerce.conversing import ANA, PATIENT, answered, arrived, reviews, rows, unfinished
from tests.support.leaping import LeapingClock
from tests.support.waiting import eventually

AWAY = {
    "no work taken": Fault("*", "status", 503, times=12),
    "a gateway's error": Fault("*", "status", 502, times=12),
    "cut before": Fault("*", "cut_before", times=12),
    "cut after": Fault("*", "cut_after", times=12),
    "a proxy's page": Fault("*", "not_json", times=12),
}


@pytest.mark.parametrize("how", AWAY)
async def test_a_talk_waits_for_odoo(tmp_path: Path, how: str) -> None:
    """What is asked while Odoo is away is answered when it is back: each once, in the order it was asked."""
    fault = AWAY[how]
    clock = LeapingClock(time.time(), 1.0)
    async with open_talk(tmp_path, clock, placeholders=PATIENT) as talk:
        ana = talk.customer(ANA)
        await answered(talk, "hola")
        talk.odoo.faults[:] = [Fault(fault.operation, fault.action, fault.status, times=fault.times)]
        for words in ("camiseta", "gorra", "gracias"):
            ana.text(words)
            await arrived(talk)
        async with clock.hurrying(step=1.0):
            await eventually(lambda: len(ana.received) == 4, timeout=30)
        told = ["\n".join(lines_of(one)) for one in ana.received[1:]]
        assert ["Camiseta" in told[0], "Gorra" in told[1], "Con mucho gusto" in told[2]] == [True, True, True]
        await talk.rest()
        assert (await unfinished(talk), await reviews(talk)) == ([], [])


@pytest.mark.parametrize("action", ["status", "cut_before", "cut_after", "late_commit"])
async def test_an_order_waits_for_odoo(tmp_path: Path, action: Action) -> None:
    """Whatever becomes of each of the calls that make an order, one cart is one confirmed order, thanked for once."""
    clock = LeapingClock(time.time(), 1.0)
    async with open_talk(tmp_path, clock, settings={"conversation.answers": 30}, placeholders=PATIENT) as talk:
        ana = talk.customer(ANA)
        for words in ("camiseta", "1", "terminar"):
            await answered(talk, words)
        operations = ["product.product.*", "res.partner.*", "sale.order.*", "*.load", "sale.order.action_confirm"]
        talk.odoo.faults[:] = [Fault(one, action, 503, delay=0.5, times=2) for one in operations]
        before = len(ana.received)
        ana.tap("Confirmar")
        await arrived(talk)
        ana.text("gracias")
        async with clock.hurrying(step=1.0):
            await eventually(lambda: len(ana.received) == before + 2, timeout=30)
        assert "está confirmado" in "\n".join(lines_of(ana.received[before]))
        [order] = rows(talk, "sale.order", "state")
        assert order["state"] == "sale"
        await asyncio.wait_for(talk.rest(), 20)
        assert (await unfinished(talk), await reviews(talk)) == ([], [])


def texts(customer: Customer) -> list[str]:
    """Return what the customer has read."""
    return ["\n".join(lines_of(one)) for one in customer.received]


async def test_who_waits_is_told_once(tmp_path: Path) -> None:
    """While Odoo is away a customer is told once that it takes a moment; then all is answered in order, and nobody waits."""
    clock = LeapingClock(time.time(), 1.0)
    async with open_talk(tmp_path, clock) as talk:
        ana, eva = talk.customer(ANA), talk.customer("593990000012", "Eva")
        await answered(talk, "hola")
        talk.odoo.faults[:] = [Fault("*", "status", 503, times=10**6)]
        for words in ("camiseta", "gorra"):
            ana.text(words)
            await arrived(talk)
        async with clock.hurrying(step=1.0):
            await eventually(lambda: len(ana.received) == 2, timeout=30)
            clock.leap(600)
            await asyncio.sleep(0.5)
            eva.text("gracias")
            await eventually(lambda: eva.received, timeout=30)
            told = texts(ana)
            talk.odoo.faults.clear()
            await eventually(lambda: "Gorra" in texts(ana)[-1], timeout=30)
        assert ["Un momento" in one for one in told] == [False, True]
        later = [
            one for one in texts(ana)[2:] if "Un momento" not in one
        ]  # an hour may have gone by until Odoo was asked again
        assert ["Camiseta" in later[0], "Gorra" in later[1], len(later)] == [True, True, 2]
        assert len(eva.received) == 1
        await asyncio.wait_for(talk.rest(), 20)
        assert (await talk.hub.store.find("talk_wait"), await reviews(talk)) == ([], [])
