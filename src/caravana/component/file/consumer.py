"""`from file:directory`: each file is a message; it is put away once the message is on disk."""

import asyncio
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import structlog

from caravana.component.file.looking import Found, look, put_away, read
from caravana.component.file.spec import FileOptions
from caravana.kit.clock import Clock
from caravana.kit.errors import ConfigurationError, ExpressionError, NotStorable
from caravana.kit.polling import PollingConsumer
from caravana.kit.ports import Arrival, Receiver

log = structlog.get_logger(__name__)


class FileConsumer(PollingConsumer):
    """Looks at one directory again and again.

    A crash between taking a file and putting it away does no harm: the key (name, time of change, size) makes the
    second taking a duplicate, and the file is put away then.
    """

    def __init__(self, directory: Path, options: FileOptions, receiver: Receiver, clock: Clock) -> None:
        """`directory`: made when it is missing."""
        super().__init__(f"file:{directory}", clock, options.delay, first=options.initial_delay)
        self._directory = directory
        self._options = options
        self._receiver = receiver
        self._left: set[str] = set()
        self._told: set[str] = set()

    async def start(self) -> None:
        """Begin to look. Raises `ConfigurationError` when the directory cannot be made."""
        try:
            await asyncio.to_thread(self._directory.mkdir, parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"{error.strerror}", place=f"file:{self._directory}") from error
        await super().start()

    async def look(self) -> None:
        """Take what is there; a file that is begun is taken to its end, also when the consumer is stopped meanwhile."""
        try:
            found = await asyncio.to_thread(look, self._directory, self._options, time.time())
        except OSError as error:
            log.warning("file.cannot_read", directory=str(self._directory), error=error.strerror)
            return
        present = {one.key for one in found}
        self._left &= present
        self._told &= present
        for one in found:
            if one.key not in self._left:
                await self._try(one)

    async def _try(self, one: Found) -> None:
        """Take one file; what the disk refuses is told once and tried again, and holds up no other file."""
        try:
            await _to_the_end(self._take(one))
        except OSError as error:
            if one.key not in self._told:
                self._told.add(one.key)
                log.warning("file.not_taken", file=str(one.path), error=error.strerror)

    async def _take(self, one: Found) -> None:
        if one.size > self._options.max_bytes:
            self._leave(one, f"it is larger than {self._options.max_bytes} bytes")
            return
        content = await asyncio.to_thread(read, one, self._directory)
        if content is None:
            return
        try:
            await self._receiver.accept([self._arrival(one, content)])
        except (UnicodeDecodeError, NotStorable, ExpressionError) as error:
            self._leave(one, f"it cannot be taken ({type(error).__name__})")
            return
        if self._options.noop:
            self._left.add(one.key)
        await asyncio.to_thread(put_away, one, self._directory, self._options)

    def _leave(self, one: Found, reason: str) -> None:
        self._left.add(one.key)
        log.error("file.left", file=str(one.path), reason=reason)

    def _arrival(self, one: Found, content: bytes) -> Arrival:
        """Raises `UnicodeDecodeError` when the content is not in the charset."""
        body: Any = content if self._options.charset is None else content.decode(self._options.charset)
        headers = {
            "CamelFileName": one.name,
            "CamelFileNameOnly": one.path.name,
            "CamelFileParent": str(one.path.parent),
            "CamelFilePath": str(one.path),
            "CamelFileAbsolutePath": str(one.path.absolute()),
            "CamelFileLength": one.size,
            "CamelFileLastModified": one.modified_ns // 1_000_000,
        }
        return Arrival(body, headers, key=one.key)


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await `work` to its end also when the consumer is stopped meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise
