"""`caravana doctor` for a connection: address, key, taxpayer, quota, and where Ecuafact must send notifications."""

from typing import Any
from urllib.parse import urlsplit

from caravana.component.ecuafact.client import EcuafactClient
from caravana.kit.component import Finding, Severity
from caravana.kit.einvoicing import as_text as text
from caravana.kit.errors import EffectError, NeedsPerson, Refused
from caravana.kit.reach import unreached

FEW = 50
"""Documents left of the quota from which on it is told."""


async def diagnose(client: EcuafactClient, notification_url: str) -> list[Finding]:
    """Return what is right and wrong with the connection of `client`."""
    try:
        context = await client.get("/v1/contexto")
    except EffectError as error:
        return [_unreached(client.settings.url, error)]
    found = [Finding("credentials", Severity.OK, f"{client.settings.url} answers, the key is accepted")]
    found.append(_taxpayer(client, context))
    found.append(await _quota(client))
    found.append(_numbering(client))
    if client.settings.contract == "1.0":
        text = "contract 1.0 follows a readme: try each type of document at the test service before going live"
        found.append(
            Finding("contract", Severity.WARNING, text, "write `contract: b6` where the account speaks 1.0.0b6")
        )
    return [*found, _notification(client, notification_url)]


def _unreached(url: str, error: EffectError) -> Finding:
    if isinstance(error, NeedsPerson):
        remedy = "compare `apiKey` and `url` with Ecuafact's portal: test and live service have keys of their own"
        es = f"Ecuafact no acepta la clave ({error.status}): compare apiKey y url con el portal de Ecuafact"
        return Finding(
            "credentials", Severity.ERROR, f"Ecuafact refused with {error.status} ({error.code})", remedy, es
        )
    if isinstance(error, Refused) or error.code == "not_json":
        told = f"{url} answers {error.status}, but not as Ecuafact does"
        return Finding("address", Severity.ERROR, told, "write `url` as host only: https://api.mynexusapi.com")
    return unreached(url, error, "`url`")


def _taxpayer(client: EcuafactClient, context: dict[str, Any]) -> Finding:
    """Who may issue with this key, as `/v1/contexto` names him."""
    data = context.get("datos")
    listed = data.get("contribuyentes") if isinstance(data, dict) else None
    rows = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    issuers = {text(one.get("identificacion")): one for one in rows if one.get("puedeEmitir") is True}
    whole = {text(one.get("identificacionCompleta")) for one in issuers.values()}
    known = ", ".join(sorted(one for one in issuers if one)) or "-"
    own = client.settings.identification
    if not issuers:
        remedy = "finish the taxpayer's registration in Ecuafact's portal: certificate, establishments, emission points"
        es = "ningún contribuyente de esta clave puede emitir: termine su registro en el portal de Ecuafact"
        return Finding("taxpayer", Severity.ERROR, "no taxpayer of this key may issue documents", remedy, es)
    if own is not None and own not in issuers and own not in whole:
        remedy = f"write one of them as `identification`: {known}"
        return Finding("taxpayer", Severity.ERROR, f"`identification` {own} is no taxpayer that may issue here", remedy)
    return Finding("taxpayer", Severity.OK, f"may issue: {known}")


async def _quota(client: EcuafactClient) -> Finding:
    try:
        answer = await client.get("/v1/consumo")
    except EffectError as error:
        return Finding("quota", Severity.WARNING, f"the quota could not be read: {error}", "look in Ecuafact's portal")
    left = sum(int(value) for name in ("disponibles", "disponiblesExtra") if isinstance(value := answer.get(name), int))
    if left == 0:
        es = "se acabaron los documentos contratados: compre más en el portal de Ecuafact"
        return Finding(
            "quota", Severity.ERROR, "the quota of documents is used up", "buy more in Ecuafact's portal", es
        )
    until = text(answer.get("vigenteHasta")) or "-"
    told = f"1 document is left, until {until}" if left == 1 else f"{left} documents are left, until {until}"
    if left <= FEW:
        es = f"queda 1 documento, hasta {until}" if left == 1 else f"quedan {left} documentos, hasta {until}"
        return Finding("quota", Severity.WARNING, told, "buy more in time", f"{es}: compre más a tiempo")
    return Finding("quota", Severity.OK, told)


def _numbering(client: EcuafactClient) -> Finding:
    if client.settings.numbering == "provider":
        told = "Ecuafact numbers: its number is written back, and nobody else may number at these emission points"
        return Finding("numbering", Severity.OK, told)
    told = "Odoo numbers: Ecuafact's documents say that it numbers by itself; another number in an answer is an alarm"
    return Finding("numbering", Severity.WARNING, told, "try it at the test service before going live")


def _notification(client: EcuafactClient, url: str) -> Finding:
    if not client.settings.secrets:
        told = "there are no `webhookSecrets`: notifications are not taken, documents are asked about by themselves"
        return Finding(
            "notification", Severity.WARNING, told, "make a destination in Ecuafact's portal and copy its secret"
        )
    if urlsplit(url).scheme == "https":
        return Finding("notification", Severity.OK, f"Ecuafact must have {url} as webhook destination")
    return Finding(
        "notification", Severity.WARNING, f"Ecuafact cannot reach {url}", "give the hub a public https address"
    )
