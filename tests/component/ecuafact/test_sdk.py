"""Ecuafact's own client: it finds nothing wrong with our documents, and understands the imitation."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from caravana.component.ecuafact.sandbox.letter import letter
from caravana.kit import json
from tests.component.ecuafact.bench import Bench, bench
from tests.support.edocuments import EXAMPLES

ecuafact: Any = pytest.importorskip("ecuafact")


async def asked(at: Bench, act: Callable[[Any], Any], **options: Any) -> Any:
    """Return what a call of the client brings; it waits, so it runs beside us."""
    settings = at.hub.connections["ecuafact"]
    given = {
        "base_address": settings["url"],
        "api_key": settings["apiKey"],
        "identificacion": settings["identification"],
    }

    def call() -> Any:
        with ecuafact.EcuafactClient(ecuafact.EcuafactClientOptions(**given, **options)) as client:
            return act(client)

    return await asyncio.to_thread(call)


@pytest.mark.parametrize("numbering", ["provider", "odoo"])
@pytest.mark.parametrize("cod_doc", sorted(EXAMPLES))
async def test_it_finds_nothing_wrong_with_our_documents(cod_doc: str, numbering: str) -> None:
    """Every field is one of its model, and its own rules of sums and lengths hold for all six types."""
    async with bench({"numbering": numbering, "mails": True}) as at:
        content = json.loads((await at.prepare(cod_doc))["content"])
        request = ecuafact.ComprobanteRequest.model_validate(content)
        assert [str(one) for one in ecuafact.validar_comprobante(request)] == []
        read = request.model_dump(by_alias=True, exclude_none=True)
        assert read == content


async def test_it_issues_waits_and_reads_at_the_imitation() -> None:
    """Dry run, emission under its own key, the result, files, mail, the list, context and quota: all are understood."""
    async with bench() as at:
        request = ecuafact.ComprobanteRequest.model_validate(json.loads((await at.prepare())["content"]))
        assert (await asked(at, lambda client: client.validar(request))).valido
        first = await asked(at, lambda client: client.emitir(request, "PEDIDO-457"))
        again = await asked(at, lambda client: client.emitir(request, "PEDIDO-457"))
        assert first.admission == again.admission
        operation = first.admission.id_operacion
        assert not (await asked(at, lambda client: client.get_operacion(operation))).es_final
        await at.later()
        found = await asked(at, lambda client: client.esperar_resultado(operation, maximo=0))
        assert (found.es_autorizado, found.tipo_comprobante.value, found.ambiente) == (True, "01", 1)
        clave, ruc = found.clave_acceso, at.sandbox.account.identification
        xml = await asked(at, lambda client: client.descargar_xml(ruc, clave))
        ride = await asked(at, lambda client: client.descargar_ride(ruc, clave))
        assert (xml.provisional, ride.contenido[:4]) == (False, b"%PDF")
        mail = await asked(at, lambda client: client.enviar_correo(ruc, clave, "ana@ejemplo.test"))
        assert mail.destinatario == "ana@ejemplo.test"
        [row] = await asked(at, lambda client: list(client.iterar_emitidos()))
        assert (row.clave_acceso, row.total) == (clave, Decimal("52.44"))
        context = await asked(at, lambda client: client.get_contexto())
        assert [one.identificacion for one in context.contribuyentes if one.puede_emitir] == [ruc]
        assert (await asked(at, lambda client: client.get_consumo())).consumidos == 1


async def test_it_understands_the_imitations_refusals() -> None:
    """Validation, another content under the key, a wrong credential, the quota, too many calls: each its own exception."""
    async with bench() as at:
        request = ecuafact.ComprobanteRequest.model_validate(json.loads((await at.prepare())["content"]))
        other = request.model_copy(update={"referencia_externa": "OTRA"})
        wrong = request.model_copy(deep=True)
        wrong.info.importe_total = Decimal("52.45")
        judged = await asked(at, lambda client: client.validar(wrong))
        assert (judged.valido, judged.codigo, judged.errores) == (False, "302", ["info.importeTotal: no coincide"])
        await asked(at, lambda client: client.emitir(request, "A"))
        with pytest.raises(ecuafact.EcuafactConflictException):
            await asked(at, lambda client: client.emitir(other, "A"))
        at.sandbox.account.change({"quota": 1})
        with pytest.raises(ecuafact.EcuafactQuotaException):
            await asked(at, lambda client: client.emitir(other, "B"))
        at.sandbox.account.change({"limited": 1})
        with pytest.raises(ecuafact.EcuafactRateLimitException) as caught:
            await asked(at, lambda client: client.get_consumo())
        assert caught.value.retry_after.total_seconds() == 2
        at.sandbox.account.change({"api_key": "another"})
        with pytest.raises(ecuafact.EcuafactAuthException):
            await asked(at, lambda client: client.get_contexto())


async def test_it_repeats_what_was_cut_and_there_is_one() -> None:
    """Its own repetition after a lost answer has the same key: the imitation makes one operation."""
    async with bench() as at:
        request = ecuafact.ComprobanteRequest.model_validate(json.loads((await at.prepare())["content"]))
        at.fault("emit", "cut_after")
        await asked(at, lambda client: client.emitir(request), retry_base_delay_ms=0, retry_jitter_ms=0)
        assert (at.sandbox.calls["emit"], at.sandbox.effects["emit"]) == (2, 1)


async def test_it_accepts_the_imitations_webhooks() -> None:
    """Either signature is right for it, and the event is one of its own."""
    async with bench() as at:
        now, secret = at.clock.now(), at.sandbox.account.webhook_secret
        content = {
            "eventType": "document.authorized",
            "resourceId": "r",
            "occurredAtUtc": "2026-11-23T15:00:00.1234560Z",
        }
        raw, headers = letter(content, secret, now)
        stamp = now.timestamp()
        event = ecuafact.construir_evento_webhook([secret], headers, raw, now=stamp)
        assert event.event_type is ecuafact.TipoEventoWebhook.DOCUMENTO_AUTORIZADO
        assert ecuafact.verify(secret, headers["Ecuafact-Signature"], raw, now=stamp)
        named = (headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"])
        assert ecuafact.verificar_estandar(secret, *named, raw, now=stamp)
        assert not ecuafact.verificar_webhook(secret, headers, raw + b" ", now=stamp)
