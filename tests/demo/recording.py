"""`caravana`, which beside its work writes every request of a changing call into `sent.jsonl`: a live hub keeps none.

python -m tests.demo.recording run …
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caravana.cli import main
from caravana.kit import codec
from caravana.kit.effect import Effect
from tests.commerce.intended import Requests

FILE = Path("sent.jsonl")


@dataclass
class Written(Requests):
    """Requests on disk before they are sent, so that they outlive the process."""

    def keep(self, effect: Effect, request: Any) -> None:
        """Add a line."""
        line = json.dumps([effect.exchange_id, effect.path, codec.dumps(request).decode()])
        with FILE.open("a") as file:
            file.write(line + "\n")


def read(folder: Path) -> Requests:
    """Return what a process that ran in `folder` has written."""
    found = Requests()
    for line in (folder / FILE).read_text().splitlines() if (folder / FILE).exists() else ():
        exchange, path, request = json.loads(line)
        found.sent[exchange, path] = codec.loads(request.encode())
    return found


if __name__ == "__main__":
    with Written().watched():
        main()
