"""Files of settlements: what they tell is kept, each line once, and compared with ledger and Odoo like a day of the company's."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from caravana.commerce import settlement
from caravana.commerce.cards.comparing import Comparing
from caravana.commerce.cards.mapping import Variables, with_branch
from caravana.kit.callables import pure
from caravana.kit.exchange import Exchange
from caravana.kit.sentences import said

REFUSED = (
    "Un archivo de liquidación no se pudo leer, y nada de él se tomó. Corríjalo, o su perfil, y vuelva a ponerlo ahí."
)


class Settlements(Comparing):
    """From a file that was read (`file`: as `pay:settlement` answers) to the days that are compared."""

    @pure
    def settlement_keys(self, variables: Variables) -> list[str]:
        """Return the keys of the file's days on and after the go-live line."""
        return [settlement.key(variables["file"]["connection"], one) for one in self._days(variables)]

    @pure
    def settlement_conflicts(self, variables: Variables) -> list[dict[str, Any]]:
        """Return what in the file contradicts what was told before, as `{line, reason}`."""
        return settlement.conflicts(variables["kept_days"] or [], variables["file"]["lines"])

    @pure
    def settlement_days(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return the file's days with its lines beside those that each has."""
        file, kept = variables["file"], _by_day(variables)
        merged = settlement.merged
        return [merged(kept.get(day), file["connection"], day, file, exchange.created) for day in self._days(variables)]

    @pure
    def settlement_days_of(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the days to be compared at one branch, each with all that files told of it."""
        file = variables["file"]
        unit = {name: file[name] for name in ("connection", "branch", "first")}
        return [{**unit, "day": one["day"], "settled": one} for one in file["days"]]

    @pure
    def settlement_result(self, variables: Variables) -> dict[str, Any]:
        """Return what the file told, and `units`: what is to be compared in each branch that the account serves."""
        file, kept = variables["file"], _by_day(variables)
        days = self._days(variables)
        ours = [one for one in file["lines"] if one["day"] in days]
        new = sum(len(settlement.new(kept.get(day), file["lines"], day)) for day in days)
        counts = {"lines": len(file["lines"]), "new": new, "known": len(ours) - new}
        left = {"before_line": len(file["lines"]) - len(ours), "passed": file["passed"]}
        serving = [one for one in self._units() if one["connection"] == file["connection"]]
        units = [{**one, "dry": file["dry"], "days": variables["days"]} for one in serving]
        told = {**_named(file), "state": "taken", "totals": settlement.totals(ours), "units": units}
        return {**told, **counts, **left}

    @pure
    def settlement_refused(self, variables: Variables) -> dict[str, Any]:
        """Return that nothing of the file was taken, with the reasons."""
        return {**_named(variables["file"]), "state": "refused", "problems": variables["conflicts"]}

    @pure
    def settlement_review(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what a person must look at: a file of the folder that cannot be taken."""
        result = variables["result"]
        reasons = ((one["line"], said(one["reason"], "es")) for one in result["problems"])
        told = [f"línea {line}: {reason}" if line else reason for line, reason in reasons]
        item = {
            "key": f"card-settlement/{result['connection']}/{result['name']}",
            "kind": "settlement_refused",
            "summary": "Revisar archivo de liquidación",
            "title": f"{result['connection']}: {result['name']}",
            "text": REFUSED,
            "detail": "; ".join(told[:10]),
            "record": None,
            "since": exchange.created.isoformat(timespec="seconds"),
        }
        return with_branch([item], exchange.branch)[0]

    def _days(self, variables: Variables) -> list[str]:
        return [one for one in settlement.days(variables["file"]["lines"]) if self._is_ours(date.fromisoformat(one))]


def _named(file: Mapping[str, Any]) -> dict[str, Any]:
    return {name: file[name] for name in ("name", "connection", "dry")}


def _by_day(variables: Variables) -> dict[str, settlement.Day]:
    return {one["day"]: one for one in variables["kept_days"] or [] if one is not None}


__all__ = ["Settlements"]
