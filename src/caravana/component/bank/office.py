"""What `caravana bank` asks of the desk, and how entries and matches are shown to people and programs."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from caravana.component.bank.book import Kept
from caravana.component.bank.desk import Desk
from caravana.component.bank.matches import Match


class Office:
    """The operations of `caravana bank`, by name."""

    def __init__(self, desk: Desk) -> None:
        """`desk`: who carries them out."""
        self._desk = desk

    async def operate(self, operation: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out an operation of `caravana bank`. Raises `LookupError`, `ConfigurationError`."""
        match operation:
            case "import":
                return await self._import(**arguments)
            case "retry":
                return (await self._desk.retry(**arguments)).as_json()
            case "files":
                wanted = arguments.get("state")
                return [one for _, one in await self._desk.book.files() if wanted in (None, one["state"])]
            case "entries":
                await self._desk.let_go()
                found = await self._desk.book.entries(arguments.get("account") or "", state=arguments.get("state"))
                return [self._shown(one) for one in found]
            case "decide":
                return self._shown(await self._desk.decide(arguments["key"], same=arguments["same"]))
            case "matches":
                return await self._matches(arguments.get("state"))
            case "match":
                return _plain(await self._desk.decide_match(**arguments))
            case "code":
                return await self._desk.ask_code(arguments["name"], arguments.get("branch"))
            case "learned":
                return await self._desk.matches.habits()
            case "unlearn":
                if not await self._desk.matches.unlearn(arguments["payer"], int(arguments["customer"])):
                    raise LookupError("that was not learned")
                return {"unlearned": arguments["payer"], "customer": int(arguments["customer"])}
        raise LookupError(f"the bank has no operation `{operation}`")

    async def _matches(self, state: str | None) -> list[dict[str, Any]]:
        """Matches with their entries; those that wait for a person first."""
        await self._desk.let_go()
        found = []
        for one in await self._desk.matches.asked() if state is None else await self._desk.matches.all(state):
            kept = await self._desk.book.get(one["entry"])
            if kept is not None:
                found.append({**_plain(one), "credit": self._shown(kept)})
        return found

    async def _import(self, files: Sequence[Mapping[str, Any]], **options: Any) -> list[dict[str, Any]]:
        """Import files given as `{name, content, among}`, the content in base64."""
        found = []
        for one in files:
            try:
                content = base64.b64decode(one["content"], validate=True)
            except binascii.Error:
                raise LookupError("the content is not in base64") from None
            report = await self._desk.file(one["name"], content, among=one["among"], **options)
            found.append(report.as_json())
        return found

    def _shown(self, one: Kept) -> dict[str, Any]:
        """An entry for people and programs: dates and amounts as texts."""
        entry = one.entry
        return {
            "key": one.key,
            "state": one.state,
            "account": entry.account,
            "branch": self._desk.branch_of(entry.account),
            "date": None if entry.day is None else entry.day.isoformat(),
            "amount": str(entry.signed),
            "currency": entry.currency,
            "name": entry.party.name,
            "reference": entry.references.bank or entry.references.entry,
            "text": " ".join((*entry.structured, *entry.remittance)),
            "reversal": entry.reversal,
            "forms": sorted(one.telling.forms),
            "reason": one.reason,
            "perhaps": one.perhaps,
        }


def _plain(match: Match) -> dict[str, Any]:
    """A match for programs: the bank's record of the entry, which holds amounts, is left out."""
    return {name: one for name, one in match.items() if name != "bank"}
