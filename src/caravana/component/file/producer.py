"""`to file:directory`: the message's body becomes a file."""

import asyncio
import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from caravana.component.file import writing
from caravana.component.file.spec import FileOptions, is_inside
from caravana.kit import json
from caravana.kit.component import Producer
from caravana.kit.departure import leave
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import EffectError, NeedsPerson, Refused, Transient
from caravana.kit.exchange import Exchange

_KINDS = {
    "Override": Kind.IDEMPOTENT,
    "Ignore": Kind.IDEMPOTENT,
    "Fail": Kind.VERIFIABLE,
    "Append": Kind.BLIND,
}
_PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO, errno.EBUSY, errno.ESTALE})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class FileProducer(Producer):
    """Writes into one directory."""

    def __init__(self, directory: Path, options: FileOptions) -> None:
        """`directory`: made when it is missing."""
        self.kind = _KINDS[options.file_exist]
        self._fixed = None if options.named_by_message else options.file_name
        if options.named_by_message:
            self.given = {"CamelFileName": str(options.file_name)}
        self._directory = directory
        self._options = options

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return `{name, content}`, the content as bytes. Without a name the effect gives one.

        Raises `Refused` for a name or body that makes no file.
        """
        named = self._fixed or exchange.headers.get("CamelFileName")
        name = None if named is None else str(named)
        if name is not None and not is_inside(name):
            raise Refused("the file's name leads out of the directory", code="file_name")
        return {"name": name, "content": _encode(exchange.body, self._options.charset or "utf-8")}

    async def send(self, request: Any, effect: Effect) -> Reply:
        """Write the file.

        Raises `Refused` when it is there and must not be, `Transient` when the disk is full, `NeedsPerson` without the
        right to write.
        """
        return await asyncio.to_thread(self._write, _name(request, effect), request["content"], effect)

    async def verify(self, request: Any, effect: Effect) -> Reply | None:
        """With fileExist=Fail: the file with this content means that it was written."""
        return await asyncio.to_thread(self._find, _name(request, effect), request["content"])

    def would(self, request: Any, effect: Effect) -> Reply:
        """Tell where the file would be."""
        return _reply(self._directory / _name(request, effect))

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Tell where the file is; the body stays."""
        exchange.headers.update(reply.headers)

    def _write(self, name: str, content: bytes, effect: Effect) -> Reply:
        mark = _mark(effect)[:24]
        leave()  # it may have waited for a thread
        with _errors(name):
            target = writing.target_of(self._directory, name)
            match self._options.file_exist:
                case "Override":
                    writing.override(target, content, mark)
                case "Append":
                    writing.append(target, content)
                case "Ignore":
                    _create_if_missing(target, content, mark)
                case "Fail":
                    _create(target, content, mark)
        return _reply(target)

    def _find(self, name: str, content: bytes) -> Reply | None:
        with _errors(name):
            target = writing.target_of(self._directory, name)
            written = target.is_file() and target.read_bytes() == content
        return _reply(target) if written else None


def _mark(effect: Effect) -> str:
    """The same on every re-run, unlike any other effect's."""
    return hashlib.sha256(effect.key.encode()).hexdigest()


def _name(request: Any, effect: Effect) -> str:
    """The wanted name, else one that no other step and no other part of a split writes to."""
    return str(request["name"] or f"{effect.exchange_id}-{_mark(effect)[:8]}")


def _create(target: Path, content: bytes, mark: str) -> None:
    try:
        writing.create(target, content, mark)
    except FileExistsError:
        raise Refused(f"the file `{target.name}` is there already", code="exists") from None


def _create_if_missing(target: Path, content: bytes, mark: str) -> None:
    if target.exists():
        return
    try:
        writing.create(target, content, mark)
    except FileExistsError:
        return


def _reply(target: Path) -> Reply:
    return Reply(headers={"CamelFileNameProduced": str(target)})


def _encode(body: Any, charset: str) -> bytes:
    if isinstance(body, bytes):
        return body
    if body is None:
        raise Refused("there is no body to write", code="body")
    try:
        return (body if isinstance(body, str) else json.dumps(body)).encode(charset)
    except (UnicodeEncodeError, TypeError, ValueError) as error:
        raise Refused(f"the body cannot be written ({type(error).__name__})", code="body") from None


@contextmanager
def _errors(name: str) -> Iterator[None]:
    """Every error of the disk as what the engine must do. Nothing of the file is there when one is raised."""
    try:
        yield
    except OSError as error:
        raise _error_of(name, error) from error


def _error_of(name: str, error: OSError) -> EffectError:
    text = f"`{name}`: {error.strerror or type(error).__name__}"
    if error.errno in _PASSING:
        return Transient(text, code="disk")
    if error.errno in _FORBIDDEN:
        return NeedsPerson(text, code="permission")
    return Refused(text, code="file")
