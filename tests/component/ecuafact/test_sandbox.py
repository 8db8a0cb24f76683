"""The imitation's own ways: headers, taxpayers, versions, pages, steering, and what a person sees."""

from typing import Any

import aiohttp
import pytest

from caravana.component.ecuafact.sandbox import build
from caravana.kit import json
from caravana.kit.authority import Plan
from caravana.kit.clock import ManualClock
from tests.component.ecuafact.bench import Bench, bench

HEADERS = {"X-Api-Key": "sandbox-key-123", "Content-Type": "application/json"}


async def ask(at: Bench, method: str, path: str, data: str | None = None, **headers: str) -> tuple[int, Any]:
    """Call the imitation as anybody would."""
    url = at.hub.connections["ecuafact"]["url"]
    sent = {**HEADERS, **{name.replace("_", "-"): value for name, value in headers.items()}}
    async with aiohttp.ClientSession() as http, http.request(method, url + path, data=data, headers=sent) as response:
        text = await response.text()
        return response.status, json.loads(text) if response.content_type == "application/json" else text


@pytest.mark.parametrize(
    "headers",
    [{}, {"Idempotency_Key": "ñ"}, {"Idempotency_Key": "a" * 129}, {"Idempotency_Key": "a", "X_Correlation_Id": "a b"}],
)
async def test_headers_have_limits(headers: dict[str, str]) -> None:
    """An emission needs a key of at most 128 signs; a correlation has 64 and no blanks."""
    async with bench() as at:
        package = await at.prepare()
        path = "/v1/contribuyentes/1790016919/comprobantes"
        status, content = await ask(at, "POST", path, package["content"], **headers)
        assert (status, content["codigo"]) == (400, "301")
        assert at.sandbox.operations == {}


async def test_the_versions_do_not_mix() -> None:
    """An address of the other version is 404, another taxpayer 403, another type than the address names 404."""
    async with bench() as b6, bench(contract="1.0") as one:
        old, new = "/v1/contribuyentes/1790016919/comprobantes", "/v1/contribuyentes/1790016919001/facturas"
        first, second = (await b6.prepare())["content"], (await one.prepare())["content"]
        assert (await ask(b6, "POST", f"{old[:-13]}/facturas", first, Idempotency_Key="k"))[0] == 404
        assert (await ask(b6, "POST", new.replace("facturas", "comprobantes"), first, Idempotency_Key="k"))[0] == 403
        assert (await ask(one, "POST", new.replace("facturas", "retenciones"), second, Idempotency_Key="k"))[0] == 404
        assert (await ask(b6, "GET", "/v1/operaciones"))[0] == 404
        status, content = await ask(one, "POST", new, second, Idempotency_Key="k")
        assert (status, content["estado"], content["codEstado"]) == (202, "recibido", "1001")
        assert len((await ask(one, "GET", "/v1/operaciones"))[1]["datos"]["operaciones"]) == 1


async def test_the_list_has_pages_and_holds_what_was_issued() -> None:
    """What is still under way is not issued yet; `hayMas` tells of another page."""
    async with bench() as at:
        for number in range(3):
            await at.issue(referencia=f"odoo/account.move,{number}")
        path = "/v1/contribuyentes/1790016919/comprobantes/emitidos?tamanoPagina=2&pagina="
        assert (await ask(at, "GET", path + "1"))[1]["datos"]["comprobantes"] == []
        await at.later()
        first, second = [(await ask(at, "GET", path + page))[1]["datos"] for page in "12"]
        assert [len(one["comprobantes"]) for one in (first, second)] == [2, 1]
        assert [one["hayMas"] for one in (first, second)] == [True, False]


async def test_a_number_that_is_used_is_refused_by_the_sri() -> None:
    """Two documents with one number: the second comes back with 45."""
    async with bench({"numbering": "odoo"}) as at:
        await at.issue()
        second = await at.issue(referencia="odoo/account.move,9")
        await at.later()
        found = await at.query(second, number="001-001-000000123")
        assert (found["state"], found["class"], found["messages"][0]["code"]) == ("rejected", "taken", "45")


async def test_it_is_steered_from_outside() -> None:
    """Account, webhook plans, a probe, and what the authority shall do."""
    async with bench() as at:
        assert (await ask(at, "POST", "/_sandbox/account", '{"quota": 5}'))[0] == 200
        assert at.sandbox.account.quota == 5
        assert (await ask(at, "POST", "/_sandbox/account", '{"contract": "9"}'))[0] == 400
        assert (await ask(at, "POST", "/_sandbox/notifications", '{"event": "document.failed", "times": 0}'))[0] == 200
        assert (await ask(at, "POST", "/_sandbox/notifications", '{"delay": -1}'))[0] == 400
        assert (await ask(at, "POST", "/_sandbox/probe"))[1] == {"sent": False}
        assert (await ask(at, "POST", "/_sandbox/authority/plans", '[{"refused": ["39"]}]'))[0] == 200
        sent = await at.issue()
        await at.later()
        assert (await at.query(sent))["state"] == "not_authorised"


async def test_the_page_shows_what_became_of_each_document() -> None:
    """In Spanish, with number, receiver, state, the SRI's words, and files that a person can open."""
    async with bench() as at:
        assert "Todavía no hay documentos" in (await ask(at, "GET", "/"))[1]
        await at.issue()
        at.sandbox.authority.plans.append(Plan(where="04 *", returned=("35",)))
        await at.issue("04")
        await at.later()
        page = (await ask(at, "GET", "/"))[1]
        for text in ("Factura", "001-001-000000001", "CLIENTE INVENTADO", "Autorizado", "$ 52.44", "Rechazado", "35: "):
            assert text in page
        identity = next(iter(at.sandbox.operations))
        url = at.hub.connections["ecuafact"]["url"]
        async with aiohttp.ClientSession() as http, http.get(f"{url}/documento/{identity}/ride") as response:
            assert (await response.read()).startswith(b"%PDF")


def test_its_settings_are_texts() -> None:
    """As a command line gives them; what does not fit is told."""
    sandbox = build(ManualClock(), {"contract": "1.0", "quota": "5", "renumber": "true", "unknown_for": "3"})
    assert (sandbox.account.contract, sandbox.account.quota, sandbox.account.renumber) == ("1.0", 5, True)
    assert sandbox.connection()["identification"] == "1790016919001"
    for wrong in ({"contract": "2"}, {"colour": "red"}, {"quota": "many"}):
        with pytest.raises(ValueError, match=r"."):
            build(ManualClock(), wrong)
