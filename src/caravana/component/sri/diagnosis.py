"""`caravana doctor` for a connection: certificate, schemas, logo, and whether both services answer."""

from typing import Any

from caravana.component.sri.certificate import ALARMS, Holder, Validity, choose
from caravana.component.sri.client import SriClient
from caravana.component.sri.envelope import RECEPTION
from caravana.component.sri.spec import LIVE
from caravana.kit.component import Finding, Severity
from caravana.kit.ecuador import ECUADOR
from caravana.kit.edocument.clave import Clave
from caravana.kit.einvoicing import told_es
from caravana.kit.errors import EffectError, NeedsPerson, Refused
from caravana.kit.reach import unreached

NOBODY = "9999999999001"
"""No issuer has this RUC: asking for a document of his tells whether the service answers, and changes nothing."""
REMEDIES = {
    "certificate_file": "put the .p12 file where `certificate` says, readable for the hub",
    "certificate_password": "correct `certificatePassword`; the password came with the certificate",
    "certificate_usage": "ask the certification authority for one to sign with; one for encryption or web pages is none",
    "certificate_expired": "renew it at the certification authority and put the new file in its place, without a restart",
    "certificate_future": "set this machine's clock, or wait",
    "certificate_ruc": "use the certificate of the issuer; where the authority writes another number into it, "
    "set `checkCertificateRuc: false`",
}
"""Code of what is wrong with a certificate → what to do."""


async def diagnose(client: SriClient) -> list[Finding]:
    """Return what is right and wrong with the connection of `client`."""
    found = [_certificate(client), _environment(client), *_files(client)]
    if client.settings.signature == "sha256":
        text = "documents are signed with SHA-256, which the SRI may not take"
        found.append(Finding("signature", Severity.WARNING, text, "try it in pruebas first, or remove `signature`"))
    return [*found, await _reception(client), await _authorisation(client)]


def certificate_of(client: SriClient) -> dict[str, Any]:
    """Return how the connection's certificate stands; see `SriComponent.operate`."""
    settings, now = client.settings, client.clock.now()
    empty = ("subject", "issuer", "serial", "begins", "ends", "rucs", "validity", "days", "alarm")
    shown: dict[str, Any] = dict.fromkeys(empty)
    try:
        pairs = client.keystore.pairs()
        newest = max(pairs, key=lambda one: one.certificate.not_valid_after_utc, default=None)
        if newest is not None:
            shown = Holder.of(newest.certificate).to_json(now)
        chosen = choose(pairs, now, settings.ruc if settings.check_certificate_ruc else None)
        shown = Holder.of(chosen.certificate).to_json(now)
    except NeedsPerson as error:
        return {"problem": str(error), "problem_es": told_es(error), "code": error.code, **shown}
    return {"problem": None, "problem_es": None, "code": None, **shown}


def _certificate(client: SriClient) -> Finding:
    found = certificate_of(client)
    if found["problem"]:
        return Finding(
            "certificate", Severity.ERROR, found["problem"], REMEDIES.get(found["code"], ""), found["problem_es"]
        )
    rucs, ends, days = ", ".join(found["rucs"]), found["ends"][:10], found["days"]
    text = (
        f"the certificate of RUC {rucs} signs until {ends} ({days} days)"
        if rucs
        else f"the certificate, which names no RUC, signs until {ends} ({days} days)"
    )
    if found["validity"] != Validity.ENDING:
        return Finding("certificate", Severity.OK, text)
    severity = Severity.ERROR if found["days"] < min(ALARMS) else Severity.WARNING
    alarm = found["alarm"] or max(ALARMS)  # told in steps, so that it is another sentence thrice only
    left = f"menos de {alarm} {'día' if alarm == 1 else 'días'}"
    es = f"el certificado firma solo hasta el {ends} ({left}): renuévelo ya; sin él no se puede emitir nada"
    return Finding("certificate", severity, text, "renew it now: without it nothing can be issued", es)


def _environment(client: SriClient) -> Finding:
    if client.settings.ambiente == LIVE:
        return Finding("environment", Severity.OK, "documents are issued in producción (ambiente 2): they count")
    return Finding("environment", Severity.OK, "documents are issued in pruebas (ambiente 1): they count for nothing")


def _files(client: SriClient) -> list[Finding]:
    found = []
    if client.schemas is not None:
        missing = ", ".join(client.schemas.missing)
        text = f"the folder of schemas lacks: {missing}" if missing else "there is a schema of each type"
        severity = Severity.ERROR if missing else Severity.OK
        found.append(Finding("schemas", severity, text, "put the SRI's files there" if missing else ""))
    logo = client.settings.logo
    if logo is not None and not logo.is_file():
        found.append(Finding("logo", Severity.ERROR, f"there is no file {logo}", "correct `logo`, or remove it"))
    return found


async def _reception(client: SriClient) -> Finding:
    """Its description is asked for: to hand something in would leave a trace."""
    try:
        is_there = await client.describes(RECEPTION, "validarComprobante")
    except EffectError as error:
        return unreached(client.settings.address, error, "`url`")
    if is_there:
        return Finding("reception", Severity.OK, f"{client.settings.address} takes documents")
    text = f"{client.settings.address} does not answer as the SRI's reception does"
    es = f"{client.settings.address} no contesta como la recepción del SRI: revise la dirección (url) de la conexión"
    return Finding("reception", Severity.ERROR, text, "compare `url`: scheme and host only, no path", es)


async def _authorisation(client: SriClient) -> Finding:
    today = client.clock.now().astimezone(ECUADOR).date()
    clave = Clave(today, "01", NOBODY, client.settings.ambiente, "001", "001", "000000001", "00000000")
    try:
        await client.consult(str(clave))
    except (NeedsPerson, Refused) as error:
        return Finding("authorisation", Severity.ERROR, str(error), "compare `url`: scheme and host only, no path")
    except EffectError as error:
        return unreached(client.settings.address, error, "`url`")
    return Finding("authorisation", Severity.OK, f"{client.settings.address} answers questions")


__all__ = ["certificate_of", "diagnose"]
