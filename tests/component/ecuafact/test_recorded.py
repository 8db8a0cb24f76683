"""Our requests are those that Ecuafact's own client was recorded to send, and the imitation answers those as recorded."""

import base64
from typing import Any

import aiohttp
import pytest

from caravana.kit import json
from caravana.kit.errors import EffectError, NeedsPerson, RateLimited, Refused, Transient, Unknown
from tests.component.ecuafact.bench import OCTOBER, bench, playing
from tests.component.ecuafact.recorded import CLAVE, FOLDER, RUC, SENT, Call, calls, document

COMPARED = ("x-api-key", "accept", "content-type", "x-additional-info", "content-length")
"""Headers that must be equal; each client has its own name, and its own way to make idempotency keys."""
OPERATION = "55c55b4c-b0a9-52ec-8b27-335c9f7fc44d"
ABOUT = {"access_key": CLAVE, "cod_doc": "01"}


def same(asked: Call, recorded: Call) -> None:
    """Whether a request of ours is the recorded one, to the byte."""
    assert (asked.method, asked.path) == (recorded.method, recorded.path)
    assert asked.raw == recorded.raw
    assert {one: asked.headers.get(one) for one in COMPARED} == {one: recorded.headers.get(one) for one in COMPARED}


@pytest.mark.parametrize("name", SENT)
async def test_each_type_goes_as_recorded(name: str) -> None:
    """Path, headers and body of all six types, the numbers with their very decimals."""
    recorded = calls(name)
    async with playing(recorded) as at:
        package = await at.call("prepare", {"document": document(name).to_json()})
        sent = await at.call("submit", package)
        same(at.asked[0], recorded[0])
        assert at.asked[0].headers["idempotency-key"] == package["key"]
        assert recorded[0].answer is not None
        assert sent["request_id"] == recorded[0].answer["body"]["idOperacion"]
        assert (sent["state"], sent["final"]) == ("in_process", False)


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("emitir_error_E401", NeedsPerson, "101"),
        ("emitir_error_E409", NeedsPerson, "409x"),
        ("emitir_error_E422", Refused, "invalid"),
        ("emitir_error_E429R", RateLimited, "104"),
        ("emitir_error_E429Q", NeedsPerson, "501"),
    ],
)
async def test_each_recorded_refusal_has_its_class(name: str, kind: type[EffectError], code: str) -> None:
    """Rate and quota are told apart by their code; what is invalid is told field by field."""
    async with playing(calls(name)) as at:
        package = await at.call("prepare", {"document": document().to_json()})
        with pytest.raises(kind) as caught:
            await at.call("submit", package)
        assert (type(caught.value), caught.value.code) == (kind, code)
        if kind is RateLimited:
            assert caught.value.retry_after == 2
        if code == "invalid":
            assert [one["where"] for one in caught.value.body] == ["info.importeTotal"]


@pytest.mark.parametrize(
    ("name", "kind"), [("emitir_503_then_202", Transient), ("emitir_connection_cut_then_202", Unknown)]
)
async def test_a_repeat_has_the_same_key_and_bytes(name: str, kind: type[EffectError]) -> None:
    """After a 503 or a cut the call goes out again unchanged, and is the same operation."""
    recorded = calls(name)
    async with playing(recorded) as at:
        package = await at.call("prepare", {"document": document().to_json()})
        with pytest.raises(kind):
            await at.call("submit", package)
        sent = await at.call("submit", package)
        assert sent["request_id"] is not None
        assert at.asked[0].headers["idempotency-key"] == at.asked[1].headers["idempotency-key"] == package["key"]
        for asked, other in zip(at.asked, recorded, strict=True):
            same(asked, other)


async def test_the_dry_run_goes_as_recorded() -> None:
    """Without key; valid means no problems."""
    recorded = calls("validar_ok")
    async with playing(recorded) as at:
        package = await at.call("prepare", {"document": document().to_json()})
        assert (await at.call("validate", package))["problems"] == []
        same(at.asked[0], recorded[0])
        assert "idempotency-key" not in at.asked[0].headers


async def test_an_operation_is_asked_until_it_is_authorised() -> None:
    """Queued without clave, sent and pending, authorised."""
    recorded = calls("esperar_resultado_poll")
    async with playing(recorded) as at:
        found = [await at.call("query", {"request_id": OPERATION}) for _ in recorded]
        assert [(one["state"], one["access_key"]) for one in found] == [
            ("in_process", None),
            ("in_process", CLAVE),
            ("authorised", CLAVE),
        ]
        assert (found[2]["authorized_at"], found[2]["environment"]) == ("2026-10-07T10:00:05-05:00", "1")
        assert found[2]["number"] == "002-001-000000123"
        for asked, other in zip(at.asked, recorded, strict=True):
            same(asked, other)


async def test_what_is_no_operation_is_not_asked_for() -> None:
    """As Ecuafact's own client does, before any call."""
    async with playing(calls("operacion_no_uuid")) as at:
        with pytest.raises(Refused, match="UUID"):
            await at.call("query", {"request_id": "no-uuid"})


async def test_files_and_mail_go_as_recorded() -> None:
    """Printed form, provisional XML, and the mail to one recipient."""
    recorded = [*calls("ride"), *calls("xml_provisional"), *calls("correo")]
    async with playing(recorded) as at:
        pdf = await at.call("pdf", ABOUT)
        xml = await at.call("xml", ABOUT)
        await at.call("email", {**ABOUT, "recipients": ["cliente@ejemplo.com"]})
        assert base64.b64decode(pdf["content"]).startswith(b"%PDF")
        assert (xml["provisional"], xml["filename"]) == (True, "FAC-002-001-000000123.xml")
        for asked, other in zip(at.asked, recorded, strict=True):
            same(asked, other)


async def test_the_list_is_read_to_its_end() -> None:
    """`hayMas` decides; a document that is on no page is not known."""
    recorded = calls("emitidos_paginas")
    async with playing(recorded) as at:
        found = await at.call("query", ABOUT)
        assert (found["known"], found["state"]) == (True, "authorised")
        assert [one.path.partition("?")[0] for one in at.asked] == [one.path.partition("?")[0] for one in recorded]
        assert "pagina=2&tamanoPagina=50" in at.asked[1].path


async def test_the_doctor_reads_context_and_quota_as_recorded() -> None:
    """Who may issue, and how many documents are left."""
    recorded = [*calls("contexto"), *calls("consumo")]
    async with playing(recorded) as at:
        found = {one.subject: one for one in await at.component.diagnose("ecuafact")}
        for asked, other in zip(at.asked, recorded, strict=True):
            same(asked, other)
        assert found["taxpayer"].message == "may issue: 0123456789"
        assert "99 documents" in found["quota"].message


NAMES = sorted(one.stem for one in FOLDER.glob("*.json") if one.stem != "webhook_vectors")
SERVED = [name for name in NAMES if "error" not in name and "then_202" not in name and name != "operacion_no_uuid"]
"""Recordings that the imitation answers without being told to misbehave."""


async def replay(url: str, one: Call) -> tuple[int, Any, dict[str, str]]:
    """Send a recorded request as it was, and return status, body and headers of the answer."""
    left = {name: value for name, value in one.headers.items() if name not in {"host", "connection", "content-length"}}
    async with aiohttp.ClientSession() as http:
        data = one.raw.encode() if one.raw else None
        async with http.request(one.method, url + one.path, data=data, headers=left) as response:
            raw = await response.read()
            is_json = response.content_type == "application/json"
            return response.status, json.loads(raw) if is_json else raw, dict(response.headers)


@pytest.mark.parametrize("name", SERVED)
async def test_the_imitation_answers_each_recorded_request(name: str) -> None:
    """Status and shape are those of the recorded answer; what it says of a document is its own."""
    async with bench(start=OCTOBER, ruc=RUC) as at:
        url = at.hub.connections["ecuafact"]["url"]
        await replay(url, calls("emitir_factura")[0])
        operation = next(iter(at.sandbox.operations.values()))
        at.sandbox.operations = {OPERATION: operation}
        operation.id, operation.clave = OPERATION, CLAVE
        at.clock.advance(2)
        at.sandbox.settle()
        for one in calls(name):
            assert one.answer is not None
            if name.startswith("emitir_"):
                one.headers["idempotency-key"] += "-again"
            status, content, headers = await replay(url, one)
            assert status == one.answer["status"], content
            if isinstance(one.answer["body"], dict):
                lacking = one.answer["body"].keys() - content.keys()
                assert lacking == set()
                data = one.answer["body"].get("datos")
                assert not isinstance(data, dict) or data.keys() <= content["datos"].keys()
            else:
                kind = one.answer["headers"]["Content-Type"].partition(";")[0]
                assert headers["Content-Type"].partition(";")[0] == kind


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("emitir_error_E401", {"api_key": "another"}),
        ("emitir_error_E429Q", {"quota": 0}),
        ("emitir_error_E429R", {"limited": 1}),
    ],
)
async def test_the_imitation_refuses_as_recorded(name: str, change: dict[str, Any]) -> None:
    """Status and code of the recorded refusal."""
    async with bench(start=OCTOBER, ruc=RUC) as at:
        at.sandbox.account.change(change)
        recorded = calls(name)[0]
        status, content, headers = await replay(at.hub.connections["ecuafact"]["url"], recorded)
        assert recorded.answer is not None
        assert (status, content["codigo"]) == (recorded.answer["status"], recorded.answer["body"]["codigo"])
        assert headers.get("Retry-After") == recorded.answer["headers"].get("Retry-After")


async def test_a_key_is_one_operation_and_with_another_text_a_conflict() -> None:
    """Same key and text: the same operation; another text under the key: 409."""
    async with bench(start=OCTOBER, ruc=RUC) as at:
        url = at.hub.connections["ecuafact"]["url"]
        one = calls("emitir_factura")[0]
        first, second = await replay(url, one), await replay(url, one)
        assert first[1] == second[1]
        other = Call(one.method, one.path, one.headers, one.raw.replace("MiERP", "Otro"), None)
        assert (await replay(url, other))[0] == 409
        wrong = Call(
            one.method, one.path, {**one.headers, "idempotency-key": "x"}, one.raw.replace("52.44", "52.45"), None
        )
        status, content, _ = await replay(url, wrong)
        assert (status, content["codigo"], content["errores"]) == (422, "302", ["info.importeTotal: no coincide"])
        assert at.sandbox.effects["emit"] == 1
