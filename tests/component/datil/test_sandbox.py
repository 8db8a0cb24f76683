"""The imitation refuses, remembers and shows as Dátil's documentation says."""

import json
from typing import Any

import aiohttp
import pytest

from caravana.component.datil.sandbox import build
from caravana.kit.authority import Plan
from caravana.kit.clock import ManualClock
from caravana.kit.serving import serve
from tests.component.datil.bench import Bench, bench
from tests.support.edocuments import BUYER

HEADERS = {"X-Key": "sandbox-api-key", "X-Password": "sandbox-password"}


async def ask(
    at: Bench, method: str, path: str, body: Any = None, headers: dict[str, str] = HEADERS
) -> tuple[int, Any]:
    """Call the imitation as anybody would."""
    url = at.hub.connections["datil"]["url"]
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, url + path, json=body, headers=headers) as response,
    ):
        text = await response.text()
        return response.status, json.loads(text) if response.content_type == "application/json" else text


async def body_of(at: Bench, cod_doc: str = "01") -> dict[str, Any]:
    """Return a body that is right."""
    content: dict[str, Any] = json.loads((await at.prepare(cod_doc))["content"])
    return content


@pytest.mark.parametrize(
    ("change", "code", "parameter"),
    [
        ({"comprador": None}, "MISSING_PARAMETER", "comprador"),
        ({"colour": "red"}, "INVALID_PARAMETER", "colour"),
        ({"moneda": "EUROS"}, "INVALID_VALUE", "moneda"),
        ({"secuencial": "123"}, "INVALID_DATA_TYPE", "secuencial"),
        ({"secuencial": 0}, "INVALID_VALUE", "secuencial"),
        ({"fecha_emision": "2026-11-23"}, "INVALID_FORMAT", "fecha_emision"),
        ({"guia_remision": "1-1-1"}, "INVALID_FORMAT", "guia_remision"),
        ({"info_adicional": [{"nombre": "a", "valor": "b"}] * 16}, "INVALID_LENGTH", "info_adicional"),
        ({"items": []}, "INVALID_LENGTH", "items"),
    ],
)
async def test_each_field_error_has_its_code(change: dict[str, Any], code: str, parameter: str) -> None:
    """Six codes, the field's path, and no document made."""
    async with bench() as at:
        status, content = await ask(at, "POST", "/invoices/issue", {**await body_of(at), **change})
        assert (status, content["code"], content["parameter"]) == (400, code, parameter)
        assert content.keys() == {"message", "code", "details", "parameter", "value"}
        assert at.sandbox.edocs == {}


async def test_doors_are_locked() -> None:
    """A wrong key is 401, a missing certificate password 400, an unknown document 404."""
    async with bench() as at:
        body = await body_of(at)
        assert (await ask(at, "POST", "/invoices/issue", body, {"X-Key": "no"}))[0] == 401
        status, content = await ask(at, "POST", "/invoices/issue", body, {"X-Key": HEADERS["X-Key"]})
        assert (status, content["parameter"]) == (400, "X-Password")
        assert (await ask(at, "GET", "/edocs/nobody"))[0] == 404
        assert (await ask(at, "GET", "/sales/invoices"))[0] == 401
        assert (await ask(at, "POST", "/invoices/issue", [1]))[1]["code"] == "INVALID_FORMAT"


async def test_keys_count_for_facturas_alone() -> None:
    """The same key gives the same answer, a short one is refused, and a nota de crédito is made twice."""
    async with bench() as at:
        factura, credit = await body_of(at), await body_of(at, "04")
        keyed = {**HEADERS, "Idempotency-key": "0123456789abcdef"}
        answers = [await ask(at, "POST", "/invoices/issue", factura, keyed) for _ in range(2)]
        assert answers[0] == answers[1]
        ids = {(await ask(at, "POST", "/credit-notes/issue", credit, keyed))[1]["id"] for _ in range(2)}
        assert len(ids) == 2
        status, content = await ask(at, "POST", "/invoices/issue", factura, {**HEADERS, "Idempotency-key": "short"})
        assert (status, content["code"]) == (400, "INVALID_LENGTH")


async def test_a_clave_is_made_where_none_is_given_and_a_created_document_waits() -> None:
    """Dátil makes the clave; what is only created is issued by its id."""
    async with bench() as at:
        body = await body_of(at)
        del body["clave_acceso"], body["fecha_emision"]
        status, made = await ask(at, "POST", "/invoices", body)
        assert (status, len(made["clave_acceso"]), "estado" in made) == (200, 49, False)
        await at.later()
        assert (await ask(at, "GET", f"/edocs/{made['id']}"))[1]["estado"] == "CREADO"
        await ask(at, "POST", f"/edocs/{made['id']}/issue", {})
        words = []
        for _ in range(6):
            words.append((await ask(at, "GET", f"/edocs/{made['id']}"))[1]["estado"])
            await at.later(1)
        assert list(dict.fromkeys(words)) == ["CREADO", "RECIBIDO", "ENVIADO", "AUTORIZADO"]
        assert (await ask(at, "GET", f"/waybills/{made['id']}"))[0] == 404


async def test_only_refused_documents_are_issued_again() -> None:
    """From AUTORIZADO there is no way back."""
    async with bench() as at:
        body = await body_of(at)
        made = (await ask(at, "POST", "/invoices/issue", body))[1]
        await at.later()
        status, content = await ask(at, "POST", f"/invoices/{made['id']}/reissue", body)
        assert (status, content["parameter"], content["value"]) == (400, "estado", "AUTORIZADO")


async def test_webhooks_are_registered_by_name() -> None:
    """Two events there are, and no other."""
    async with bench() as at:
        right = {"event_name": "issue-error", "webhook_url": "https://hub.example/x"}
        assert (await ask(at, "POST", "/webhooks", right))[0] == 200
        assert (await ask(at, "POST", "/webhooks", {**right, "event_name": "paid"}))[1]["code"] == "INVALID_VALUE"


async def test_the_list_has_pages() -> None:
    """`next` leads on until there is nothing more."""
    async with bench({"listUrl": "URL"}) as at:
        body = await body_of(at)
        for number in (1, 2, 3):
            place = {**body, "secuencial": number}
            del place["clave_acceso"]
            await ask(at, "POST", "/invoices/issue", place)
        rows = await at.component.client("datil").listed("invoices", {"page_size": "2"})
        assert [one["sequence"] for one in rows] == [1, 2, 3]


async def test_it_is_steered_from_outside() -> None:
    """Account, webhook plans, and what the authority shall do."""
    async with bench() as at:
        assert (await ask(at, "POST", "/_sandbox/account", {"drift": True}))[0] == 200
        assert at.sandbox.account.drift is True
        assert (await ask(at, "POST", "/_sandbox/account", {"colour": "red"}))[0] == 400
        assert (await ask(at, "POST", "/_sandbox/notifications", {"event": "issue-error", "times": 0}))[0] == 200
        assert (await ask(at, "POST", "/_sandbox/notifications", {"times": 99}))[0] == 400
        assert (await ask(at, "POST", "/_sandbox/authority/plans", [{"refused": ["39"]}]))[0] == 200
        sent = await at.issue()
        await at.later()
        assert (await at.query(sent))["state"] == "not_authorised"


async def test_the_page_shows_what_became_of_each_document() -> None:
    """In Spanish, with number, receiver, state and the SRI's words; what a customer wrote is text, not markup."""
    async with bench() as at:
        assert "Todavía no hay documentos" in (await ask(at, "GET", "/"))[1]
        await at.issue(infoAdicional=[])
        at.sandbox.authority.plans.append(Plan(where="04 *", returned=("52",)))
        await at.issue("04", receptor={**BUYER, "razonSocial": "<b>ANA</b> & CÍA"})
        await at.later()
        page = (await ask(at, "GET", "/"))[1]
        for text in ("Factura", "001-001-000000123", "CLIENTE INVENTADO", "Autorizado", "$ 52.44", "Devuelto", "52: "):
            assert text in page
        assert "&lt;b&gt;ANA&lt;/b&gt; &amp; CÍA" in page


async def test_its_settings_are_texts() -> None:
    """As a command line gives them; what does not fit is told."""
    clock = ManualClock()
    sandbox = build(clock, {"drift": "true", "file_after": "5", "name": "Otra"})
    assert (sandbox.account.drift, sandbox.account.file_after, sandbox.account.name) == (True, 5.0, "Otra")
    for wrong in ({"drift": "maybe"}, {"colour": "red"}, {"file_after": "soon"}):
        with pytest.raises(ValueError, match=r"."):
            build(clock, wrong)
    async with serve(sandbox.app()) as url, aiohttp.ClientSession() as http, http.get(url) as response:
        assert "Documentos electrónicos de Otra" in await response.text()
    await sandbox.close()
