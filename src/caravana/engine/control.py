"""What the command line and a running hub agree on: where the hub is, who may ask, how it refuses."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from caravana.kit.errors import CaravanaError


class AdminError(CaravanaError):
    """What was asked cannot be done; `status` is the HTTP status that says so."""

    def __init__(self, message: str, status: int = 409) -> None:
        """`status`: 404 no such thing, 409 not in this state, 400 asked wrongly."""
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Presence:
    """What a running hub leaves beside its journal, so that the command line finds it."""

    pid: int
    address: str
    token: str
    listener: str

    def write(self, path: Path) -> None:
        """Write it so that only this user can read it, in one step."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(self.__dict__, file)
        fresh.replace(path)

    @classmethod
    def read(cls, path: Path) -> "Presence | None":
        """Return what a hub left at `path`; None when there is nothing of a hub that still runs."""
        try:
            found = cls(**json.loads(path.read_text()))
            os.kill(found.pid, 0)
        except (OSError, ValueError, TypeError):
            return None
        return found


def presence_path(journal_url: str) -> Path | None:
    """Return where a hub on this journal leaves its presence; None when the journal is no file."""
    if not journal_url.startswith("sqlite:///"):
        return None
    return Path(journal_url.removeprefix("sqlite:///") + ".hub.json")


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(32)
