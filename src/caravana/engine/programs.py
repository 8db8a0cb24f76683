"""The programs of one hub: the one that new exchanges begin under, and older ones that exchanges end under."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from caravana.engine.configuration import Configuration
from caravana.engine.program import Assembler, Program
from caravana.engine.revision import Revision
from caravana.engine.times import to_micros
from caravana.journal import operations as ops
from caravana.kit import codec
from caravana.kit.callables import Callables
from caravana.kit.errors import ConfigurationError
from caravana.route import RouteDocument, RouteFileError, read_text

if TYPE_CHECKING:
    from caravana.engine.hub import Hub

KEPT = 8
"""Compiled programs kept in memory; older ones are compiled again from their manifests when an exchange asks."""


class Programs:
    """Programs by revision. `current` is the one of the route files, `revision` its name."""

    def __init__(self, hub: "Hub", documents: Sequence[RouteDocument]) -> None:
        """Assemble `documents`. Raises `RouteFileError`, `ConfigurationError`."""
        self._hub = hub
        self._by_revision: dict[str, Program] = {}
        self.turn_to(self.assemble(documents, hub.configuration, hub.callables))

    def turn_to(self, program: Program) -> None:
        """Let new exchanges begin under `program`; what began before ends under its own."""
        self.current = program
        self.revision = program.revision.hash
        self._by_revision.pop(self.revision, None)
        self._by_revision[self.revision] = program
        for revision in list(self._by_revision)[:-KEPT]:
            del self._by_revision[revision]

    def assemble(
        self, documents: Sequence[RouteDocument], configuration: Configuration, callables: Callables
    ) -> Program:
        """Return the program of `documents`; nothing that runs changes. Raises `RouteFileError`, `ConfigurationError`."""
        for name, path in configuration.callables.items():
            callables.register_path(name, path)
        return self._assembled(documents, callables, placeholders_of(configuration))

    async def of(self, revision: str) -> Program:
        """Return the program of a revision, compiled from its manifest when it is an older one.

        Raises `ConfigurationError` when the journal does not hold it or it does not fit what is installed, `Unavailable`.
        """
        program = self._by_revision.get(revision)
        if program is None:
            stored = await self._hub.read(ops.read_revision(revision))
            if stored is None:
                raise ConfigurationError(f"the journal does not hold revision {revision}")
            program = self._older(Revision.of(codec.loads(stored)), revision)
            self._by_revision = {revision: program, **self._by_revision}
        return program

    async def keep(self, program: Program | None = None) -> None:
        """Put a manifest (of the current program) on disk, before an exchange names it. Raises `JournalError`."""
        revision = (program or self.current).revision
        manifest, now = codec.dumps(revision.manifest), to_micros(self._hub.clock.now())
        await self._hub.journal.submit(ops.put_revision(revision.hash, manifest, now), essential=True)

    def _older(self, revision: Revision, name: str) -> Program:
        """Compile a manifest with the callables of today, their settings those of the manifest."""
        documents = [read_text(json.dumps(one), file=f"revision {name[:8]}") for one in revision.routes]
        try:
            callables = self._hub.callables.with_settings(revision.settings)
            program = self._assembled(documents, callables, *revision.asked_before())
        except ConfigurationError as error:
            raise ConfigurationError(
                f"revision {name[:8]} does not fit what is installed now: {error}",
                suggestion="retry under the current revision",
            ) from None
        now = callables.versions()
        changed = {one for one, version in revision.callables.items() if now.get(one) != version}
        routes = {
            route.id: replace(route, changed=tuple(sorted(changed & route.callables.keys())))
            for route in program.routes.values()
        }
        return replace(program, revision=revision, routes=routes)

    def _assembled(
        self,
        documents: Sequence[RouteDocument],
        callables: Callables,
        placeholders: Mapping[str, str],
        env: Mapping[str, str] | None = None,
    ) -> Program:
        """Endpoints take their callables of the hub: it lends `callables` its place while they are made."""
        hub = self._hub
        before, hub.callables = hub.callables, callables
        try:
            assembler = Assembler(clock=hub.clock, callables=callables, endpoint=hub.components.endpoint)
            program = assembler.assemble(documents, placeholders, env)
        finally:
            hub.callables = before
        if assembler.problems:
            raise RouteFileError(tuple(assembler.problems))
        return program


def placeholders_of(configuration: Configuration | None) -> dict[str, str]:
    """Return the configured values of placeholders as route files want them."""
    return {name: _as_text(value) for name, value in configuration.placeholders.items()} if configuration else {}


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
