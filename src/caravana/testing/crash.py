"""Crash tests: routes in a process that is killed with -9 at a named boundary, and what was done, counted."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from caravana.route import write_json
from caravana.testing.counted import Book
from caravana.testing.replacing import closed, replaced
from caravana.testing.routes import Routes, read_routes

BOUNDARIES = (
    *("accept:before", "accept:after", "write_records:before", "write_records:after"),
    *("call:before", "call:after", "end_run:before", "end_run:after"),
)
"""Where a process may be killed: around a write of the journal, and around a call of a `counted:` partner."""
LONGEST = 60
"""Seconds that one life of the process may take."""
Message = tuple[str, Any]
"""A route's id and the body that is sent to it."""


@dataclass
class Life:
    """How one process ended: whether it was killed, which exchanges it had accepted, and their states when it ended well."""

    killed: bool
    accepted: list[str] = field(default_factory=list)
    states: dict[str, str] = field(default_factory=dict)


class CrashTest:
    """Lives of one hub on one journal in `folder`.

    `accepted` are all exchanges that were acknowledged; `book` holds the acts of `counted:` partners.
    """

    def __init__(self, folder: Path) -> None:
        """`folder`: where journal and book are."""
        self.folder = folder
        self.book = Book(folder / "effects.jsonl")
        self.accepted: list[str] = []
        self.kills = 0
        self._job: dict[str, Any] = {}

    def routes(
        self,
        *routes: Routes,
        replace: Mapping[str, str] | None = None,
        callables: Mapping[str, str] | None = None,
        components: Iterable[str] = (),
        **settings: Any,
    ) -> "CrashTest":
        """Say what runs: as in a route test, but callables and components by `module:name`, for the other process."""
        documents = closed(replaced(read_routes(routes), replace or {}))
        self._job = {
            "routes": [json.loads(write_json(one)) for one in documents],
            "callables": dict(callables or {}),
            "components": list(components),
            "settings": {"journal": f"sqlite:///{self.folder}/journal.db", **settings},
            "book": str(self.book.path),
        }
        return self

    def kill(self, at: str, *messages: Message, count: int = 1) -> Life:
        """Run and send `messages`; the process is killed the `count`-th time that it comes to `at`.

        It may end well before that. Raises `ValueError` for an unknown boundary, `AssertionError` when it fails.
        """
        if at not in BOUNDARIES:
            raise ValueError(f"`{at}` is no boundary; there are {', '.join(BOUNDARIES)}")
        return self._live(at, count, messages)

    def finish(self, *messages: Message) -> Life:
        """Run undisturbed until nothing is left to do. Raises `AssertionError` when the process fails."""
        return self._live("", 0, messages)

    def _live(self, at: str, count: int, messages: Sequence[Message]) -> Life:
        if not self._job:
            raise ValueError("say first which `routes` run")
        job = {**self._job, "at": at, "count": count, "messages": list(messages)}
        done = subprocess.run(
            [sys.executable, "-m", "caravana.testing.child"],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        life = Life(done.returncode == -9)
        for line in done.stdout.splitlines():
            what, value = json.loads(line)
            if what == "accepted":
                life.accepted.append(value)
            else:
                life.states = value
        assert done.returncode in (0, -9), f"the process failed: {done.stderr[-2000:]}"
        self.accepted += life.accepted
        self.kills += life.killed
        return life
