"""The daily comparison: what is asked of company and Odoo, and what becomes of each difference."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from caravana.commerce import difference, refund
from caravana.commerce.attempt import Attempt
from caravana.commerce.cards.comparison import Comparison, Difference, Told, local_day, of_payouts
from caravana.commerce.cards.mapping import CardMapping, Variables, named, records, with_branch
from caravana.commerce.cards.settled import attempt_of
from caravana.commerce.cards.unjudged import ABSENT, answered, silent, unjudged
from caravana.commerce.settlement import Line, key, totals
from caravana.kit.callables import pure
from caravana.kit.counting import counted
from caravana.kit.exchange import Exchange
from caravana.kit.payment import Operation

KEPT = timedelta(days=31)
"""So long a day is compared again while a difference of it is open."""
AROUND = timedelta(days=3)
"""So far from its day a payment is looked for in Odoo: clerks change dates, and sessions outlive midnight."""


class Comparing(CardMapping):
    """Which days are compared, and what comes of it."""

    @pure
    def comparisons(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return the days to be compared, for each account and branch: yesterday, and those of which a difference is open.

        `kept`: the differences that were told or mended; `ledger`: our refunds, for the days of those that wait for too long;
        `wish`: `day` and `connection` where a person chose them.
        """
        today, wish = _day(exchange.created, self._settings.zone), variables.get("wish") or {}
        kept, found = records(variables["kept"]), []
        for unit in self._units():
            if wish.get("connection") in (None, unit["connection"]):
                open_days = {date.fromisoformat(one["day"]) for one in kept if _is_of(one, unit)}
                open_days |= set(self._overdue_days(variables, unit, exchange.created))
                days = {today - timedelta(days=1), *(one for one in open_days if one > today - KEPT)}
                chosen = [date.fromisoformat(wish["day"])] if wish.get("day") else sorted(days)
                found += [{**unit, "day": one.isoformat()} for one in chosen if one <= today and self._is_ours(one)]
        return found

    def _overdue_days(self, variables: Variables, unit: Mapping[str, Any], now: datetime) -> Iterator[date]:
        """The days on which refunds were begun that wait for too long, at a company that tells no more of them."""
        waits = [
            one for one in records(variables.get("ledger")) if _is_of(one, unit) and one["state"] in refund.WAITING
        ]
        for one in [] if self._tells_refunds(unit) else waits:
            begun = datetime.fromisoformat(one["created"])
            if begun < self._too_long(now):
                yield _day(begun, self._settings.zone)

    def _tells_refunds(self, unit: Mapping[str, Any]) -> bool:
        """Whether the company can be asked how a refund ended."""
        return Operation.REFUND_QUERY in self._settings.stores[unit["connection"]]["operations"]

    def _too_long(self, now: datetime) -> datetime:
        return now - timedelta(seconds=self._settings.refund_patience)

    def _units(self) -> list[dict[str, Any]]:
        """Every account with each branch that it serves; money that is of no order is told at the first."""
        stores, branches = self._settings.stores, self._settings.branches
        found: list[dict[str, Any]] = []
        for name in stores:
            serving = [key for key, one in branches.items() if name in one["stores"]] if branches else [None]
            found += [{"connection": name, "branch": one, "first": one == serving[0]} for one in serving]
        return found

    def _is_ours(self, day: date) -> bool:
        """Whether the day is not before the go-live line."""
        line = self._settings.go_live
        return line is None or day >= _day(datetime.fromisoformat(line), self._settings.zone)

    @pure
    def compare_prefix(self, variables: Variables) -> str:
        """Return what the keys of the day's differences begin with."""
        return difference.prefix(variables["unit"])

    @pure
    def settlement_key(self, variables: Variables) -> str:
        """Return the key of what settlement files told of the day."""
        return key(variables["unit"]["connection"], variables["unit"]["day"])

    @pure
    def lists(self, variables: Variables) -> bool:
        """Whether the company lists its payments of a day."""
        return Operation.LISTING in self._settings.stores[variables["unit"]["connection"]]["operations"]

    @pure
    def listing_question(self, variables: Variables) -> dict[str, Any]:
        """Return what the company is asked for."""
        return {name: variables["unit"][name] for name in ("day", "connection")}

    @pure
    def day_attempts(self, variables: Variables) -> list[Attempt]:
        """Return the sessions that were opened on the day, to be asked about one by one."""
        day, zone = date.fromisoformat(variables["unit"]["day"]), ZoneInfo(self._settings.zone)
        own = self._attempts(variables)
        return [one for one in own if one["request_id"] and local_day(one["created"], zone) == day]

    def _attempts(self, variables: Variables) -> list[Attempt]:
        unit = variables["unit"]
        return [one for one in records(variables["attempts"]) if _is_of(one, unit)]

    @pure
    def books_question(self, variables: Variables) -> dict[str, Any]:
        """Return the one search for what Odoo has: around the day, what names an order's session or one of the payments."""
        day = date.fromisoformat(variables["unit"]["day"])
        told, references = self._told(variables), {one["reference"] for one in self._attempts(variables)}
        others = [one for one in told.payments if one.get("reference") not in references]
        names = [one["payment"] for one in (*others, *told.lines) if one.get("payment")]
        words = list(dict.fromkeys([self._settings.reference_prefix, *map(str, names)]))
        span = [["date", ">=", (day - AROUND).isoformat()], ["date", "<=", (day + AROUND).isoformat()]]
        return {"domain": [*span, *["|"] * (len(words) - 1), *(["memo", "ilike", one] for one in words)]}

    @pure
    def differences(self, variables: Variables, exchange: Exchange) -> list[Difference]:
        """Return what is not the same, each with its key and day."""
        unit, comparison = variables["unit"], self._comparison(variables)
        found = comparison.differences()
        found += self._payouts(variables) if unit["first"] else []
        found += [] if self._tells_refunds(unit) else comparison.waiting(self._too_long(exchange.created))
        ours = [one for one in found if unit["first"] or one["attempt"] is not None]
        once: dict[str, Difference] = {}
        listed = variables["listing"] is not None
        for one in ({**difference.named(unit, each), "listed": listed} for each in ours):
            once.setdefault(one["key"], one)
        return list(once.values())

    def _payouts(self, variables: Variables) -> list[Difference]:
        """What is wrong with the payouts that the company lists; they are of the account, whichever branch was paid."""
        listed, connection = (variables["listing"] or {}).get("payouts") or [], variables["unit"]["connection"]
        attempts = [one for one in records(variables["attempts"]) if one["connection"] == connection]
        ledger = [one for one in records(variables["ledger"]) if one["connection"] == connection]
        return list(of_payouts([one for one in listed if self._counts(one)], attempts, ledger))

    @pure
    def payout_units(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the day to be compared after the company's news of a payout that is over: the one on which it was made."""
        told, zone = variables["notification"], self._settings.zone
        if told.get("kind") != "payout" or not told.get("made"):
            return []
        day = _day(datetime.fromisoformat(told["made"]), zone)
        units = [one for one in self._units() if one["connection"] == told["connection"] and one["first"]]
        return [{**one, "day": day.isoformat()} for one in units if self._is_ours(day)]

    def _comparison(self, variables: Variables) -> Comparison:
        unit = variables["unit"]
        ledger = [one for one in records(variables["ledger"]) if _is_of(one, unit)]
        day, zone = date.fromisoformat(unit["day"]), self._settings.zone
        disputes = [one for one in records(variables.get("disputes")) if _is_of(one, unit)]
        told, attempts = self._told(variables), self._attempts(variables)
        return Comparison(day, zone, told, attempts, ledger, variables["books"] or [], disputes)

    def _told(self, variables: Variables) -> Told:
        """What the company has; of a list, what is of another branch or of before the go-live line is left out."""
        listing, answers, lines = variables["listing"], variables.get("answers"), self._lines(variables)
        if listing is None and answers is None and lines:
            return Told([], [], False, None, lines)
        if listing is None:
            heard = [one for one in answers or [] if one is not None]
            payments = [each for one in heard for each in one["payments"]]
            return Told(payments, [], True, frozenset(_keys(variables)), lines)
        others = self._of_other_branches(variables)
        payments = [one for one in listing["payments"] if self._counts(one) and _number(one) not in others]
        refunds = [one for one in listing["refunds"] if self._counts(one) and one["payment"] not in others]
        return Told(payments, refunds, bool(listing["whole"]), None, lines)

    def _lines(self, variables: Variables) -> list[Line]:
        """What settlement files told of the day, without what is of another branch."""
        lines = (variables.get("settled") or {"lines": []})["lines"]
        others = [one for one in records(variables["attempts"]) if not _is_of(one, variables["unit"])]
        return [one for one in lines if attempt_of(one, others) is None]

    def _of_other_branches(self, variables: Variables) -> set[str]:
        unit = variables["unit"]
        return {
            each["internal_reference"]
            for one in records(variables["attempts"])
            if not _is_of(one, unit)
            for each in one["payments"]
        }

    def _counts(self, told: Mapping[str, Any]) -> bool:
        line, moment = self._settings.go_live, told.get("date")
        return line is None or not moment or datetime.fromisoformat(moment) >= datetime.fromisoformat(line)

    # What becomes of it.

    @pure
    def to_mend(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the payments that the hub settles again: those of sessions of ours, where it was not tried before."""
        by_key = {one["key"]: one for one in self._attempts(variables)}
        return [by_key[one["attempt"]] for one in self._new(variables) if one["mend"] == "settle"]

    @pure
    def refunds_to_ask(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the refunds that are asked about, as the company's news of them: new ones, and all that are pending."""
        by_key = {one["key"]: one for one in self._attempts(variables)}
        told = [difference.told(one) for one in self._new(variables) if one["mend"] == "refund"]
        comparison, connection = self._comparison(variables), variables["unit"]["connection"]
        told += [difference.settled(one["key"], connection, line) for one, line in comparison.recognised()]
        told += [difference.pending(one) for one in comparison.pending() if self._tells_refunds(variables["unit"])]
        once: dict[Any, dict[str, Any]] = {}
        for one in told:
            once.setdefault((one["attempt"], one["told"]["object"] or one["told"]["reference"]), one)
        return [_news(by_key, one) for one in once.values() if one["attempt"] in by_key]

    @pure
    def disputes_to_take(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the chargebacks of settlement files that our ledger of disputes does not know."""
        by_key = {one["key"]: one for one in self._attempts(variables)}
        told = [difference.told(one) for one in self._new(variables) if one["mend"] == "dispute"]
        return [_news(by_key, one) for one in told if one["attempt"] in by_key]

    def _new(self, variables: Variables) -> list[Difference]:
        known = {one["key"] for one in records(variables["kept"])}
        return [one for one in variables["differences"] if one["key"] not in known]

    @pure
    def kept_differences(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the differences that are new, or that our mend left, to be kept; those with `told` become review items."""
        before = {one["key"]: one for one in records(variables["kept"])}
        found = [{**one, "told": one["mend"] is None or one["key"] in before} for one in variables["differences"]]
        return [one for one in found if one["told"] and not before.get(one["key"], {}).get("told")] + [
            one for one in found if not one["told"]
        ]

    @pure
    def compare_review(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what a person reads of a difference, with the mend that is proposed."""
        one = variables["difference"]
        company = self._settings.stores[one["connection"]]["company"]
        return with_branch([difference.review(one, company, exchange.created)], one.get("branch"))[0]

    @pure
    def gone_differences(self, variables: Variables) -> list[str]:
        """Return the keys of differences that are not there any more.

        Without an answer about a session nothing is gone, and without the company's list nothing that only the list tells. Of a
        company that tells nothing only what it cannot prove is gone, unless its list did. When a settlement file is imported the
        company is not asked: only what such a file told can be gone.
        """
        found, listed = {one["key"] for one in variables["differences"]}, variables["listing"] is not None
        if None in (variables.get("answers") or []):
            return []
        mute = silent(variables)
        gone = [one for one in records(variables["kept"]) if one["key"] not in found]
        gone = [one for one in gone if one["attempt"] not in mute or (one["kind"] == ABSENT and not one.get("listed"))]
        if "file" in variables:
            return [one["key"] for one in gone if one.get("settled")]
        return [one["key"] for one in gone if listed or one.get("settled") or one["attempt"] is not None]

    @pure
    def compare_result(self, variables: Variables) -> dict[str, Any]:
        """Return what was compared, the differences, each with what was proposed, what could not be judged, and settlements."""
        unit = variables["unit"]
        company, names = self._settings.stores[unit["connection"]]["company"], ("connection", "branch", "day")
        found = [difference.shown(one, company) for one in variables["differences"]]
        told = totals(self._lines(variables))
        compared = {name: unit[name] for name in names}
        return {**compared, "differences": found, "unjudged": unjudged(variables), "settled": told}

    @pure
    def compare_line(self, variables: Variables) -> str:
        """Return the line for the log."""
        unit, found = variables["unit"], variables["differences"]
        mended = len(variables["mends"]) + len(
            [one for one in self._new(variables) if one["mend"] in ("refund", "dispute")]
        )
        kinds = ", ".join(sorted(f"{one['kind']} {one['name']}" for one in found))
        where = f"card payments of {unit['day']} at {unit['connection']} compared with Odoo"
        differences = counted(len(found), "difference", "differences")
        left = "".join(f"; not judged: {' '.join((one['why'], *one['references']))}" for one in unjudged(variables))
        return f"{where}: {differences}, {mended} being mended" + (f" ({kinds})" if kinds else "") + left


def _day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def _news(attempts: Mapping[str, Attempt], news: Mapping[str, Any]) -> dict[str, Any]:
    return named(attempts[news["attempt"]]) | {"told": news["told"]}


def _is_of(one: Mapping[str, Any], unit: Mapping[str, Any]) -> bool:
    return bool(one.get("connection") == unit["connection"] and one.get("branch") == unit["branch"])


def _number(told: Mapping[str, Any]) -> Any:
    return told.get("payment") or told.get("internal_reference")


def _keys(variables: Variables) -> list[str]:
    """The attempts about which the company's answer tells something."""
    mute = silent(variables)
    return [one["key"] for one, answer in answered(variables) if answer is not None and one["key"] not in mute]


__all__ = ["Comparing"]
