"""Figures of the flow: accepting, executing, answering."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bench import load
from bench.figure import Figure
from bench.hub import ANSWERING, EFFECTS, FED, Plan, run_bare, run_hub, run_partner
from bench.load import Load, Told
from bench.place import Place
from bench.process import CONTEXT, Process, memory, once, processor_seconds


def accepting(place: Place) -> list[Figure]:
    """Webhooks at a steady rate, each answered when it is on disk, execution paused."""
    rate, wanted = place.choose(3000, 1500), place.choose(25, 60)
    seconds = 10.0 if place.quick else 60.0
    with place.journal() as journal, Process(run_hub, Plan(journal, EFFECTS, loop=place.loop)) as hub:
        hub.ask("pause")
        once(load.main, Load(f"{hub.address}/effects", 1, 64, rate / 2))
        before = processor_seconds(hub.pid)
        told = once(load.main, Load(f"{hub.address}/effects", seconds, 64, rate))
        used = (processor_seconds(hub.pid) - before) / told.seconds
        size = memory(hub.pid)
    details = _details(told) | {"hub_processor": round(used, 2), "hub_memory_mib": round(size), "seconds": seconds}
    return [
        Figure("accepted over HTTP, steady, paused", place.kind, told.per_second, "/s", rate * 0.995, True, place.one,
               place.one_name, details),
        Figure("… p50", place.kind, told.p50, "ms"),
        Figure("… p99", place.kind, told.p99, "ms", wanted, False),
        _most(place),
    ]  # fmt: skip


def _most(place: Place) -> Figure:
    """The most that can be accepted: 64 senders that wait for their answer."""
    with Process(run_bare, "", place.loop) as bare:
        limit = once(load.main, Load(f"{bare.address}/effects", 3, 64))
    with place.journal() as journal, Process(run_hub, Plan(journal, EFFECTS, loop=place.loop)) as hub:
        hub.ask("pause")
        told = once(load.main, Load(f"{hub.address}/effects", place.seconds, 64))
    return Figure("… at most, 64 senders", place.kind, told.per_second, "/s", None, True, limit.per_second,
                  "bare Starlette answering {} /s", _details(told))  # fmt: skip


def both(place: Place) -> list[Figure]:
    """Webhooks accepted and executed at once; senders are held back while 500 wait."""
    gate = CONTEXT.Value("i", 1, lock=False)
    plan = Plan("", EFFECTS, live=32, loop=place.loop, gate=gate)
    with place.journal() as journal, Process(run_hub, replace(plan, journal=journal)) as hub:
        once(load.main, Load(f"{hub.address}/effects", 1, 16, gate=gate))
        done, began = hub.ask("done"), time.perf_counter()
        told = once(load.main, Load(f"{hub.address}/effects", place.seconds, 16, gate=gate))
        taken = time.perf_counter() - began
        executed, backlog = (hub.ask("done") - done) / 3, hub.ask("open")
    details = _details(told) | {"backlog_at_end": backlog}
    return [
        Figure("accepted and executed, 3 effects", place.kind, executed / taken, "/s", place.choose(700, 400), True,
               place.one, place.one_name, details)
    ]  # fmt: skip


def effects(place: Place) -> list[Figure]:
    """Three recorded effects in the hub's process, 32 exchanges in flight."""
    count = 3000 if place.quick else 10_000
    with place.journal() as journal, Process(run_hub, Plan(journal, FED, live=32, loop=place.loop)) as hub:
        hub.ask("pause")
        hub.ask("feed", count)
        before = processor_seconds(hub.pid)
        seconds = hub.ask("resume")
        used = (processor_seconds(hub.pid) - before) / seconds
    return [
        Figure("3 recorded effects, 32 in flight", place.kind, count / seconds, "/s", place.choose(1500, 700), True,
               place.one, place.one_name, {"exchanges": count, "hub_processor": round(used, 2)})
    ]  # fmt: skip


def answering(place: Place) -> list[Figure]:
    """Webhook, set, HTTP call, answer, with 32 callers; and the same by a bare handler that records nothing."""
    with Process(run_partner) as partner:
        with Process(run_bare, partner.address, place.loop) as bare:
            limit = _answers(bare, place.seconds)
        limits = {"http:" + partner.address.removeprefix("http://"): {}}
        plan = Plan("", ANSWERING % partner.address, live=64, loop=place.loop, limits=limits)
        with place.journal() as journal, Process(run_hub, replace(plan, journal=journal)) as hub:
            before = processor_seconds(hub.pid)
            told = _answers(hub, place.seconds)
            used = (processor_seconds(hub.pid) - before) / told.seconds
    name = "webhook → set → HTTP call → answer, 32 callers"
    ratio = told.per_second / limit.per_second
    return [
        Figure(name, place.kind, told.per_second, "/s", place.choose(800, 400), True, limit.per_second,
               "bare Starlette + aiohttp /s", _details(told) | {"hub_processor": round(used, 2)}),
        Figure("… of the bare handler", place.kind, ratio, "", 0.30 if place.kind == "SQLite" else None),
    ]  # fmt: skip


def _answers(process: Process, seconds: float) -> Told:
    once(load.main, Load(f"{process.address}/answering", 0.5, 32))
    told: Told = once(load.main, Load(f"{process.address}/answering", seconds, 32))
    return told


def _details(told: Told) -> dict[str, Any]:
    return {
        "statuses": told.statuses,
        "p50_ms": round(told.p50, 1),
        "p99_ms": round(told.p99, 1),
        "worst_ms": round(told.worst, 1),
    }


FIGURES: dict[str, Callable[[Place], list[Figure]]] = {
    "accepting": accepting,
    "both": both,
    "effects": effects,
    "answering": answering,
}
