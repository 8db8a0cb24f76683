"""The numbers of each emission point and type: a number that is left out is told, for the SRI asks for it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from caravana.commerce.einvoice import ledger, words
from caravana.commerce.einvoice.base import EInvoiceMapping, Variables
from caravana.kit.callables import pure
from caravana.kit.codec import canonical_hash
from caravana.kit.exchange import Exchange

MOST = 1000
"""So many numbers are looked at in one gap: a jump of more is a new beginning, not a loss."""


class Series(EInvoiceMapping):
    """One record for each emission point and type: from which number to which, and what is missing since when."""

    @pure
    def counted(self, variables: Variables) -> dict[str, Any]:
        """Return that a number is used. `package`: the one that is kept."""
        package = variables["package"]
        return {"series": f"{package['cod_doc']}/{package['number'][:7]}", "number": int(package["number"][-9:])}

    @pure
    def series(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the series with the number in it. `used`: the number; `series`: as it was, or None."""
        number, now = variables["used"]["number"], ledger.stamp(exchange.created)
        before = variables["series"] or {"first": number, "last": number, "missing": {}}
        missing = {name: since for name, since in before["missing"].items() if int(name) != number}
        between = range(before["last"] + 1, number)
        if len(between) <= MOST:
            missing |= {str(one): now for one in between}
        return {"first": min(before["first"], number), "last": max(before["last"], number), "missing": missing}

    @pure
    def finding_key(self, variables: Variables) -> str:
        """Return the key of what is told of a connection."""
        return f"einvoice/connection/{variables['found']['connection']}"

    @pure
    def finding_review(self, variables: Variables, exchange: Exchange) -> dict[str, Any] | None:
        """Return what a person must look at: what is wrong with a connection; None when nothing is."""
        found = variables["found"]
        lines = [words.finding_line(one) for one in found["findings"]]
        if not lines:
            return None
        advice = "\n".join(dict.fromkeys(one["remedy"] for one in found["findings"] if not one.get("es")))
        key = self.finding_key(variables)
        return {
            "key": key,
            "kind": "einvoice_connection",
            "summary": f"Facturación electrónica: revisar la conexión {found['connection']}",
            "text": "\n".join(filter(None, [*lines, advice])),
            "record": None,
            "since": ledger.stamp(exchange.created),
            "mark": f"{key}@{canonical_hash(lines)}",
        }

    @pure
    def finding_is_new(self, variables: Variables) -> bool:
        """Whether that is to be told. `before`: the mark of what was told last and is not over, or None.

        What a person has marked as done is not told again as long as it is the same.
        """
        review = variables["review"]
        return review is not None and review["mark"] != variables["before"]

    @pure
    def finding_is_over(self, variables: Variables) -> bool:
        """Whether nothing is wrong with the connection any more."""
        return variables["review"] is None

    @pure
    def finding_lines(self, variables: Variables) -> str:
        """Return what is wrong, for the hub's log."""
        return "; ".join(f"{one['subject']}: {one['message']}" for one in variables["found"]["findings"])

    @pure
    def gap_reviews(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return what a person must look at: one item for each series from which numbers have been missing for long."""
        found = []
        for one in variables["all_series"]:
            missing = self._missing(one["value"], exchange.created)
            if missing:
                found.append(_review(one["key"], missing, exchange.created))
        return found

    @pure
    def gaps_over(self, variables: Variables, exchange: Exchange) -> list[str]:
        """Return the keys of items whose series has no gap any more."""
        return [
            _key(one["key"]) for one in variables["all_series"] if not self._missing(one["value"], exchange.created)
        ]

    def _missing(self, series: Mapping[str, Any], now: datetime) -> list[int]:
        patience = timedelta(seconds=self._settings.late)
        return sorted(int(name) for name, since in series["missing"].items() if _aged(since, now, patience))


def _aged(since: str, now: datetime, patience: timedelta) -> bool:
    return now - datetime.fromisoformat(since) >= patience


def _key(series: str) -> str:
    return f"einvoice/gap/{series}"


def _review(series: str, missing: list[int], now: datetime) -> dict[str, Any]:
    cod_doc, _, point = series.partition("/")
    numbers = ", ".join(f"{point}-{one:09d}" for one in missing[:20])
    more = f" y otros {len(missing) - 20}" if len(missing) > 20 else ""
    return {
        "key": _key(series),
        "kind": "einvoice_gap",
        "summary": f"Faltan números: {words.TITLES.get(cod_doc, words.TITLES[None])} {point}",
        "text": f"No se han emitido: {numbers}{more}. Si un documento sigue en borrador, publíquelo; si el número se perdió, "
        "anote el motivo al marcar esta tarea como hecha.",
        "record": None,
        "since": ledger.stamp(now),
        "mark": f"{_key(series)}@{missing[0]}-{missing[-1]}-{len(missing)}",
    }


__all__ = ["Series"]
