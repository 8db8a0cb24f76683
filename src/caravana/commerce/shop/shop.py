"""The pure callables of the shop flow, named `shop.…` in its routes. Each maps the exchange to one value, or refuses it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from caravana.commerce.shop import customer, identity, order, product, refusal, review
from caravana.kit.branch import Branch, Branches
from caravana.kit.callables import Configured, pure
from caravana.kit.errors import ConfigurationError, Refused
from caravana.kit.exchange import Exchange
from caravana.kit.nearest import nearest

Variables = Mapping[str, Any]
Headers = Mapping[str, Any]
CLIENT = "CaravanaClient"
KEY = "Idempotency-Key"


@dataclass(frozen=True)
class ShopSettings:
    """What a company sets for its shop.

    - `zone`: the company's time zone; `country`: of phones without a prefix and of new customers
    - `most`: largest quantity of one line
    - `branches`: by name, what tells a branch in Odoo: `company`, `warehouse`, `sale_journal`
    """

    zone: str
    country: str = "EC"
    most: int = 10_000
    branches: Mapping[str, Mapping[str, int | None]] = field(default_factory=dict)


class Shop(Configured):
    """Mappings between callers and Odoo."""

    def __init__(self, settings: ShopSettings) -> None:
        """`settings`: the company's."""
        self._settings = settings
        known = {name: Branch.model_validate({"name": name, **one}) for name, one in settings.branches.items()}
        self._branches = Branches(known)

    @property
    def settings(self) -> dict[str, Any]:
        """What the company set."""
        return asdict(self._settings)

    def with_settings(self, settings: Mapping[str, Any]) -> "Shop":
        """Return the same mappings under the settings of an earlier revision. Raises `ConfigurationError`."""
        try:
            return Shop(ShopSettings(**settings))
        except TypeError as error:
            raise ConfigurationError(f"the settings of `shop` were others then: {error}") from None

    # Who asks, and for which branch.

    @pure
    def branch(self, body: Any, headers: Headers) -> str | None:
        """Return the branch that a request names, if there is one of that name; the only one when it names none."""
        named = self._named(body, headers)
        if named is None and len(self._branches) == 1:
            return next(iter(self._branches))
        return named if named in self._branches else None

    def _named(self, body: Any, headers: Headers) -> str | None:
        said = body.get("branch") if isinstance(body, Mapping) else None
        named = said if said is not None else headers.get("branch")
        return str(named) if named not in (None, "") else None

    @pure
    def check_branch(self, body: Any, headers: Headers) -> bool:
        """Return true. Raises `Refused` for a branch that the company does not have."""
        named, known = self._named(body, headers), self._branches
        if named is not None and named not in known:
            hint = nearest(named, known) or (f"there are: {', '.join(known)}" if known else "none are configured")
            message = f"there is no branch `{named}` ({hint})"
            raise refusal.refuse("branch_unknown", message, fields=[{"field": "branch", "message": message}])
        return True

    @pure
    def check_order_branch(self, body: Any, headers: Headers) -> bool:
        """Return true. Raises `Refused` also when an order does not say which of several branches sells."""
        self.check_branch(body, headers)
        known = self._branches
        if len(known) > 1 and self._named(body, headers) is None:
            message = f"say which branch sells: {', '.join(known)}"
            raise refusal.refuse("branch_needed", message, fields=[{"field": "branch", "message": message}])
        return True

    def _place(self, exchange: Exchange) -> dict[str, int]:
        """What Odoo writes on an order of the exchange's branch."""
        branch = self._branches.get(exchange.branch or "")
        if branch is None:
            return {}
        pairs = {"company_id": branch.company, "warehouse_id": branch.warehouse, "journal_id": branch.sale_journal}
        return {name: one for name, one in pairs.items() if one is not None}

    # Products.

    @pure
    def products_question(self, headers: Headers) -> dict[str, Any]:
        """Return the search for one page of products. Raises `Refused`."""
        return product.listing(headers)

    @pure
    def product_question(self, headers: Headers) -> dict[str, Any]:
        """Return the search for the product of a code."""
        return product.by_code(headers)

    @pure
    def products(self, body: Any, headers: Headers) -> dict[str, Any]:
        """Return the answer with one page of products."""
        return product.page(headers, body)

    @pure
    def product(self, body: Any, headers: Headers) -> dict[str, Any]:
        """Return the answer with one product. Raises `Refused`."""
        return product.one(headers, body)

    # Customers.

    @pure
    def customer_lane(self, body: Any, headers: Headers) -> str | None:
        """Return the lane of the customer whom the body names, so that two requests about one do not cross."""
        try:
            kind = customer.key_of(customer.read_change(body, self._settings.country))
        except Refused:
            return None
        return None if kind is None else f"customer:{kind[0]}:{kind[1]}"

    @pure
    def new_customer(self, body: Any) -> dict[str, Any]:
        """Return what a request for a customer says. Raises `Refused`."""
        return customer.read_new(body, self._settings.country)

    @pure
    def changed_customer(self, body: Any) -> dict[str, Any]:
        """Return what a request for a change says. Raises `Refused`."""
        return customer.read_change(body, self._settings.country)

    @pure
    def named_customer(self, headers: Headers) -> dict[str, Any]:
        """Return by what a query knows a customer. Raises `Refused` when by nothing."""
        said = {name: headers.get(name) for name in ("tax_id", "phone", "email") if headers.get(name)}
        if not said:
            raise refusal.refuse_fields([{"field": "tax_id", "message": "ask by tax_id, phone or email"}])
        return customer.read_change(said, self._settings.country)

    @pure
    def customer_id(self, headers: Headers) -> dict[str, Any]:
        """Return the customer whose number the address holds. Raises `Refused`."""
        text = str(headers.get("id", ""))
        if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) <= product.LARGEST_ID):
            raise refusal.refuse("customer_unknown", f"there is no customer `{text[:40]}`", status=404)
        return {"id": int(text)}

    @pure
    def customer_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for whom the request may mean."""
        return customer.question([variables["asked"]])

    @pure
    def customers(self, variables: Variables) -> dict[str, Any]:
        """Return the answer with the customers found; archived ones are not told."""
        return {"items": [customer.shown(one) for one in variables["found"] if one["active"]]}

    @pure
    def known(self, variables: Variables) -> dict[str, Any]:
        """Return the customer found by number. Raises `Refused`."""
        living = [one for one in variables["found"] if one["active"]]
        if not living:
            raise refusal.refuse("customer_unknown", f"there is no customer `{variables['asked']['id']}`", status=404)
        return dict(living[0])

    @pure
    def verdict(self, variables: Variables) -> dict[str, Any]:
        """Return whom the request means. Raises `Refused` for a customer who is archived."""
        verdict = customer.judge(variables["asked"], variables["found"])
        if verdict["outcome"] == "archived":
            message = "this customer is archived in Odoo: unarchive the record there"
            raise refusal.refuse("customer_archived", message, status=409)
        return verdict

    @pure
    def reviews(self, variables: Variables, exchange: Exchange) -> list[dict[str, Any]]:
        """Return what a person has to settle about the customer."""
        verdict = variables["verdict"]
        if verdict["outcome"] != "review":
            return []
        return [review.review(variables["asked"], verdict, variables["found"], exchange.created)]

    @pure
    def tells(self, variables: Variables) -> bool:
        """Whether a person is to be told, or a file is only tried."""
        return not variables.get("dry_run")

    @pure
    def settled(self, variables: Variables) -> bool:
        """Return true. Raises `Refused` naming what a person has to settle first."""
        for one in variables["reviews"]:
            raise refusal.refuse(one["kind"], review.MESSAGES[one["kind"]], status=409, review=one["key"])
        return True

    @pure
    def customer_record(self, variables: Variables) -> dict[str, Any]:
        """Return the customer to be made."""
        return customer.record(variables["asked"], self._settings.country)

    @pure
    def found_id(self, variables: Variables) -> int:
        """Return the customer's number: made now, or found."""
        verdict = variables["verdict"]
        return int(variables["made"]["id"] if verdict["outcome"] == "new" else verdict["id"])

    @pure
    def customer_answer(self, variables: Variables) -> dict[str, Any]:
        """Return the answer with the customer, whether it was made, and what was left as it is."""
        asked, record = variables["asked"], variables["records"][0]
        created = variables["verdict"]["outcome"] == "new"
        left = [] if created else customer.differences(asked, record)
        return {**customer.shown(record), "created": created, "warnings": [*asked.get("remarks", []), *left]}

    @pure
    def customer_status(self, variables: Variables) -> int:
        """Return 201 for a customer made, 200 for one found."""
        return 201 if variables["verdict"]["outcome"] == "new" else 200

    @pure
    def twin_verdict(self, variables: Variables) -> dict[str, Any]:
        """Return whether another customer has the tax id that this one is to get."""
        asked, own = variables["change"], variables["known"]["id"]
        rivals = [one for one in variables["found"] if one["id"] != own and one["active"]]
        verdict = customer.judge({**asked, "phone": None, "email": None}, rivals)
        if verdict["outcome"] == "new":
            return verdict
        return {"outcome": "review", "kind": "two_records", "ids": [own, verdict.get("id", own)]}

    @pure
    def customer_change(self, variables: Variables) -> dict[str, Any] | None:
        """Return the values to be written, or None when nothing differs. Raises `Refused` for another tax id."""
        asked, known = variables["change"], variables["known"]
        if known["vat"] == identity.FINAL_CONSUMER:
            raise refusal.refuse("final_consumer", "this is the final consumer of all anonymous sales", status=409)
        if known["vat"] and asked.get("tax_id") and known["vat"] not in asked["tax_ids"]:
            message = "the customer has another tax id in Odoo, where a person may change it"
            raise refusal.refuse("tax_id_fixed", message, status=409, fields=[{"field": "tax_id", "message": message}])
        changed = customer.changes(asked, known)
        return {"ids": [known["id"]], "values": changed} if changed else None

    @pure
    def tax_id_type(self, variables: Variables) -> str:
        """Return the external id of the identification type asked for."""
        return identity.TYPES[variables["change"]["tax_id_type"]]

    @pure
    def with_type(self, variables: Variables) -> dict[str, Any]:
        """Return the values to be written, with the identification type of a tax id that is filled in."""
        written = variables["written"]
        kind = {"l10n_latam_identification_type_id": variables["kind"]["id"]} if variables.get("kind") else {}
        return {**written, "values": {**written["values"], **kind}}

    @pure
    def known_id(self, variables: Variables) -> int:
        """Return the number of the customer that is changed."""
        return int(variables["known"]["id"])

    @pure
    def customer_shown(self, variables: Variables) -> dict[str, Any]:
        """Return the answer with the customer as it is now."""
        remarks = (variables.get("change") or {}).get("remarks", [])
        return {**customer.shown(variables["records"][0]), "warnings": remarks}

    # Orders.

    @pure
    def asked_order(self, body: Any) -> dict[str, Any]:
        """Return what a request for an order says. Raises `Refused`."""
        return order.read(body, self._settings.country, self._settings.most)

    @pure
    def order_customer(self, variables: Variables) -> dict[str, Any]:
        """Return by what the order's customer is known."""
        return dict(variables["order"]["customer"])

    @pure
    def partner(self, variables: Variables) -> int:
        """Return the order's customer. Raises `Refused`."""
        return order.customer_of(variables["verdict"])

    @pure
    def order_products_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the products of the lines."""
        return order.product_question(variables["order"])

    @pure
    def chosen(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the product of each line. Raises `Refused`."""
        return [dict(one) for one in order.chosen(variables["order"], variables["products"])]

    @pure
    def order_record(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the order to be made, under an external id of client and key if there is a key."""
        given = (variables["order"], variables["partner"], variables["chosen"], self._place(exchange))
        values = order.record(*given, self._settings.zone)
        key = exchange.headers.get(KEY)
        named = {"external_id": order.external_id(_client(exchange), str(key))} if key else {}
        return {**named, "values": values}

    @pure
    def confirms(self, variables: Variables) -> bool:
        """Whether the order is to be confirmed."""
        return bool(variables["order"]["confirm"])

    @pure
    def made_ids(self, variables: Variables) -> dict[str, Any]:
        """Return the order made, as a method's argument."""
        return {"ids": [variables["made"]["id"]]}

    @pure
    def made_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the order made."""
        return {"domain": [["id", "=", variables["made"]["id"]]], "limit": 1}

    @pure
    def number_question(self, headers: Headers) -> dict[str, Any]:
        """Return the search for the order whose number the address holds."""
        return {"domain": [["name", "=", product.clean(headers.get("number"))]], "limit": 2}

    @pure
    def sale(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the order found; of a branch when one is named. Raises `Refused` when there is none, or there are two."""
        branch = exchange.branch
        found = [one for one in variables["orders"] if branch is None or branch in self._branches.fitting(one)]
        number = product.clean(exchange.headers.get("number"))
        if not found:
            raise refusal.refuse("order_unknown", f"there is no order `{number}`", status=404)
        if len(found) > 1:
            raise refusal.refuse("order_twice", f"two orders have the number `{number}`: name the branch", status=409)
        return dict(found[0])

    @pure
    def lines_question(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the lines of the order."""
        return {"domain": [["order_id", "=", variables["sale"]["id"]]], "limit": order.MOST_LINES}

    @pure
    def line_products(self, variables: Variables) -> list[int]:
        """Return the products of the lines whose codes are not known yet."""
        known = {one["id"] for one in variables.get("products") or []}
        wanted = {one["product_id"][0] for one in variables["lines"] if one["product_id"]}
        return sorted(wanted - known)

    @pure
    def order_answer(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the answer with the order."""
        products = [*(variables.get("products") or []), *(variables.get("coded") or [])]
        shown = order.shown(
            variables["sale"], variables["lines"], products, self._settings.zone, self._branches.of(variables["sale"])
        )
        asked = variables.get("order")
        if asked is None:
            return shown
        unkeyed = [] if exchange.headers.get(KEY) else [order.NO_KEY]
        return {**shown, "warnings": [*asked["warnings"], *unkeyed]}

    @pure
    def cancellable(self, variables: Variables) -> bool:
        """Whether the order is still to be cancelled. Raises `Refused`."""
        return order.cancellable(variables["sale"], variables["invoices"])

    @pure
    def sale_ids(self, variables: Variables) -> dict[str, Any]:
        """Return the order found, as a method's argument; no dialogue is to ask whether the customer shall be written to."""
        return {"ids": [variables["sale"]["id"]], "context": {"disable_cancel_warning": True}}

    @pure
    def invoice_ids(self, variables: Variables) -> list[int]:
        """Return the invoices of the order."""
        return list(variables["sale"]["invoice_ids"])

    # Answers.

    @pure
    def refusal(self, exchange: Exchange) -> dict[str, Any]:
        """Return the body that says why the request was not carried out."""
        return refusal.answer_of(exchange.exception)

    @pure
    def status(self, exchange: Exchange) -> int:
        """Return the HTTP status that says so."""
        return refusal.status_of(exchange.exception)


def _client(exchange: Exchange) -> str:
    return str(exchange.properties.get(CLIENT, ""))
