"""The callables of the routes that take files, named `shop_import.…`: many rows in one message, each with a result of its own.

A result: `row`, `result` (new, changed, same or refused), `what` (name or number), `reason`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from caravana.commerce.shop import customer, goods, order, refusal, review
from caravana.commerce.shop.shop import ShopSettings, Variables
from caravana.kit.callables import Configured, pure
from caravana.kit.errors import ConfigurationError, Refused
from caravana.kit.exchange import Exchange

SHOWN = ("row", "result", "what", "reason")
Planned = dict[str, Any]
"""A result, with what is to be done for it: `record` (to be made), `change` ({id, values}) or `review`."""


class ShopImport(Configured):
    """Mappings between files and Odoo."""

    def __init__(self, settings: ShopSettings) -> None:
        """`settings`: the company's."""
        self._settings = settings

    @property
    def settings(self) -> dict[str, Any]:
        """What the company set, as far as files are concerned."""
        return {"zone": self._settings.zone, "country": self._settings.country, "most": self._settings.most}

    def with_settings(self, settings: Mapping[str, Any]) -> "ShopImport":
        """Return the same mappings under the settings of an earlier revision. Raises `ConfigurationError`."""
        try:
            return ShopImport(ShopSettings(**settings))
        except TypeError as error:
            raise ConfigurationError(f"the settings of `shop_import` were others then: {error}") from None

    @pure
    def real(self, variables: Variables) -> bool:
        """Whether anything is to be written, or only told."""
        return not variables["dry_run"]

    @pure
    def numbers(self, body: Mapping[str, Any]) -> list[int]:
        """Return the rows of the file that the message is about."""
        return [one["row"] if isinstance(one, Mapping) else one for one in body["rows"]]

    @pure
    def refused(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the result of a message that is refused as a whole; of an order the row of the wrong line is named."""
        answer = refusal.answer_of(exchange.exception)
        rows = variables["numbers"]
        reason = "; ".join(_of_row(one, rows) for one in answer.get("fields", [])) or answer["error"]
        if answer.get("review"):
            reason += f": a person has to settle {answer['review']}"
        what = variables.get("reference") or ""
        return {"results": [{"row": one, "result": "refused", "what": what, "reason": reason} for one in rows]}

    # Customers.

    @pure
    def customers(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what each row says, or why it cannot be read."""
        return _each(body["rows"], lambda data: customer.read_new(data, self._settings.country))

    @pure
    def customer_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for everybody whom a row may mean."""
        return customer.question(_asked(variables))

    @pure
    def customer_plan(self, variables: Variables, exchange: Exchange) -> list[Planned]:
        """Return what is to be done for each row."""
        found = variables["found"]
        return [
            one if "reason" in one else self._plan_customer(one["row"], one["asked"], found, exchange)
            for one in variables["rows"]
        ]

    def _plan_customer(
        self, row: int, asked: Mapping[str, Any], found: Sequence[customer.Found], exchange: Exchange
    ) -> Planned:
        verdict = customer.judge(asked, found)
        base = {"row": row, "what": asked["name"], "reason": "; ".join(asked.get("remarks", []))}
        if verdict["outcome"] == "new":
            return {**base, "result": "new", "record": customer.record(asked, self._settings.country)}
        if verdict["outcome"] == "archived":
            return {**base, "result": "refused", "reason": "this customer is archived in Odoo"}
        if verdict["outcome"] == "review":
            item = review.review(asked, verdict, found, exchange.created)
            reason = f"{review.MESSAGES[verdict['kind']]}: a person has to settle {item['key']}"
            return {**base, "result": "refused", "reason": reason, "review": item}
        known = next((one for one in found if one["id"] == verdict["id"]), None)
        if known is None:
            return {**base, "result": "refused", "reason": "this is a contact of a company: change it in Odoo"}
        return {**base, **_change(customer.written(asked, known), known["id"])}

    # Products.

    @pure
    def products(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what each row says, or why it cannot be read."""
        return _each(body["rows"], goods.read)

    @pure
    def product_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for every product with a code or barcode of a row."""
        return goods.question(_asked(variables))

    @pure
    def product_plan(self, variables: Variables) -> list[Planned]:
        """Return what is to be done for each row."""
        return [
            one if "reason" in one else {"row": one["row"], **goods.plan(one["asked"], variables["found"])}
            for one in variables["rows"]
        ]

    # What follows the plan, for both.

    @pure
    def reviews(self, variables: Variables) -> list[dict[str, Any]]:
        """Return what a person has to settle."""
        return [one["review"] for one in variables["plan"] if "review" in one]

    @pure
    def records(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the records to be made."""
        return [one["record"] for one in variables["plan"] if "record" in one]

    @pure
    def changes(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the records to be changed."""
        return [one["change"] for one in variables["plan"] if "change" in one]

    @pure
    def results(self, variables: Variables) -> dict[str, Any]:
        """Return the result of each row; what Odoo refused is refused."""
        made = _errors(variables.get("made"), "external_id")
        changed = _errors(variables.get("stored"), "id")
        return {"results": [_result(one, made, changed) for one in variables["plan"]]}

    # Orders: one in a message.

    @pure
    def order_data(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the order of the message."""
        return dict(body["data"])

    @pure
    def order_id(self, variables: Variables) -> str:
        """Return the external id of the order: the same whichever file brings it."""
        return order.external_id(f"file {variables['source']}", str(variables["order"]["reference"]))

    @pure
    def order_record(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the record to be made, under its external id; `values` are those of a request."""
        return {"external_id": self.order_id(variables), "values": exchange.body["values"]}

    @pure
    def agrees(self, variables: Variables) -> bool:
        """Return true. Raises `Refused` when the order was made before, and for something else."""
        given = (variables["order"], variables["sale"], variables["lines"], variables["partner"], variables["chosen"])
        if not order.same(*given):
            name = variables["sale"]["name"]
            raise refusal.refuse(
                "order_known", f"reference: was imported before as {name}, with another customer or lines"
            )
        return True

    @pure
    def to_confirm(self, variables: Variables) -> bool:
        """Whether the order found is still to be confirmed."""
        return bool(variables["order"]["confirm"] and variables["sale"]["state"] in ("draft", "sent"))

    @pure
    def order_results(self, variables: Variables) -> dict[str, Any]:
        """Return the result of the order's rows."""
        result = variables["result"]
        number = variables["sale"]["name"] if variables.get("sale") else ""
        what = " ".join(one for one in (str(variables["order"]["reference"]), number) if one)
        notes = "prices were not heeded: they are Odoo's" if variables["order"]["warnings"] else ""
        rows = variables["numbers"]
        return {"results": [{"row": one, "result": result, "what": what, "reason": notes} for one in rows]}


def _each(rows: Sequence[Mapping[str, Any]], read: Callable[[Any], Any]) -> list[dict[str, Any]]:
    return [_one(row, read) for row in rows]


def _one(row: Mapping[str, Any], read: Callable[[Any], Any]) -> dict[str, Any]:
    data = row["data"]
    try:
        return {"row": row["row"], "asked": read(data)}
    except Refused as error:
        what = str(data.get("name") or data.get("code") or "")
        return {"row": row["row"], "result": "refused", "what": what, "reason": str(error)}


def _asked(variables: Variables) -> list[Any]:
    return [one["asked"] for one in variables["rows"] if "asked" in one]


def _change(values: Mapping[str, Any], record: int) -> dict[str, Any]:
    if not values:
        return {"result": "same"}
    names = {"vat": "tax_id", "list_price": "price"}
    fields = [names.get(one, one) for one in values if one != "l10n_latam_identification_type_id"]
    return {"result": "changed", "reason": ", ".join(fields), "change": {"id": record, "values": dict(values)}}


def _errors(reply: Any, key: str) -> dict[Any, str]:
    """What Odoo refused, by the end of the external id, or by the record."""
    items = (reply or {}).get("items", [])
    return {str(one[key]).rpartition(".")[2]: _short(one["error"]) for one in items if "error" in one}


def _short(error: str) -> str:
    return "Odoo: " + " ".join(error.partition(": ")[2].split())


def _result(planned: Planned, made: Mapping[str, str], changed: Mapping[str, str]) -> dict[str, Any]:
    error = made.get(planned["record"]["external_id"]) if "record" in planned else None
    error = error or (changed.get(str(planned["change"]["id"])) if "change" in planned else None)
    shown: dict[str, Any] = {name: planned[name] for name in SHOWN if name in planned}
    return {**shown, "result": "refused", "reason": error} if error else shown


def _of_row(wrong: Mapping[str, str], rows: Sequence[int]) -> str:
    """`lines[1].code` is the code of the order's second row."""
    place, _, name = wrong["field"].rpartition(".")
    if place.startswith("lines["):
        return f"row {rows[int(place[6:-1])]}, {name}: {wrong['message']}"
    return f"{wrong['field'].removeprefix('customer.')}: {wrong['message']}"
