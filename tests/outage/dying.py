"""A process whose journal's writer dies of something that is not the database's fault: run as a script."""

import asyncio
import sys
from typing import NoReturn

import structlog

from caravana.journal import operations as ops
from caravana.journal.sqlite import SqliteJournal
from tests.journal.conftest import accept, entry


async def main(path: str) -> None:
    """Accept ten messages, tell that they are on disk, lose the writer, and ask for one more."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    journal = SqliteJournal(path)
    await journal.open()
    await accept(journal, *[entry(n) for n in range(10)])
    sys.stdout.write("accepted\n")
    sys.stdout.flush()

    def die(*_: object) -> NoReturn:
        raise MemoryError

    journal._commit = die  # type: ignore[method-assign, assignment]
    await journal.submit(ops.accept([entry(10)]))
    sys.stdout.write("answered\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
