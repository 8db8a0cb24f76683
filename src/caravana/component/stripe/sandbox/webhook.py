"""Sending events to webhook endpoints: signed anew at each try, tried again after longer waits, and how it goes wrong."""

import copy
import fnmatch
import hashlib
import hmac
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from caravana.component.stripe.sandbox.form import Params
from caravana.component.stripe.sandbox.wire import ApiError, Thing, new_name, unix
from caravana.component.stripe.sandbox.world import VERSION, World
from caravana.kit.sandbox import Background

TIMEOUT_SECONDS = 10.0
SIGNATURES = ("good", "wrong", "stale", "future", "v0", "none")
OFF = 600
"""Seconds by which a stale or future signature is off: twice what receivers tolerate."""
MINUTE, HOUR = 60, 3600
TEST_WAITS = (HOUR, 2 * HOUR)
"""Test data: three tries over a few hours."""
LIVE_WAITS = (
    MINUTE,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    12 * HOUR,
    12 * HOUR,
    12 * HOUR,
    12 * HOUR,
)
"""Live data: longer and longer waits, for about three days."""


@dataclass(frozen=True)
class Plan:
    """How an event is sent: `times` 0 = lost, 2 = doubled under one id; `twin`: also as a second event under another id.

    `delay`: seconds of the sandbox's clock. `signature`: `good`, `wrong`, `stale`, `future`, `v0` (only the old scheme) or
    `none`. `early`: the session is paid, and told, before the create call returns. Raises `ValueError` for anything else.
    """

    times: int = 1
    delay: float = 0.0
    signature: str = "good"
    twin: bool = False
    early: bool = False

    def __post_init__(self) -> None:
        if self.signature not in SIGNATURES or not 0 <= self.times <= 10 or self.delay < 0:
            raise ValueError(f"times is 0 to 10, delay not negative, signature one of {', '.join(SIGNATURES)}")


@dataclass
class Delivery:
    """One try; `answered` is the HTTP status, None while under way or when nobody answered."""

    event: str
    type: str
    attempt: int
    answered: int | None = None


@dataclass
class Webhooks(Background):
    """The endpoints and what is sent to them. `plan` is usual, `plans` goes by type of event or by reference.

    `schedule` goes by chance, seeded with `seed`: pairs of share and plan. A try that is still to come is not under way:
    `delivered` does not wait for it.
    """

    world: World
    plan: Plan = Plan()
    plans: dict[str, Plan] = field(default_factory=dict)
    schedule: list[tuple[float, Plan]] = field(default_factory=list)
    seed: int = 0
    deliveries: list[Delivery] = field(default_factory=list)

    # Endpoints.

    def add(self, url: str, events: list[str], secret: str = "", description: str | None = None) -> Thing:
        """Make an endpoint; its secret is shown this once."""
        secret = secret or new_name("whsec", 32)
        made = self.world.make(
            "webhook_endpoint",
            "we",
            hidden={"secrets": [(secret, None)]},
            api_version=VERSION,
            application=None,
            description=description,
            enabled_events=events,
            metadata={},
            status="enabled",
            url=url,
        )
        return {**made, "secret": secret}

    def create(self, params: Params) -> Thing:
        """Make an endpoint as the API is asked to. Raises `ApiError`."""
        url, events = params.needed("url"), params.texts("enabled_events")
        description = params.text("description")
        params.text("api_version")
        params.finish()
        if not events:
            raise ApiError("Missing required param: enabled_events.", code="parameter_missing", param="enabled_events")
        return self.add(url, events, description=description)

    def update(self, endpoint: Thing, params: Params) -> Thing:
        """Change an endpoint. Raises `ApiError`."""
        url, events = params.text("url"), params.texts("enabled_events")
        disabled = params.text("disabled", among=("true", "false"))
        params.finish()
        endpoint["url"] = url or endpoint["url"]
        endpoint["enabled_events"] = events or endpoint["enabled_events"]
        if disabled is not None:
            endpoint["status"] = "disabled" if disabled == "true" else "enabled"
        return endpoint

    def roll(self, overlap: float = 86_400.0) -> str:
        """Give the oldest endpoint a new secret, and return it; the one before counts for `overlap` seconds more."""
        endpoint = next(iter(self.world.shelf.all("webhook_endpoint")))
        until = self.world.calendar.now() + timedelta(seconds=overlap)
        hidden = self.world.shelf.hidden[endpoint["id"]]
        hidden["secrets"] = [(new_name("whsec", 32), None), (hidden["secrets"][0][0], until)]
        return str(hidden["secrets"][0][0])

    # Events.

    def plan_for(self, event: Mapping[str, Any]) -> Plan:
        """Return the plan by type, else by reference, else by the seeded schedule, else the usual one."""
        reference = _reference(event["data"]["object"])
        for name, plan in self.plans.items():
            if fnmatch.fnmatch(event["type"], name) or name == reference:
                return plan
        drawn = random.Random(f"{self.seed}:{event['type']}:{reference}").random()  # noqa: S311 -- a repeatable schedule
        for share, plan in self.schedule:
            if drawn < share:
                return plan
            drawn -= share
        return self.plan

    def tell(self, event: Thing) -> None:
        """Send an event to every endpoint that wants it, by its plan."""
        wanting = [one for one in self.world.shelf.all("webhook_endpoint") if _wants(one, event)]
        plan = self.plan_for(event)
        event["pending_webhooks"] = len(wanting) * min(plan.times, 1)
        for endpoint in wanting:
            for _ in range(plan.times):
                self._send(endpoint, event, plan)
            if plan.twin:
                self._send(endpoint, self._twin(event), plan)

    def _twin(self, event: Thing) -> Thing:
        made = self.world.make(
            "event", "evt", **{name: one for name, one in event.items() if name not in {"id", "object", "livemode"}}
        )
        return copy.deepcopy(made)

    def _send(self, endpoint: Thing, event: Thing, plan: Plan, attempt: int = 1) -> None:
        def begin() -> None:
            self.start(self._try(endpoint, event, plan, attempt))

        if attempt == 1 and plan.delay:
            self.world.calendar.after(plan.delay, begin)
        else:
            begin()

    async def _try(self, endpoint: Thing, event: Thing, plan: Plan, attempt: int) -> None:
        delivery = Delivery(event["id"], event["type"], attempt)
        self.deliveries.append(delivery)
        raw = json.dumps(event, indent=2).encode()
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Stripe/1.0 (imitation)"}
        signed = self._signature(endpoint, raw, plan.signature)
        delivery.answered = await _post(
            endpoint["url"], raw, headers | ({"Stripe-Signature": signed} if signed else {})
        )
        if delivery.answered is not None and 200 <= delivery.answered < 300:
            event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
            return
        waits = LIVE_WAITS if self.world.account.live else TEST_WAITS
        if attempt <= len(waits):
            self.world.calendar.after(waits[attempt - 1], lambda: self._send(endpoint, event, plan, attempt + 1))

    def _signature(self, endpoint: Thing, raw: bytes, form: str) -> str | None:
        """The header as it is now: time of this try, and one `v1` for each secret that counts."""
        now = self.world.calendar.now()
        off = {"stale": -OFF, "future": OFF}.get(form, 0)
        signed = f"{unix(now) + off}.".encode() + raw
        secrets = [secret for secret, until in self._secrets(endpoint) if until is None or now < until]
        made = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
        if form == "none":
            return None
        if form == "v0":
            return f"t={unix(now)},v0={made[0]}"
        if form == "wrong":
            made = ["0" * 64]
        return ",".join([f"t={unix(now) + off}", *(f"v1={one}" for one in made), f"v0={'0' * 64}"])

    def _secrets(self, endpoint: Thing) -> list[tuple[str, datetime | None]]:
        found: list[tuple[str, datetime | None]] = self.world.shelf.hidden[endpoint["id"]]["secrets"]
        return found


async def _post(url: str, raw: bytes, headers: Mapping[str, str]) -> int | None:
    limits = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=limits) as http,
            http.post(url, data=raw, headers=headers, allow_redirects=False) as response,
        ):
            return response.status
    except (aiohttp.ClientError, TimeoutError, OSError):
        return None


def _wants(endpoint: Thing, event: Thing) -> bool:
    wanted = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in wanted or event["type"] in wanted)


def _reference(thing: Mapping[str, Any]) -> str | None:
    return thing.get("client_reference_id") or (thing.get("metadata") or {}).get("reference")
