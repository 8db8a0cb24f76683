"""Customers through the shop's REST service: found by tax id, phone, e-mail; made once; doubt is a person's matter."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.commerce.trade import READER, ROSA, SECRETS, Trade, open_trade
from tests.support.waiting import eventually

NEW = "1710034065"
COMPANY = "1790011674001"


@pytest.fixture
async def trade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Trade]:
    """A company whose hub runs the shop flow."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    async with open_trade(tmp_path) as one:
        yield one


async def test_a_customer_is_made_once_and_then_found(trade: Trade) -> None:
    """The first request makes the record, with type and phone as Odoo keeps them; the second finds it, and says what differs."""
    body = {"name": "Ana Inventada", "tax_id": "171003406-5", "phone": "099 888 7766", "email": "Ana@Cliente.example"}
    status, made = await trade.ask("POST", "/customers", body)
    assert (status, made["created"], made["tax_id"], made["phone"]) == (201, True, NEW, "+593998887766")
    assert made["email"] == "ana@cliente.example"
    status, found = await trade.ask("POST", "/customers", {**body, "city": "Loja"})
    assert (status, found["created"], found["id"]) == (200, False, made["id"])
    assert found["warnings"] == ["city is another in Odoo and was left as it is; PATCH changes it"]
    [row] = trade.rows("res.partner", [["vat", "=", NEW]], "l10n_latam_identification_type_id", "country_id")
    assert row["l10n_latam_identification_type_id"][0] == trade.odoo.env.ref("l10n_ec.ec_dni")


@pytest.mark.parametrize(
    "known",
    [{"tax_id": ROSA}, {"tax_id": f"{ROSA}001"}, {"phone": "+593 99 000 0001"}, {"email": "ROSA@cliente.example"}],
    ids=["tax id", "the RUC of the same person", "phone", "e-mail"],
)
async def test_by_what_a_customer_is_found(trade: Trade, known: dict[str, str]) -> None:
    """Tax id, the person's other tax id, phone and e-mail lead to the same record, however they are written."""
    status, found = await trade.ask("POST", "/customers", {"name": "Prueba, Rosa", **known})
    assert (status, found["name"], found["created"]) == (200, "Rosa Inventada Prueba", False)


async def test_the_tax_id_goes_before_the_phone(trade: Trade) -> None:
    """One whose tax id is known is found by it, though the phone is another customer's."""
    body = {"name": "Rosa Inventada", "tax_id": ROSA, "phone": "0990000002"}
    assert (await trade.ask("POST", "/customers", body))[1]["name"] == "Rosa Inventada Prueba"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "Otra Persona", "tax_id": NEW, "phone": "0990000001"}, "shared_phone"),
        ({"name": "Otra Persona", "phone": "0990000001"}, "shared_phone"),
        ({"name": "Otra Persona", "tax_id": NEW, "email": "rosa@cliente.example"}, "shared_email"),
    ],
    ids=["another tax id", "another name", "e-mail"],
)
async def test_two_people_with_one_phone(trade: Trade, body: dict[str, Any], code: str) -> None:
    """Who has another's phone or e-mail is not guessed: nobody is made, a person finds it on the list and as a task in Odoo."""
    status, answer = await trade.ask("POST", "/customers", body)
    assert (status, answer["code"]) == (409, code)
    [item] = await trade.reviews()
    assert item["key"] == answer["review"]
    assert "Rosa Inventada Prueba" in item["text"]
    assert trade.rows("res.partner", [["name", "=", "Otra Persona"]]) == []
    question = ("mail.activity", [["res_model", "=", "res.partner"]], "note", "summary")
    async with trade.hurrying():
        [task] = await eventually(lambda: trade.rows(*question), timeout=30)
    assert (task["summary"], "Otra Persona" in task["note"]) == ("Revisar cliente", True)


async def test_a_person_settles_it(trade: Trade) -> None:
    """When a person has made the customer in Odoo, the same request finds that record by its tax id."""
    body = {"name": "Otra Persona", "tax_id": NEW, "phone": "0990000001"}
    assert (await trade.ask("POST", "/customers", body))[0] == 409
    made = trade.partner(name="Otra Persona", vat=NEW, phone="0990000001")
    status, found = await trade.ask("POST", "/customers", body)
    assert (status, found["id"]) == (200, made)
    assert len(await trade.reviews()) == 1


async def test_one_person_with_two_records(trade: Trade) -> None:
    """Two living records of one tax id are a review item, the same one each time; contacts of one company are one."""
    trade.partner(name="Rosa I.", vat=ROSA)
    for _ in range(2):
        status, answer = await trade.ask("POST", "/customers", {"name": "Rosa", "tax_id": ROSA})
        assert (status, answer["code"]) == (409, "two_records")
    assert len(await trade.reviews()) == 1
    company = trade.partner(name="Compañía", vat=COMPANY, is_company=True)
    trade.partner(name="Su contador", vat=COMPANY, parent_id=company)
    assert (await trade.ask("POST", "/customers", {"name": "Compañía", "tax_id": COMPANY}))[1]["id"] == company


async def test_an_archived_customer(trade: Trade) -> None:
    """A customer who is archived is told, and no second record is made."""
    [rosa] = trade.rows("res.partner", [["vat", "=", ROSA]])
    trade.odoo.env["res.partner"].action_archive([rosa["id"]])
    status, answer = await trade.ask("POST", "/customers", {"name": "Rosa", "tax_id": ROSA})
    assert (status, answer["code"]) == (409, "customer_archived")
    assert len(trade.rows("res.partner", [["vat", "=", ROSA]])) == 1
    assert (await trade.ask("GET", f"/customers?tax_id={ROSA}"))[1] == {"items": []}


async def test_fifty_requests_for_one_new_customer(trade: Trade) -> None:
    """Fifty requests at once for one new customer, as cédula and as RUC of the same person, make one record."""
    bodies = [{"name": "Ana Inventada", "tax_id": one} for one in (NEW, f"{NEW}001")] * 25
    answers = await asyncio.gather(*(trade.ask("POST", "/customers", body) for body in bodies))
    assert {one["id"] for _, one in answers} == {answers[0][1]["id"]}
    assert sorted(status for status, _ in answers) == [200] * 49 + [201]
    assert len(trade.rows("res.partner", [["name", "=", "Ana Inventada"]])) == 1


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"name": "x", "tax_id": "1710034066"}, "tax_id", "check digit"),
        ({"name": "x", "tax_id": "12345"}, "tax_id", "neither 10 digits"),
        ({"name": "x", "tax_id": "1710034065", "tax_id_type": "ruc"}, "tax_id", "13 digits"),
        ({"name": "x", "phone": "call me"}, "phone", "no phone"),
        ({"name": "x", "email": "a@b"}, "email", "no e-mail"),
        ({"name": "x"}, "tax_id", "give one"),
        ({"tax_id": NEW}, "name", "is missing"),
        ({"name": "x", "tax_id": NEW, "phon": "1"}, "body", "phone"),
        ({"name": "  ", "tax_id": NEW}, "name", "at least 1"),
        ([], "name", "is missing"),
    ],
)
async def test_wrong_fields(trade: Trade, body: Any, field: str, words: str) -> None:
    """Each wrong field is named with what is wrong; nothing is made."""
    before = len(trade.rows("res.partner", []))
    status, answer = await trade.ask("POST", "/customers", body)
    assert (status, answer["fields"][0]["field"], words in answer["fields"][0]["message"]) == (422, field, True), answer
    assert len(trade.rows("res.partner", [])) == before


async def test_an_unusual_company_tax_id(trade: Trade) -> None:
    """A company's RUC without the usual check digit is taken, with a remark; a passport is not checked."""
    status, answer = await trade.ask("POST", "/customers", {"name": "Nueva SA", "tax_id": "1792366837001"})
    assert (status, answer["warnings"]) == (201, ["tax id 1792366837001: the check digit is not the usual one"])
    body = {"name": "John", "tax_id": "AB-12345", "tax_id_type": "passport"}
    assert (await trade.ask("POST", "/customers", body))[1]["tax_id"] == "AB12345"


async def test_a_change(trade: Trade) -> None:
    """PATCH writes what is named and differs; a tax id is filled in with its type, never replaced."""
    made = trade.partner(name="Sin Cédula", phone="0987000001")
    status, answer = await trade.ask("PATCH", f"/customers/{made}", {"city": "Loja", "tax_id": NEW})
    assert (status, answer["city"], answer["tax_id"]) == (200, "Loja", NEW)
    [row] = trade.rows("res.partner", [["id", "=", made]], "l10n_latam_identification_type_id", "phone")
    assert row["l10n_latam_identification_type_id"][0] == trade.odoo.env.ref("l10n_ec.ec_dni")
    status, answer = await trade.ask("PATCH", f"/customers/{made}", {"tax_id": COMPANY})
    assert (status, answer["code"]) == (409, "tax_id_fixed")
    before = trade.odoo.effects["res.partner.write"]
    assert (await trade.ask("PATCH", f"/customers/{made}", {"city": "Loja"}))[0] == 200
    assert trade.odoo.effects["res.partner.write"] == before


async def test_a_tax_id_of_another(trade: Trade) -> None:
    """A tax id that is another's is not written: a person has to look at the two records."""
    made = trade.partner(name="Sin Cédula", phone="0987000001")
    status, answer = await trade.ask("PATCH", f"/customers/{made}", {"tax_id": ROSA})
    assert (status, answer["code"]) == (409, "two_records")
    assert trade.rows("res.partner", [["id", "=", made]], "vat")[0]["vat"] is False
    assert len(await trade.reviews()) == 1


async def test_who_is_no_customer(trade: Trade) -> None:
    """Users of Odoo are no customers; the final consumer is one, and cannot be changed."""
    [user] = trade.rows("res.users", [["login", "=", "integracion"]], "partner_id")
    assert (await trade.ask("GET", f"/customers/{user['partner_id'][0]}"))[0] == 404
    assert (await trade.ask("PATCH", f"/customers/{user['partner_id'][0]}", {"city": "x"}))[0] == 404
    final = trade.odoo.env.ref("l10n_ec.ec_final_consumer")
    assert (await trade.ask("GET", f"/customers/{final}"))[0] == 200
    assert (await trade.ask("PATCH", f"/customers/{final}", {"city": "x"}))[0] == 409
    assert (await trade.ask("GET", "/customers/abc"))[0] == 404


async def test_tokens_and_scopes(trade: Trade) -> None:
    """Without a known token nothing is told; a client reads only what its scopes allow."""
    assert (await trade.ask("GET", f"/customers?tax_id={ROSA}", token=None))[0] == 401
    assert (await trade.ask("GET", f"/customers?tax_id={ROSA}", token=READER))[0] == 403
    assert (await trade.ask("GET", "/products/CAM-001", token=READER))[0] == 200
