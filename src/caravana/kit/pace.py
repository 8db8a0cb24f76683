"""The pace of calls to one partner."""

from collections.abc import Callable

from aiolimiter import AsyncLimiter


class Pace:
    """Lets out so many calls a second that all processes together keep to `rate`: to each living one an equal part.

    What others do not use is not shared out. While a process comes or goes a second's worth more may go out.
    """

    def __init__(self, rate: float, processes: Callable[[], int] = lambda: 1) -> None:
        """`rate`: calls a second of all processes, 0 = no limit; `processes`: how many there are now."""
        self._rate = rate
        self._processes = processes
        self._paced = 0.0
        self._limiter: AsyncLimiter | None = None

    @property
    def share(self) -> float:
        """Our part, in calls a second; 0 = no limit."""
        return self._rate / self._processes()

    @property
    def free(self) -> bool:
        """Whether a call may go out at once."""
        return self._limiter is None or self.share != self._paced or self._limiter.has_capacity()

    async def wait(self) -> None:
        """Return when the next call may go out."""
        share = self.share
        if not share:
            return
        if self._limiter is None or share != self._paced:
            self._paced, self._limiter = share, AsyncLimiter(max(1.0, share), max(1.0, 1 / share))
        await self._limiter.acquire()
