"""Writing a file whole or not at all: a reader never sees half of it, and a power cut leaves none."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from caravana.kit.errors import Refused, Unknown


def override(target: Path, content: bytes, mark: str) -> None:
    """Put `content` at `target` in place of what is there. `mark`: names the temporary file. Raises `OSError`."""
    with _temporary(target, content, mark) as temporary:
        temporary.replace(target)


def create(target: Path, content: bytes, mark: str) -> None:
    """Put `content` at `target`. Raises `FileExistsError` when it is there, `OSError`."""
    with _temporary(target, content, mark) as temporary:
        os.link(temporary, target)


def append(target: Path, content: bytes) -> None:
    """Put `content` behind what is there. Raises `Unknown` when part of it may be written, `OSError` before."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("ab", buffering=0) as file:
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[file.write(rest) or 0 :]
            os.fsync(file.fileno())
        except OSError as error:
            raise Unknown(f"{target.name}: appending broke off ({error.strerror})", code="append") from error


@contextmanager
def _temporary(target: Path, content: bytes, mark: str) -> Iterator[Path]:
    """A hidden file beside `target` with `content`, on disk; gone afterwards, and the directory on disk too."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.parent / f".{mark}.tmp"
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
        _sync_directory(target.parent)
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def _sync_directory(directory: Path) -> None:
    """Windows cannot open a directory; there a rename is on disk by itself."""
    if os.name == "nt":
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def target_of(directory: Path, name: str) -> Path:
    """Return where the file `name` goes. Raises `Refused` when a link on the way leads out of `directory`."""
    target = directory / name
    if not target.parent.resolve().is_relative_to(directory.resolve()):
        raise Refused("the file's name leads out of the directory", code="file_name")
    return target
