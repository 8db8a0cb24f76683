"""What the command line and a running hub agree on: where the hub is, who may ask, how it refuses."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from caravana.kit.errors import CaravanaError

if TYPE_CHECKING:
    from caravana.engine.configuration import Configuration

SQLITE = "sqlite:///"


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


def presence_path(configuration: "Configuration") -> Path | None:
    """Return where this process leaves its presence: beside the journal's file, or in `var` beside the configuration."""
    if configuration.journal.startswith(SQLITE):
        return Path(configuration.journal.removeprefix(SQLITE) + ".hub.json")
    file = configuration.file
    return None if file is None else file.parent / "var" / f"{file.name}.{os.getpid()}.json"


def presences(configuration: "Configuration") -> list[Presence]:
    """Return the hubs of this configuration that run on this machine."""
    path = presence_path(configuration)
    if path is None:
        return []
    several = f"{configuration.file.name}.*.json" if configuration.file is not None else path.name
    paths = [path] if configuration.journal.startswith(SQLITE) else sorted(path.parent.glob(several))
    return [found for found in map(Presence.read, paths) if found is not None]


def holder(configuration: "Configuration") -> Presence | None:
    """Return the hub that holds the journal's file; None when none does, and where many may use the journal."""
    found = presences(configuration) if configuration.journal.startswith(SQLITE) else []
    return found[0] if found else None


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(32)
