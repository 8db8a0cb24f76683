"""Meta's webhooks: signed bodies of 1 to 3 updates at a steady rate, taken, split and carried out; one body of 1,000 updates."""

import hashlib
import hmac
import http.client
import json
import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from bench import load
from bench.figure import Figure
from bench.hub import Plan, run_bare, run_hub
from bench.load import Load
from bench.place import Place
from bench.process import Process, once, processor_seconds

RATE = 200
PEOPLE = 2000
BIG, BIG_BYTES = 1000, 3_000_000
SECRET = b"bench"
NUMBER = "106540352242922"
PATH = "/whatsapp/whatsapp"
CONNECTION = {"token": "t", "appSecret": SECRET.decode(), "number": NUMBER, "account": "1", "url": "http://127.0.0.1:9"}
ROUTES = """
- route:
    id: whatsapp-in
    from:
      uri: whatsapp:messages
      steps:
        - to: whatsapp:split?messages=seda:chat&others=seda:others
- route:
    id: chat
    from:
      uri: seda:chat
      steps:
        - setBody: {simple: "${body[content]}"}
        - to: "counted:a"
- route:
    id: others
    from:
      uri: seda:others
      steps:
        - to: "counted:a"
"""


def webhook(number: int) -> tuple[bytes, str]:
    """Return the nth body, of 1 to 3 messages of people who write now and then, and its signature."""
    return _body([(number, one) for one in range(updates(number))])


def updates(number: int) -> int:
    """How many updates the nth body holds."""
    return 1 + number % 3


def thousand() -> tuple[bytes, str]:
    """Return one body of 3 MB with 1,000 messages of as many people, and its signature."""
    return _body([(0, one) for one in range(BIG)], "x" * (BIG_BYTES // BIG - 250))


def _body(names: list[tuple[int, int]], more: str = "") -> tuple[bytes, str]:
    people, messages = [], []
    for number, one in names:
        person = (3 * number + one) % PEOPLE
        phone, user = f"5049{person:07d}", f"HN.9{person:07d}"
        people.append({"profile": {"name": "Ana"}, "wa_id": phone, "user_id": user})
        messages.append(
            {
                "from": phone,
                "from_user_id": user,
                "id": f"wamid.{number}.{one}.{'big' if more else 'small'}",
                "timestamp": str(int(time.time())),
                "type": "text",
                "text": {"body": f"Hola, ¿tienen café? {more}"},
            }
        )
    metadata = {"display_phone_number": "15550783881", "phone_number_id": NUMBER}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": people, "messages": messages}
    entry = {"id": "1", "changes": [{"field": "messages", "value": value}]}
    raw = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    digest = hmac.new(SECRET, raw, hashlib.sha256).hexdigest()
    return raw, f"X-Hub-Signature-256: sha256={digest}\r\n"


def webhooks(place: Place) -> list[Figure]:
    """How fast webhooks are answered while all that is in them is split and carried out, beside a handler that only reads."""
    seconds = 10.0 if place.quick else 60.0
    with Process(run_bare, "", place.loop) as bare:
        limit = once(load.main, Load(f"{bare.address}/effects", seconds / 4, 64, RATE, make=webhook))
        read = _big(f"{bare.address}/effects")
    plan = Plan("", ROUTES, loop=place.loop, connections={"whatsapp": CONNECTION})
    with place.journal() as journal, Process(run_hub, replace(plan, journal=journal)) as hub:
        url = f"{hub.address}{PATH}"
        before = processor_seconds(hub.pid)
        told = once(load.main, Load(url, seconds, 64, RATE, make=webhook))
        used = (processor_seconds(hub.pid) - before) / told.seconds
        behind = hub.ask("resume")
        done = hub.ask("done")
        answered = _big(url)
        began = time.perf_counter()
        hub.ask("resume")
        split = answered + time.perf_counter() - began
        both = hub.ask("done")
    wanted = sum(updates(number) for number in range(1, told.good + 1))
    details = {
        "statuses": told.statuses,
        "worst_ms": round(told.worst, 1),
        "updates": done,
        "of": wanted,
        "behind_at_end_s": round(behind, 2),
        "hub_processor": round(used, 2),
    }
    lost = abs(wanted - done) + abs(BIG - (both - done))
    return [
        Figure(f"webhooks of 1–3 updates, {RATE}/s, split and carried out: p50", place.kind, told.p50, "ms", 250, False,
               limit.p50, "ms, bare Starlette answering {}", details),
        Figure("… p99", place.kind, told.p99, "ms", 1000, False, limit.p99, "ms, bare Starlette answering {}"),
        Figure("… updates lost or doubled", place.kind, lost, "", 0, False),
        Figure(f"one webhook of 3 MB, {BIG:,} updates: answered after", place.kind, 1000 * answered, "ms", 1000, False,
               1000 * read, "ms, bare Starlette answering {}"),
        Figure("… all of it split and carried out after", place.kind, split, "s", None, False),
    ]  # fmt: skip


def _big(url: str) -> float:
    """Post the big body and return the seconds until it is answered."""
    raw, header = thousand()
    name, _, signature = header.strip().partition(": ")
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.connect()
    began = time.perf_counter()
    connection.request("POST", parts.path, raw, {name: signature, "Content-Type": "application/json"})
    answer: Any = connection.getresponse()
    answer.read()
    taken = time.perf_counter() - began
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"the big webhook was answered {answer.status}")
    return taken
