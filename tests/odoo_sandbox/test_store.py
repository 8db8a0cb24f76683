"""The store: write dates, domains, external ids, all-or-nothing calls, rights, late commits."""

import pytest

from caravana.component.odoo.sandbox.errors import AccessError, SerializationFailure, ServerError, ValidationError
from tests.odoo_sandbox.conftest import Shop


def test_write_date_is_stored_finer_than_shown(shop: Shop) -> None:
    """Write dates are shown in whole seconds; `>` skips the whole second, `>=` and `=` take it in."""
    shop.clock.advance(7.25)
    partner = shop.env["res.partner"].create({"name": "Nueva"})
    shown = shop.read("res.partner", partner, "write_date")
    assert len(shown) == 19
    search = shop.env["res.partner"].search
    mine = ["id", "=", partner]
    found = {op: bool(search([mine, ["write_date", op, shown]])) for op in (">", ">=", "=", "<=", "<")}
    assert found == {">": False, ">=": True, "=": True, "<=": True, "<": False}
    assert search([["write_date", ">", shown]]) == []
    assert search([["write_date", ">=", shown]], order="write_date asc, id asc") == [partner]


def test_write_date_cannot_be_set(shop: Shop) -> None:
    """Writing a write date says true and is ignored."""
    before = shop.read("res.partner", shop.customer, "write_date")
    shop.clock.advance(60)
    assert shop.env["res.partner"].write([shop.customer], {"write_date": "2001-01-01 00:00:00"}) is True
    assert shop.read("res.partner", shop.customer, "write_date") > before


@pytest.mark.parametrize("value", ["2026-11-23T22:18:42", "2026-11-23 22:18:42Z", "2026-11-23 22:18:42.5"])
def test_iso_datetimes_are_server_errors(shop: Shop, value: str) -> None:
    """A `T`, a zone or a fraction in a datetime ends in a server error, in a domain and in a value."""
    with pytest.raises(ServerError):
        shop.env["res.partner"].search([["write_date", ">=", value]])
    with pytest.raises(ServerError):
        shop.env["sale.order"].create({"partner_id": shop.customer, "date_order": value})


def test_long_transaction_appears_late_with_an_older_date(shop: Shop) -> None:
    """Rows of a long transaction are unseen until its commit, and then older than what was seen before."""
    late = shop.sandbox.late("res.partner", "create", [{"name": "Tardía uno"}, {"name": "Tardía dos"}])
    shop.clock.advance(3)
    quick = shop.env["res.partner"].create({"name": "Rápida"})
    assert shop.env["res.partner"].search([["name", "like", "Tardía"]]) == []
    assert late.commit() == late.result
    order = shop.env["res.partner"].search([["id", "in", [quick, *late.result]]], order="write_date asc, id asc")
    assert order == [*late.result, quick]


def test_late_commit_loses_against_a_change(shop: Shop) -> None:
    """A long transaction whose row was changed meanwhile fails whole at its commit."""
    late = shop.sandbox.late("res.partner", "write", [shop.customer], {"ref": "tarde"})
    shop.env["res.partner"].write([shop.customer], {"ref": "pronto"})
    with pytest.raises(SerializationFailure):
        late.commit()
    assert shop.read("res.partner", shop.customer, "ref") == "pronto"


def test_a_batch_is_all_or_nothing(shop: Shop) -> None:
    """One bad record in a batch leaves none behind, not even its lines or numbers."""
    before = shop.env["res.partner"].search_count([])
    with pytest.raises(ValidationError):
        shop.env["res.partner"].create([{"name": "Buena"}, {"comment": "no name"}])
    assert shop.env["res.partner"].search_count([]) == before
    effects = dict(shop.sandbox.effects)
    with pytest.raises(ServerError):
        shop.env["res.partner"].write([shop.customer], {"nofield": 1})
    assert dict(shop.sandbox.effects) == effects


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ([["name", "ilike", "rosa"]], {"Rosa"}),
        ([["name", "=ilike", "rosa%"]], {"Rosa"}),
        (["|", ["name", "like", "Rosa"], ["name", "like", "Luis"]], {"Rosa", "Luis"}),
        ([["ref", "=", False], ["email", "!=", False]], {"Rosa", "Luis", "Marta"}),
        (["!", ["name", "like", "Rosa"], ["email", "!=", False]], {"Luis", "Marta"}),
        ([["country_id.code", "=", "EC"], ["email", "not in", ["rosa@cliente.example", False]]], {"Luis", "Marta"}),
        ([["country_id", "=", "Ecuador"], ["email", "!=", False]], {"Rosa", "Luis", "Marta"}),
        ([["country_id", "any", [["code", "=", "EC"]]], ["phone_sanitized", "=", "+593990000002"]], {"Luis"}),
        ([[0, "=", 1]], set()),
    ],
)
def test_domains(shop: Shop, domain: list[object], expected: set[str]) -> None:
    """Domains select by operators, by logic in prefix notation, and along links."""
    rows = shop.env["res.partner"].search_read(domain, ["name"])
    assert {one["name"].split()[0] for one in rows} == expected


def test_load_plain_appends_lines_and_create_once_does_not(shop: Shop) -> None:
    """Loading a known order again appends its lines, unless the mode is create-once."""
    columns = ["id", "partner_id/.id", "order_line/product_id/.id", "order_line/product_uom_qty"]
    rows = [["wa.1", str(shop.customer), str(shop.shirt), "1"], ["", "", str(shop.shirt), "3"]]
    order = shop.env["sale.order"].load(columns, rows)["ids"][0]
    once = {"mode": "update", "noupdate": True}
    assert shop.env["sale.order"].load(columns, rows, context=once)["ids"] == [order]
    assert len(shop.read("sale.order", order, "order_line")) == 2
    assert shop.env["sale.order"].load(columns, rows)["ids"] == [order]
    assert len(shop.read("sale.order", order, "order_line")) == 4


def test_load_is_all_or_nothing_and_no_lookup(shop: Shop) -> None:
    """One bad row cancels the others under status success; an unknown external id alone makes an empty record."""
    told = shop.env["res.partner"].load(["id", "name"], [["m.1", "Buena"], ["m.2", ""]])
    assert told["ids"] is False
    assert told["messages"][0] | {"message": ""} == {
        "rows": {"from": 1, "to": 1},
        "record": 1,
        "type": "error",
        "message": "",
    }
    assert shop.env["res.partner"].search([["name", "=", "Buena"]]) == []
    made = shop.env["account.payment"].load(["id"], [["caja.none"]])["ids"][0]
    assert shop.read("account.payment", made, "state", "amount") == {"id": made, "state": "draft", "amount": 0.0}


def test_archived_records_hide(shop: Shop) -> None:
    """An archived record is found only when the context or the domain asks for it."""
    shop.env["res.partner"].action_archive([shop.customer])
    search = shop.env["res.partner"].search
    assert search([["id", "=", shop.customer]]) == []
    assert search([["id", "=", shop.customer]], context={"active_test": False}) == [shop.customer]
    assert search([["active", "=", False], ["id", "=", shop.customer]]) == [shop.customer]


def test_template_change_moves_the_variant_and_stock_does_not(shop: Shop) -> None:
    """A template's change moves its variant's write date; a stock move moves only the quant's."""
    before = shop.read("product.product", shop.shirt, "write_date")
    shop.clock.advance(10)
    shop.order(1)
    assert shop.read("product.product", shop.shirt, "write_date") == before
    quant = shop.find("stock.quant", ["product_id", "=", shop.shirt])
    assert shop.read("stock.quant", quant, "write_date") > before
    template = shop.read("product.product", shop.shirt, "product_tmpl_id")[0]
    shop.env["product.template"].write([template], {"list_price": 21.5})
    assert shop.read("product.product", shop.shirt, "write_date") > before
    assert shop.read("product.product", shop.shirt, "list_price") == 21.5


@pytest.mark.parametrize(
    ("vat", "kind", "accepted", "remark"),
    [
        ("1712345678", "l10n_ec.ec_dni", True, True),
        ("171234567", "l10n_ec.ec_dni", False, False),
        ("0000000000", "l10n_ec.ec_dni", True, True),
        ("1790012345000", "l10n_ec.ec_ruc", True, True),
        ("17900", "l10n_ec.ec_ruc", False, False),
        ("99999", "l10n_latam_base.it_fid", True, False),
    ],
)
def test_identification_rules(shop: Shop, vat: str, kind: str, accepted: bool, remark: bool) -> None:
    """The shape of an identification is checked hard, its digits only remarked on."""
    vals = {"name": "X", "vat": vat, "country_id": shop.env.ref("base.ec")}
    vals["l10n_latam_identification_type_id"] = shop.env.ref(kind)
    if not accepted:
        with pytest.raises(ValidationError):
            shop.env["res.partner"].create(vals)
        return
    partner = shop.env["res.partner"].create(vals)
    assert bool(shop.read("res.partner", partner, "l10n_ec_vat_validation")) is remark


def test_custom_field_works_at_once(shop: Shop) -> None:
    """A custom field made over the API can be written, searched and described at once."""
    model = shop.find("ir.model", ["model", "=", "sale.order"])
    vals = {"name": "x_origin", "model_id": model, "ttype": "char", "index": True}
    shop.env["ir.model.fields"].create(vals)
    order = shop.order(x_origin="wa-1")
    assert shop.env["sale.order"].search([["x_origin", "=", "wa-1"]]) == [order]
    assert shop.env["sale.order"].fields_get(["x_origin"], ["type"]) == {"x_origin": {"type": "char"}}


def test_activity_and_note(shop: Shop) -> None:
    """Activities and notes hang on their document; a plain note is escaped, an HTML one is not."""
    order = shop.order()
    shop.env["mail.activity"].create({"res_model": "sale.order", "res_id": order, "summary": "Revisar"})
    ids = [shop.env["sale.order"].message_post([order], body="<b>x</b>", body_is_html=one)[0] for one in (False, True)]
    assert [one["body"] for one in shop.env["mail.message"].read(ids, ["body"])] == [
        "<p>&lt;b&gt;x&lt;/b&gt;</p>",
        "<b>x</b>",
    ]
    told = shop.read("sale.order", order, "activity_ids", "message_ids")
    assert (len(told["activity_ids"]), told["message_ids"]) == (1, ids[::-1])
    shop.env["mail.activity"].action_feedback(told["activity_ids"], feedback="hecho")
    assert shop.read("sale.order", order, "activity_ids") != []
    assert shop.env["mail.activity"].search([["res_id", "=", order]]) == []


def test_direct_calls_obey_rights() -> None:
    """A group named in a model's rights is asked for, also of the administrator."""
    shop = Shop()
    group = shop.env.ref("base.group_system")
    shop.env["res.users"].write([shop.sandbox.admin_uid], {"group_ids": [[3, group]]})
    with pytest.raises(AccessError, match="Role / Administrator"):
        shop.env["ir.config_parameter"].search([])
