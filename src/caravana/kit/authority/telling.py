"""How an imitated company tells its customer's webhook of a change: once, twice, late, in another order, or never."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import aiohttp

from caravana.kit.clock import Clock
from caravana.kit.sandbox import Background

TIMEOUT_SECONDS = 10.0
Letter = Callable[[], tuple[bytes, Mapping[str, str]]]
"""Makes body and headers at the moment of sending: signatures hold the time."""


@dataclass(frozen=True)
class TellingPlan:
    """How one kind of event is told: `times` 0 = lost, 2 = doubled; `delay` in seconds of the sandbox's clock.

    A delay for one kind and none for another changes their order. Raises `ValueError` for anything else.
    """

    times: int = 1
    delay: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.times <= 10 or self.delay < 0:
            raise ValueError("times is 0 to 10, delay not negative")


@dataclass
class Delivery:
    """One event as it was sent; `answered` is the HTTP status, None while under way or when nobody answered."""

    event: str
    about: str
    answered: int | None = None


@dataclass
class Teller(Background):
    """Posts events. `plans` goes by kind of event, `plan` for all others."""

    clock: Clock
    plan: TellingPlan = TellingPlan()
    plans: dict[str, TellingPlan] = field(default_factory=dict)
    deliveries: list[Delivery] = field(default_factory=list)

    def tell(self, event: str, about: str, url: str, letter: Letter) -> None:
        """Post `letter` to `url` in the background, by the plan; without a URL nobody is told."""
        plan = self.plans.get(event, self.plan)
        for _ in range(plan.times if url else 0):
            self.start(self._deliver(event, about, url, letter, plan.delay))

    async def _deliver(self, event: str, about: str, url: str, letter: Letter, delay: float) -> None:
        if delay:
            await self.clock.sleep(delay)
        delivery = Delivery(event, about)
        self.deliveries.append(delivery)
        raw, headers = letter()
        sent = {"Content-Type": "application/json", **headers}
        limits = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=limits) as http,
                http.post(url, data=raw, headers=sent) as response,
            ):
                delivery.answered = response.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return


__all__ = ["Delivery", "Letter", "Teller", "TellingPlan"]
