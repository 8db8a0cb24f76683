"""Which files lie in a directory, what they hold, and where they go once taken."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from caravana.component.file.spec import FileOptions


@dataclass(frozen=True)
class Found:
    """One file as it was when looked at; `name` is relative to the directory, with slashes."""

    path: Path
    name: str
    size: int
    modified_ns: int

    @property
    def key(self) -> str:
        """The same content at the same name is the same message."""
        return f"{self.name}:{self.modified_ns}:{self.size}"


def look(directory: Path, options: FileOptions, now: float) -> list[Found]:
    """Return the files to take, by name. Hidden files, symbolic links and taken files are none. Raises `OSError`."""
    found = [one for one in _walk(directory, directory, options) if _is_wanted(one, options, now)]
    return sorted(found, key=lambda one: one.name)


def _walk(top: Path, directory: Path, options: FileOptions) -> Iterator[Found]:
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.is_symlink():
                continue
            path = Path(entry.path)
            if entry.is_dir():
                if options.recursive and path != directory / options.move:
                    yield from _walk(top, path, options)
            elif (one := _found(top, path)) is not None:
                yield one


def _found(top: Path, path: Path) -> Found | None:
    """Return the file as it is now, or None when it has gone."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return None
    return Found(path, path.relative_to(top).as_posix(), state.st_size, state.st_mtime_ns)


def _is_wanted(one: Found, options: FileOptions, now: float) -> bool:
    if options.file_name is not None and one.name != options.file_name:
        return False
    if options.include is not None and not re.fullmatch(options.include, one.path.name, re.IGNORECASE):
        return False
    return now - one.modified_ns / 1e9 >= options.min_age.total_seconds() or not options.min_age


def read(one: Found, top: Path) -> bytes | None:
    """Return the content, or None when the file changed while it was read. Raises `OSError`."""
    try:
        content = one.path.read_bytes()
    except FileNotFoundError:
        return None
    return content if _found(top, one.path) == one else None


def put_away(one: Found, top: Path, options: FileOptions) -> None:
    """Move or delete a taken file, as the options say, unless another has come to its place meanwhile. Raises `OSError`."""
    if options.noop or _found(top, one.path) != one:
        return
    if options.delete:
        one.path.unlink(missing_ok=True)
        return
    target = one.path.parent / options.move
    target.mkdir(parents=True, exist_ok=True)
    one.path.replace(target / one.path.name)
