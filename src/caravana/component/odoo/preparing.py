"""Making and removing what the hub would like to find in Odoo: each thing once, under an external id of the hub's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from caravana.component.odoo.access import may
from caravana.component.odoo.client import OdooClient
from caravana.component.odoo.loading import Item, load_once
from caravana.component.odoo.rights import Group, group_for
from caravana.component.odoo.things import HintAutomation, Thing
from caravana.kit.clock import Clock
from caravana.kit.errors import EffectError, NeedsPerson, Refused


class State(StrEnum):
    """How a thing stands."""

    MISSING = "missing"
    THERE = "there"
    FOREIGN = "there, not ours"
    FORBIDDEN = "lacks the right"
    NO_APP = "app not installed"
    CREATED = "created"
    REMOVED = "removed"
    FAILED = "failed"


@dataclass(frozen=True)
class Standing:
    """A thing, how it stands, and which right making (or removing) it needs.

    `group`: which group gives the right; `number`: id of its record, when it is there and may be read; `uses`: how many
    records would lose something with it; `text`: what went wrong.
    """

    thing: Thing
    external_id: str
    state: State
    right: str
    group: Group | None
    number: int | None = None
    uses: int = 0
    text: str = ""


class Preparer:
    """Looks, makes and removes with one user's key."""

    def __init__(self, client: OdooClient, clock: Clock) -> None:
        """`client`: its connection names the module of external ids."""
        self._client = client
        self._clock = clock

    async def look(self, thing: Thing) -> Standing:
        """Return how `thing` stands; a missing one is `MISSING` only if it may be made. Raises `Transient`, `Unknown`."""
        standing = self._standing(thing, State.MISSING, "create")
        try:
            there, number = await self._find(thing)
            if there:
                return replace(standing, state=State.THERE, number=number)
            allowed = await may(self._client, thing.table, "create")
            if await thing.is_foreign(self._client):
                return replace(standing, state=State.FOREIGN)
            return standing if allowed else replace(standing, state=State.FORBIDDEN)
        except (NeedsPerson, Refused) as error:
            return self._judged(standing, error)

    async def make(self, standing: Standing) -> Standing:
        """Make a thing that is missing; a call whose answer was lost, or a kill, makes nothing twice. Raises as `look`."""
        thing = standing.thing
        try:
            item = Item(standing.external_id, await thing.values(self._client))
            [number] = await load_once(self._client, thing.table, [item], self._clock)
        except (NeedsPerson, Refused) as error:
            return self._judged(standing, error)
        return replace(standing, state=State.CREATED, number=number)

    async def left(self, known: Sequence[Thing]) -> list[Thing]:
        """Return hints of the hub's own that are not among `known`: of models that no route polls any more.

        Only who may read external ids finds them. Raises as `look`.
        """
        module = self._client.settings.external_module
        domain = [["module", "=", module], ["model", "=", HintAutomation.table], ["name", "=like", "hint_%"]]
        question = {"domain": domain, "fields": ["name"], "order": "name"}
        try:
            rows = await self._client.ask("ir.model.data", "search_read", question)
        except NeedsPerson as error:
            if error.status != 403:
                raise
            return []
        there = {one.xmlid for one in known}
        models = (str(row["name"]).removeprefix("hint_").replace("_", ".") for row in rows if row["name"] not in there)
        return [HintAutomation("changes are taken at once", "", model, (), "-") for model in models]

    async def look_at_own(self, thing: Thing) -> Standing | None:
        """Return how `thing` stands as something to be removed; None when the hub has not made it. Raises as `look`."""
        standing = self._standing(thing, State.THERE, "unlink")
        try:
            there, number = await self._find(thing)
            if not there:
                return None
            if number is None or not await may(self._client, thing.table, "unlink"):
                return replace(standing, state=State.FORBIDDEN)
            return replace(standing, number=number, uses=await thing.uses(self._client, number))
        except (NeedsPerson, Refused) as error:
            return self._judged(standing, error)

    async def remove(self, standing: Standing) -> Standing:
        """Remove what the hub made; its external id goes with it. Raises as `look`."""
        if standing.number is None:
            return standing
        try:
            await self._client.call(standing.thing.table, "unlink", ids=[standing.number])
        except Refused as error:
            if error.status != 404:  # 404: somebody else removed it meanwhile
                return self._judged(standing, error)
        except NeedsPerson as error:
            return self._judged(standing, error)
        return replace(standing, state=State.REMOVED)

    def _standing(self, thing: Thing, state: State, right: str) -> Standing:
        external_id = f"{self._client.settings.external_module}.{thing.xmlid}"
        return Standing(thing, external_id, state, f"{right} {thing.table}", group_for(thing.table, "create"))

    async def _find(self, thing: Thing) -> tuple[bool, int | None]:
        """Return whether the hub's external id is there, and the record's number where it may be read.

        An unknown id is a ValueError; of a record that may not be read Odoo tells that it is there, or refuses (documented).
        """
        question = {"module": self._client.settings.external_module, "xml_id": thing.xmlid}
        try:
            _, number = await self._client.ask("ir.model.data", "check_object_reference", question)
        except Refused as error:
            if error.code == "builtins.ValueError":
                return False, None
            raise
        except NeedsPerson as error:
            if error.status != 403:
                raise
            return True, None
        return True, int(number) or None

    def _judged(self, standing: Standing, error: EffectError) -> Standing:
        """Return what an error says of one thing. Raises it when it says something about all: a wrong key."""
        if error.status == 401 or error.code == "not_json":
            raise error
        if error.status == 403:
            return replace(standing, state=State.FORBIDDEN)
        if error.status == 404 or error.code in ("model", "not_json"):
            return replace(standing, state=State.NO_APP, text=str(error)[:300])
        return replace(standing, state=State.FAILED, text=str(error)[:300])
