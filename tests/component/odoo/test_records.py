"""Reading, writing, create-once, attachments and notes against the sandbox, over both protocols."""

import asyncio
from decimal import Decimal

import pytest
from lxml.html import fragments_fromstring

from caravana.component.odoo.sandbox import Conflict
from caravana.kit.effect import Kind, Reply
from caravana.kit.errors import NeedsPerson, Refused, Transient, Unknown
from caravana.kit.sandbox import Fault
from tests.component.odoo.conftest import Odoo
from tests.component.odoo.hub import exchange, producer


async def test_search_reads_all_pages(odoo: Odoo) -> None:
    """More records than one page come once each, in order."""
    ids = [odoo.sandbox.env["res.partner"].create({"name": f"P{number}", "ref": "paged"}) for number in range(5)]
    reply = await odoo.send("odoo:res.partner?operation=search&fields=name&batch=2&domain=[['ref','=','paged']]")
    assert [one["id"] for one in reply.body] == ids


async def test_search_with_order_and_limit(odoo: Odoo) -> None:
    """An order needs a limit and is kept."""
    for name in ("b", "c", "a"):
        odoo.sandbox.env["res.partner"].create({"name": name, "ref": "sorted"})
    address = "odoo:res.partner?operation=search&fields=name&order=name desc&limit=2"
    reply = await odoo.send(address, {"domain": [["ref", "=", "sorted"]]})
    assert [one["name"] for one in reply.body] == ["c", "b"]


async def test_empty_fields_are_null_and_amounts_exact(odoo: Odoo) -> None:
    """Odoo's false becomes null unless the field is a boolean; numbers are decimals."""
    order = odoo.order(3)
    fields = "client_order_ref,amount_untaxed,partner_id,order_line"
    reply = await odoo.send(f"odoo:sale.order?operation=read&fields={fields}", [order])
    assert reply.body[0]["client_order_ref"] is None
    assert reply.body[0]["amount_untaxed"] == Decimal("30.0")
    assert reply.body[0]["partner_id"][0] == odoo.customer
    partner = await odoo.send("odoo:res.partner?operation=read&fields=street,is_company", odoo.customer)
    assert partner.body == [{"id": odoo.customer, "street": None, "is_company": False}]


async def test_read_leaves_out_what_is_missing(odoo: Odoo) -> None:
    """A missing record is no error on reading."""
    reply = await odoo.send("odoo:res.partner?operation=read&fields=name", {"ids": [999999, odoo.customer]})
    assert [one["id"] for one in reply.body] == [odoo.customer]


async def test_a_record_read_just_now(odoo: Odoo) -> None:
    """With `maxAge` an answer that is not older is given again, whatever the branch; 0 asks and keeps what it gets."""
    address = "odoo:res.partner?operation=read&fields=name,category_id.name"

    async def name(age: str) -> str:
        return str((await odoo.send(address, {"ids": [odoo.customer], "maxAge": age})).body[0]["name"])

    assert await name("0s") == "Rosa Inventada"
    odoo.sandbox.env["res.partner"].write([odoo.customer], {"name": "Rosa Nueva"})
    assert [await name("1m"), await name("0s"), await name("1m")] == ["Rosa Inventada", "Rosa Nueva", "Rosa Nueva"]
    with pytest.raises(Refused, match="maxAge"):
        await name("soon")


async def test_count_and_exists(odoo: Odoo) -> None:
    """Counting and existence ask no fields."""
    body = {"domain": [["id", "=", odoo.customer]]}
    assert (await odoo.send("odoo:res.partner?operation=count", body)).body == 1
    assert (await odoo.send("odoo:res.partner?operation=exists", [odoo.customer, 999999])).body == [odoo.customer]


async def test_which_fields_there_are(odoo: Odoo) -> None:
    """Of the names asked for, those that the model has; what is no list of names is refused."""
    asked = ["vat", "x_of_nobody", "name"]
    assert (await odoo.send("odoo:res.partner?operation=fields", asked)).body == ["vat", "name"]
    with pytest.raises(Refused, match="list of names"):
        await odoo.send("odoo:res.partner?operation=fields", {"vat": 1})


async def test_old_field_names_are_translated(odoo: Odoo) -> None:
    """The newest name of a field is written and read on every version."""
    order = odoo.order(1)
    reply = await odoo.send(
        "odoo:sale.order.line?operation=search&fields=tax_ids,product_uom_id", {"domain": [["order_id", "=", order]]}
    )
    assert set(reply.body[0]) == {"id", "tax_ids", "product_uom_id"}


async def test_create_and_write(odoo: Odoo) -> None:
    """Plain create gives an id, write sets values."""
    made = await odoo.send("odoo:res.partner?operation=create", {"name": "Ana Prueba"})
    assert made.reference == f"res.partner,{made.body['id']}"
    reply = await odoo.send("odoo:res.partner?operation=write", {"ids": made.body["id"], "values": {"ref": "A1"}})
    assert reply.body is True
    assert odoo.sandbox.env["res.partner"].read([made.body["id"]], ["ref"])[0]["ref"] == "A1"
    many = await odoo.send("odoo:res.partner?operation=create", [{"name": "B"}, {"name": "C"}])
    assert len(many.body["ids"]) == 2


async def test_create_once_makes_one(odoo: Odoo) -> None:
    """The second message with the same external id changes nothing and gets the same id."""
    body = {"external_id": "web_77", "values": {"name": "Ana", "phone": "0990000009"}}
    first = await odoo.send("odoo:res.partner?operation=createOnce", body, key="k-1")
    again = await odoo.send(
        "odoo:res.partner?operation=createOnce", {**body, "values": {"name": "Other", "phone": "1"}}, key="k-2"
    )
    assert first.body == again.body == {"id": first.body["id"], "external_id": "caravana.web_77"}
    assert odoo.sandbox.env["res.partner"].read([first.body["id"]], ["name"])[0]["name"] == "Ana"
    found = await odoo.send("odoo:res.partner?operation=lookup", "caravana.web_77")
    assert found.body == {"model": "res.partner", "id": first.body["id"]}
    assert (await odoo.send("odoo:res.partner?operation=lookup", {"external_id": "web_78"})).body is None


async def test_create_once_by_the_effects_key(odoo: Odoo) -> None:
    """Without an external id the effect's key stands for it, whatever it looks like."""
    body = {"values": {"name": "Ana"}}
    address = "odoo:res.partner?operation=createOnce"
    first = await odoo.send(address, body, key="x:1/to 3")
    assert (await odoo.send(address, body, key="x:1/to 3")).body == first.body
    assert (await odoo.send(address, body, key="x:1/to 4")).body != first.body


async def test_create_once_of_an_order_with_lines(odoo: Odoo) -> None:
    """Lines become rows, references go by number or external id."""
    values = {
        "partner_id": odoo.customer,
        "client_order_ref": "WEB-1",
        "order_line": [
            {"product_id": odoo.product, "product_uom_qty": Decimal(2)},
            {"product_id": odoo.product, "product_uom_qty": 3},
        ],
    }
    body = {"external_id": "web.order_1", "values": values}
    reply = await odoo.send("odoo:sale.order?operation=createOnce", body)
    await odoo.send("odoo:sale.order?operation=createOnce", body)
    order = odoo.sandbox.env["sale.order"].read([reply.body["id"]], ["amount_untaxed", "order_line"])[0]
    assert (order["amount_untaxed"], len(order["order_line"])) == (50.0, 2)


async def test_create_once_of_many_isolates_the_bad_row(odoo: Odoo) -> None:
    """One bad row does not keep the others out, and rows with other fields keep their defaults."""
    body = [
        {"external_id": "m_1", "values": {"name": "Uno"}},
        {"external_id": "m_2", "values": {"name": ""}},
        {"external_id": "m_3", "values": {"name": "Tres", "ref": "R3"}},
    ]
    reply = await odoo.send("odoo:res.partner?operation=createOnce", body)
    items = reply.body["items"]
    assert [one["external_id"] for one in items] == ["caravana.m_1", "caravana.m_2", "caravana.m_3"]
    assert ["id" in one for one in items] == [True, False, True]


async def test_create_once_after_a_lost_race(odoo: Odoo) -> None:
    """A load that Odoo refuses because a rival was quicker is sent again."""
    odoo.sandbox.conflicts.append(Conflict("res.partner.load"))
    reply = await odoo.send("odoo:res.partner?operation=createOnce", {"external_id": "r_1", "values": {"name": "R"}})
    assert reply.body["id"]
    assert odoo.sandbox.calls["res.partner.load"] == 2


async def test_write_many_isolates_the_bad_row(odoo: Odoo) -> None:
    """Each record gets its own values in one call; a row that Odoo refuses spoils no other, and nothing else is emptied."""
    made = await odoo.send("odoo:res.partner?operation=create", [{"name": one, "ref": "R"} for one in "ABC"])
    one, two, three = made.body["ids"]
    body = [
        {"id": one, "values": {"city": "Quito"}},
        {"id": two, "values": {"city": "Loja", "parent_id": 987654}},
        {"id": three, "values": {"city": "Cuenca"}},
    ]
    reply = await odoo.send("odoo:res.partner?operation=writeMany", body)
    assert [item.get("error") is None for item in reply.body["items"]] == [True, False, True]
    found = odoo.sandbox.env["res.partner"].read([one, two, three], ["city", "ref"])
    assert [(row["city"], row["ref"]) for row in found] == [("Quito", "R"), (False, "R"), ("Cuenca", "R")]


@pytest.mark.parametrize(
    "body", [{"id": 1, "values": {"name": "x"}}, [{"id": 1, "values": {"child_ids": [{"name": "x"}]}}]]
)
async def test_write_many_takes_no_lines(odoo: Odoo, body: object) -> None:
    """What is no list, and lines, which a repetition would append again, are refused before anything is sent."""
    with pytest.raises(Refused):
        await odoo.send("odoo:res.partner?operation=writeMany", body)


async def test_a_space_in_an_external_id_is_refused(odoo: Odoo) -> None:
    """Odoo takes none; the route hears it before anything is sent."""
    with pytest.raises(Refused):
        await odoo.send("odoo:res.partner?operation=createOnce", {"external_id": "a b", "values": {"name": "x"}})


async def test_attach_uploads_once(odoo: Odoo) -> None:
    """The same file is not uploaded twice, and is found after a lost answer."""
    body = {"id": odoo.customer, "files": [{"name": "a.xml", "content": b"<a/>", "mimetype": "application/xml"}]}
    address = "odoo:res.partner?operation=attach"
    assert await odoo.verify(address, body) is None
    odoo.sandbox.faults.append(Fault("ir.attachment.create", "cut_after"))
    with pytest.raises(Unknown):
        await odoo.send(address, body)
    found = await odoo.verify(address, body)
    assert found is not None
    assert (await odoo.send(address, body)).body == found.body
    assert odoo.sandbox.effects["ir.attachment.create"] == 1


async def test_a_marked_note_is_found(odoo: Odoo) -> None:
    """A note with the effect's key can be looked up, one without cannot."""
    address, body = ADDRESS, {"id": odoo.order(), "body": "Pago recibido"}
    assert await odoo.verify(address, body) is None
    reply = await odoo.send(address, body)
    found = await odoo.verify(address, body)
    assert found is not None
    assert found.body == reply.body
    assert await odoo.verify(address, body, key="k-2") is None


ADDRESS = "odoo:sale.order?operation=note&marked=true"


@pytest.mark.parametrize("html", [False, True])
async def test_the_mark_of_what_goes_out_by_mail_is_not_read(odoo: Odoo, *, html: bool) -> None:
    """A message to the followers says what it says and no more; it is found again all the same, when its answer was lost."""
    body = {
        "id": odoo.order(),
        "body": "Venció <i>sin</i> cobro.\nEl enlace sirve.",
        "subtype": "mail.mt_comment",
        "html": html,
    }
    odoo.sandbox.faults.append(Fault("sale.order.message_post", "cut_after"))
    with pytest.raises(Unknown):
        await odoo.send(ADDRESS, body)
    found = await odoo.verify(ADDRESS, body)
    assert found is not None
    assert await odoo.verify(ADDRESS, body, key="k-2") is None
    [made] = odoo.sandbox.env["mail.message"].read([found.body["id"]], ["body", "subtype_id"])
    assert made["subtype_id"][1] == "Discussions"
    [whole] = fragments_fromstring(made["body"])
    assert "ref:" in whole.get("class")
    lines = "Venció sin cobro.\nEl enlace sirve." if html else "Venció <i>sin</i> cobro.El enlace sirve."
    assert whole.text_content() == lines


async def test_several_notes_are_one_call(odoo: Odoo) -> None:
    """Notes that wait together are made by one call: escaped, line by line, by the hub's user, each found by its mark."""
    odoo.sandbox.faults.append(Fault("res.users.search_count", "slow", delay=0.3, times=4))
    orders = [odoo.order() for _ in range(3)]
    busy = [asyncio.create_task(odoo.send("odoo:res.users?operation=count")) for _ in range(4)]
    await asyncio.sleep(0.1)
    bodies = [{"id": one, "body": f"Pago <{one}>\nrecibido"} for one in orders]
    replies = await asyncio.gather(*(odoo.send(ADDRESS, one, f"k-{one['id']}") for one in bodies))
    await asyncio.gather(*busy)
    assert odoo.sandbox.calls["mail.message.load"] == 1
    assert odoo.sandbox.calls["sale.order.message_post"] == 0
    for body, reply in zip(bodies, replies, strict=True):
        found = await odoo.verify(ADDRESS, body, f"k-{body['id']}")
        assert found is not None
        assert found.body == reply.body
        [made] = odoo.sandbox.env["mail.message"].read([reply.body["id"]], ["body", "author_id", "subtype_id"])
        assert made["body"].startswith(f"<p>Pago &lt;{body['id']}&gt;<br>recibido<br>ref:")
        assert made["author_id"]
        assert made["subtype_id"][1] == "Note"


async def test_a_note_whose_answer_was_lost_is_not_made_again(odoo: Odoo) -> None:
    """The answer to several is cut: each is found by its mark; sent again all the same, the load makes nothing twice."""
    odoo.sandbox.faults.append(Fault("res.users.search_count", "slow", delay=0.3, times=4))
    odoo.sandbox.faults.append(Fault("mail.message.load", "cut_after"))
    bodies = [{"id": odoo.order(), "body": "Pago recibido"} for _ in range(2)]
    for _ in range(2):
        busy = [asyncio.create_task(odoo.send("odoo:res.users?operation=count")) for _ in range(4)]
        await asyncio.sleep(0.1)
        sent = [odoo.send(ADDRESS, one, f"k-{one['id']}") for one in bodies]
        outcome = await asyncio.gather(*sent, return_exceptions=True)
        await asyncio.gather(*busy)
        assert [await odoo.verify(ADDRESS, one, f"k-{one['id']}") is not None for one in bodies] == [True, True]
        odoo.sandbox.faults.append(Fault("res.users.search_count", "slow", delay=0.3, times=4))
    assert [type(one) for one in outcome] == [Reply, Reply]
    of_orders = [["model", "=", "sale.order"], ["body", "ilike", "Pago recibido"]]
    assert len(odoo.sandbox.env["mail.message"].search(of_orders)) == 2


async def test_an_activity_is_made_once(odoo: Odoo) -> None:
    """A task for a clerk is not made twice by a repeated run."""
    order = odoo.order()
    body = {"id": order, "summary": "Revisar el pago", "note": "El valor no cuadra"}
    first = await odoo.send("odoo:sale.order?operation=activity", body)
    assert (await odoo.send("odoo:sale.order?operation=activity", body)).body == first.body
    activity = odoo.sandbox.env["mail.activity"].read([first.body["id"]], ["res_model", "res_id", "summary"])[0]
    assert (activity["res_model"], activity["res_id"]) == ("sale.order", order)


async def test_any_method_with_named_arguments(odoo: Odoo) -> None:
    """A method's arguments go in by name, its result comes back as it is."""
    body = {"domain": [["id", "=", odoo.customer]], "fields": ["name"]}
    reply = await odoo.send("odoo:res.partner?method=search_read", body)
    assert reply.body == [{"id": odoo.customer, "name": "Rosa Inventada"}]


async def test_confirming_twice_is_done(odoo: Odoo) -> None:
    """A refusal after somebody was quicker is judged by the state, not by the text."""
    order = odoo.order(confirmed=False)
    address = "odoo:sale.order?method=action_confirm"
    assert await odoo.verify(address, {"ids": [order]}) is None
    assert (await odoo.send(address, {"ids": [order]})).body is True
    again = await odoo.send(address, {"ids": [order]})
    assert (again.body, again.headers) == (None, {"CaravanaOdooVerified": True})
    with pytest.raises(Refused):
        await odoo.send(address, {"ids": [999999]})


async def test_posting_an_invoice_returns_false_and_is_success(odoo: Odoo) -> None:
    """Odoo answers false to a successful posting."""
    invoice = odoo.invoice()
    odoo.sandbox.env["account.move"].button_draft([invoice])
    reply = await odoo.send("odoo:account.move?method=action_post", {"ids": [invoice]})
    assert reply.body is False
    assert odoo.sandbox.env["account.move"].read([invoice], ["state"])[0]["state"] == "posted"


async def test_errors_by_class(odoo: Odoo) -> None:
    """Rights and keys need a person, data is refused, on both protocols alike."""
    with pytest.raises(NeedsPerson) as denied:
        await odoo.send("odoo:ir.model.data?operation=create", {"module": "a", "name": "b", "model": "res.partner"})
    assert denied.value.status == 403
    with pytest.raises(Refused) as missing:
        await odoo.send("odoo:res.partner?operation=write", {"ids": 999999, "values": {"name": "x"}})
    assert missing.value.status == 404
    with pytest.raises(Refused) as wrong:
        await odoo.send("odoo:res.partner?operation=create", {"name": "x", "nofield": 1})
    assert wrong.value.status == 500
    with pytest.raises(Refused):
        await odoo.send("odoo:x.nope?operation=count")
    odoo.sandbox.expire_key(odoo.hub.settings["apiKey"])
    with pytest.raises(NeedsPerson) as expired:
        await odoo.send("odoo:res.partner?operation=count")
    assert expired.value.status == 401


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("res.partner.create", "status", status=503), Transient),
        (Fault("res.partner.create", "status", status=502), Unknown),
        (Fault("res.partner.create", "cut_before"), Unknown),
        (Fault("res.partner.create", "not_json"), Unknown),
    ],
)
async def test_a_lost_answer_is_doubt(odoo: Odoo, fault: Fault, expected: type[Exception]) -> None:
    """What may have arrived is unknown, what nobody took is not; a lost read is neither."""
    odoo.sandbox.faults.append(Fault(fault.operation, fault.action, fault.status))
    with pytest.raises(expected):
        await odoo.send("odoo:res.partner?operation=create", {"name": "x"})
    odoo.sandbox.faults.append(Fault("res.partner.search_count", "cut_before"))
    with pytest.raises(Transient):
        await odoo.send("odoo:res.partner?operation=count")


async def test_a_request_names_no_secret(odoo: Odoo) -> None:
    """What the journal hashes holds neither key nor time."""
    made = producer(odoo.component, "odoo:res.partner?operation=create")
    request = made.request(exchange({"name": "x"}))
    assert made.kind_of(request) is Kind.BLIND
    assert request == {"values": {"name": "x"}, "context": {}}
