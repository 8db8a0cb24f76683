"""Reading many route files, without stopping at the first that is wrong."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from caravana.route.document import RouteDocument
from caravana.route.problem import Problem, RouteFileError
from caravana.route.reader import inspect_text, read_file


def read_all(paths: Iterable[Path]) -> tuple[list[RouteDocument], list[Problem]]:
    """Return what can be read of the files, and every problem; a file that cannot be opened is one."""
    documents: list[RouteDocument] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            problems += _unreadable(path)
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
