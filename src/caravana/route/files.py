"""Reading many route files, without stopping at the first that is wrong."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from caravana.route.document import RouteDocument
from caravana.route.problem import Problem, RouteFileError
from caravana.route.reader import inspect_text, read_file


class RouteFile(Protocol):
    """What routes are read of: a file (`Path`), or what a flow makes of one; as a text it says where it stands."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    def read_text(self, encoding: str) -> str:
        """Return the routes. Raises `OSError`."""
        ...


def read_all(paths: Iterable[RouteFile]) -> tuple[list[RouteDocument], list[Problem]]:
    """Return what can be read of the files, and every problem; a file that cannot be opened is one."""
    documents: list[RouteDocument] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            problems += _unreadable(Path(str(path)))
            continue
        document, found = inspect_text(text, str(path))
        documents.append(document)
        problems += found
    return documents, problems


def _unreadable(path: Path) -> Sequence[Problem]:
    try:
        read_file(path)
    except RouteFileError as error:
        return error.problems
    return ()
