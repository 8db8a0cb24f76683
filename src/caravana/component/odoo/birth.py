"""When a record was born, which decides on which side of the go-live line it lies. Pure.

Odoo moves `write_date` whenever anything touches a record: a payment, a recomputed field, a mass edit. Were that the date that
counts, the first such edit would make the hub take ten years of orders. A document therefore counts by its own date, and what
changes on it later does not make it young. Master data (products, customers, stock) has no such date: there the change is
the news.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from caravana.component.odoo.values import FieldTypes, from_odoo_time, to_odoo_time
from caravana.kit.errors import Refused

CREATED, WRITTEN = "create_date", "write_date"
BORN: Mapping[str, str] = {
    "sale.order": "date_order",  # Odoo sets it anew when the order is confirmed (19.0): what was a quotation is born then
    "account.move": "invoice_date",  # a draft has none: it counts by its creation until it is posted
    "product.category": WRITTEN,
    "product.pricelist": WRITTEN,
    "product.pricelist.item": WRITTEN,
    "product.product": WRITTEN,
    "product.template": WRITTEN,
    "res.company": WRITTEN,
    "res.partner": WRITTEN,
    "res.partner.bank": WRITTEN,
    "stock.quant": WRITTEN,
}
"""The field that counts, by model; `create_date` for all others. `write_date`: every change after the line counts."""


def born_by(model: str, event: str) -> str:
    """Return the field that counts unless the address names one: of what is only taken when it is new, its creation."""
    return CREATED if event == "created" else BORN.get(model, CREATED)


class Birth:
    """The birth of the records of one model."""

    def __init__(self, field: str, zone: str) -> None:
        """`field`: the name that counts; `zone`: the company's, in which the days of Odoo's dates begin."""
        self.field = field
        self._zone = ZoneInfo(zone)
        self._is_date = False

    @property
    def fields(self) -> tuple[str, ...]:
        """What must be read to tell it, beyond the time of the change."""
        return () if self.field == WRITTEN else tuple(dict.fromkeys((self.field, CREATED)))

    def learn(self, model: str, types: FieldTypes) -> None:
        """Take the model's fields into account. Raises `Refused` when the one that counts is none of them, or no time."""
        kind = types.get(self.field, {}).get("type")
        if kind not in ("date", "datetime"):
            raise Refused(f"`odoo:{model}`: born={self.field} is no date or time of the model", code="born")
        self._is_date = kind == "date"

    def since(self, line: datetime) -> list[Any]:
        """Return a domain that lets through whatever may be born at `line` or later, and little more."""
        if self.field == WRITTEN:
            return []
        return ["|", [self.field, ">=", self._text(line)], [self.field, "=", False]]

    def between(self, since: datetime, until: datetime) -> list[Any]:
        """Return a domain that lets through whatever may be born from `since` on and before `until`."""
        field = CREATED if self.field == WRITTEN else self.field
        low, high = self._text(since), self._text(until)
        later = [field, "<=" if self._is_date else "<", high]
        unset: list[Any] = ["&", [CREATED, ">=", to_odoo_time(since)], [CREATED, "<", to_odoo_time(until)]]
        return ["|", "&", [field, ">=", low], later, "&", [field, "=", False], *unset]

    def moment(self, record: Mapping[str, Any]) -> datetime:
        """Return when `record`, as Odoo gave it, was born.

        A date is the begin of that day in the company's zone; on the day on which the record was made, the moment of that.
        """
        if self.field == WRITTEN:
            return from_odoo_time(record[WRITTEN])
        created = from_odoo_time(record[CREATED])
        value = record[self.field]
        if not value:
            return created
        if not self._is_date:
            return from_odoo_time(value)
        day = date.fromisoformat(value)
        return created if created.astimezone(self._zone).date() == day else self._begin(day)

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone)

    def _text(self, moment: datetime) -> str:
        """`moment` as the field's values are written; of a date the day in the company's zone."""
        return moment.astimezone(self._zone).date().isoformat() if self._is_date else to_odoo_time(moment)
