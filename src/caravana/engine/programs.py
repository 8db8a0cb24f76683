"""The programs of one hub: the one that new exchanges begin under, and older ones that exchanges end under."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from caravana.engine.configuration import Configuration
from caravana.engine.program import Assembler, Program, asked_before
from caravana.engine.times import to_micros
from caravana.journal import operations as ops
from caravana.kit import codec
from caravana.kit.errors import ConfigurationError
from caravana.route import RouteDocument, RouteFileError, read_text

if TYPE_CHECKING:
    from caravana.engine.hub import Hub


class Programs:
    """Programs by revision. `current` is the one of the route files, `revision` its name."""

    def __init__(self, hub: "Hub", documents: Sequence[RouteDocument]) -> None:
        """Assemble `documents`. Raises `RouteFileError`, `ConfigurationError`."""
        self._hub = hub
        for name, path in hub.configuration.callables.items():
            hub.callables.register_path(name, path)
        self.current = self._assemble(documents, placeholders_of(hub.configuration))
        self.revision = self.current.revision.hash
        self._by_revision = {self.revision: self.current}

    async def of(self, revision: str) -> Program:
        """Return the program of a revision, compiled from its manifest when it is an older one.

        Raises `ConfigurationError` when the journal does not hold it, `Unavailable`.
        """
        program = self._by_revision.get(revision)
        if program is None:
            program = self._by_revision[revision] = await self._old(revision)
        return program

    async def keep(self) -> None:
        """Put the current manifest on disk, before an exchange names it. Raises `JournalError`."""
        manifest, now = codec.dumps(self.current.revision.manifest), to_micros(self._hub.clock.now())
        await self._hub.journal.submit(ops.put_revision(self.revision, manifest, now), essential=True)

    async def _old(self, revision: str) -> Program:
        stored = await self._hub.read(ops.read_revision(revision))
        if stored is None:
            raise ConfigurationError(f"the journal does not hold revision {revision}")
        manifest = codec.loads(stored)
        documents = [read_text(json.dumps(one), file=f"revision {revision[:8]}") for one in manifest["routes"]]
        return self._assemble(documents, *asked_before(manifest))

    def _assemble(
        self, documents: Sequence[RouteDocument], placeholders: Mapping[str, str], env: Mapping[str, str] | None = None
    ) -> Program:
        hub = self._hub
        assembler = Assembler(clock=hub.clock, callables=hub.callables, endpoint=hub.components.endpoint)
        program = assembler.assemble(documents, placeholders, env)
        if assembler.problems:
            raise RouteFileError(tuple(assembler.problems))
        return program


def placeholders_of(configuration: Configuration | None) -> dict[str, str]:
    """Return the configured values of placeholders as route files want them."""
    return {name: _as_text(value) for name, value in configuration.placeholders.items()} if configuration else {}


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
