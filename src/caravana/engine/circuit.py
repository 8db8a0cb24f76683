"""The circuit of one connection, as one process sees it. It keeps count; it waits for nobody and writes nothing.

closed ──failures──▶ open ──time──▶ half open ──probe succeeds──▶ ramp ──successes──▶ closed
                      ▲                 │ probe fails               │ one failure
                      └─────────────────┴───────────────────────────┘
"""

from datetime import datetime, timedelta

from caravana.engine.limits import Limits
from caravana.engine.times import from_micros, to_micros
from caravana.journal.model import Breaker
from caravana.kit.clock import Clock
from caravana.kit.errors import EffectError, RateLimited, Transient, Unknown

TURNED_AWAY = "circuit"
"""Code of the error of a call that did not go out because the circuit is open."""
LONGEST = 60.0
"""Seconds after which an open circuit is tried again at the latest, unless the partner or the settings say more."""
DOUBLINGS = 10
REASON = 500
"""Characters of an error that are kept."""
NEARLY = timedelta(seconds=1)
"""A partner that asks many calls at once for patience asks for nearly the same moment."""


class Circuit:
    """What became of the calls. A call belongs to the `era` in which it began; what comes of an older one says nothing.

    Methods that tell an outcome return whether the others must know: the circuit opened or closed.
    """

    def __init__(self, name: str, limits: Limits, clock: Clock) -> None:
        """`name`: the connection, e.g. `odoo:main`."""
        self.name = name
        self._limits = limits
        self._clock = clock
        self.failures = 0
        self.reason = ""
        self.open_until: datetime | None = None
        self.version = 0
        """`changed_at` of the row that this state is, or will be."""
        self.era = 0
        self.probing = False
        self._elsewhere = False
        self._allowed: int | None = None
        """Calls at once while ramping."""
        self._running = 0

    @property
    def state(self) -> str:
        """`closed`, `open`, `half_open` (somebody probes, or the next call does), or `ramp` (closed, few at once)."""
        if self.open_until is not None:
            waits = self._clock.now() < self.open_until and not (self.probing or self._elsewhere)
            return "open" if waits else "half_open"
        return "closed" if self._allowed is None else "ramp"

    @property
    def untried(self) -> bool:
        """Whether the circuit is half open and nobody here probes."""
        return self.open_until is not None and not self.probing and self._clock.now() >= self.open_until

    def refusal(self) -> Transient | None:
        """Return the error for a call that cannot go out soon; it may have to wait for its place all the same."""
        if self.open_until is None or self.probing or self.untried:
            return None
        left = (self.open_until - self._clock.now()).total_seconds()
        if self._elsewhere:  # the claim lasts as long as a call may; most are over much sooner
            left = min(left, self._limits.open_for)
        return Transient(
            f"the circuit of {self.name} is open: {self.reason}", code=TURNED_AWAY, retry_after=max(0.1, left)
        )

    def stand_back(self) -> None:
        """Another process probes, or it cannot be known: leave it alone for a little while, or until there is news."""
        self.probing, self._elsewhere = False, True
        self.open_until = self._clock.now() + timedelta(seconds=self._limits.open_for)

    def enter(self) -> int | None:
        """Take a place for a call and return the era; None while there is no place."""
        if self.open_until is not None:
            return None
        if self._allowed is not None:
            if self._running >= self._allowed:
                return None
            self._running += 1
        return self.era

    def leave(self, era: int) -> bool:
        """Give the place back; after `succeeded` or `failed`. True when a probe learned nothing, so that another may try."""
        if era != self.era:
            return False
        released, self.probing = self.probing, False
        self._running = max(0, self._running - 1)
        return released

    def succeeded(self, era: int) -> bool:
        """The partner answered."""
        if era != self.era:
            return False
        if self.probing:
            self._close(2)
            return True
        if self._allowed is None:
            self.failures = 0
            return False
        self._allowed += 1
        if self._allowed >= self._limits.live + self._limits.bulk:
            self._allowed, self.failures = None, 0
        return False

    def failed(self, era: int, error: EffectError) -> bool:
        """Nothing was done, or, which counts only where the partner is on trial, nobody knows."""
        if isinstance(error, RateLimited):
            return self._slowed(era, error)
        on_trial = self.probing or self._allowed is not None
        if era != self.era or (isinstance(error, Unknown) and not on_trial):
            return False
        self.failures += 1
        if self.failures < self._limits.failures and not on_trial:
            return False
        self._open(self._rest(error), str(error))
        return True

    def _slowed(self, era: int, error: RateLimited) -> bool:
        """The partner asks for fewer calls: one such answer is enough, and a late one counts when it asks for more."""
        late = era != self.era
        if not late:
            self.failures = max(self.failures + 1, self._limits.failures)
        until = self._rest(error)
        if late and self.open_until is not None and until <= self.open_until + NEARLY:
            return False
        self.failures = max(self.failures, self._limits.failures)
        self._open(until, str(error))
        return True

    def reset(self) -> bool:
        """Close it by hand."""
        if self.open_until is None:
            return False
        self._close(1)
        return True

    def row(self) -> Breaker:
        """Return what the others must know."""
        if self.open_until is None:
            return Breaker(self.name, "closed", 0, self.reason, None, self.version)
        return Breaker(self.name, "open", self.failures, self.reason, to_micros(self.open_until), self.version)

    def adopt(self, row: Breaker) -> bool:
        """Take over what another process, or the last one, stored, when it is younger; True when that changed anything."""
        if row.changed_at <= self.version:
            return False
        self.version = row.changed_at
        if row.state == "closed" or row.open_until is None:
            return self.reset()
        self.failures = row.failures
        self._open(from_micros(row.open_until), row.reason or "")
        self._elsewhere = row.state == "probing"
        return True

    def _rest(self, error: EffectError) -> datetime:
        """Return when to try again: as the partner said, else later after each failure."""
        first = self._limits.open_for
        doubled = first * 2 ** min(max(0, self.failures - self._limits.failures), DOUBLINGS)
        seconds = error.retry_after or min(doubled, max(first, LONGEST))
        return self._clock.now() + timedelta(seconds=min(seconds, self._limits.max_wait))

    def _open(self, until: datetime, reason: str) -> None:
        self._turn()
        self.open_until, self.reason = until, reason[:REASON]

    def _close(self, allowed: int) -> None:
        """Let calls out again, few at first; one more failure opens it."""
        self._turn()
        self.open_until = None
        self.failures = self._limits.failures - 1
        self._allowed = allowed

    def _turn(self) -> None:
        self.era += 1
        self.probing = self._elsewhere = False
        self._allowed, self._running = None, 0
