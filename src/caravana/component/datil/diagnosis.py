"""`caravana doctor` for a connection: address, key, and what happens when an answer is lost."""

from urllib.parse import urlsplit

from caravana.component.datil import lookup
from caravana.component.datil.client import DatilClient
from caravana.component.datil.elsewhere import Elsewhere
from caravana.kit.component import Finding, Severity
from caravana.kit.einvoice import Operation
from caravana.kit.errors import ConfigurationError, EffectError, NeedsPerson, Refused
from caravana.kit.reach import unreached

NOBODY = "001-001-000000001"
"""A number that is looked for to see whether the list lets us in; whether it is there does not matter."""


async def diagnose(client: DatilClient, elsewhere: Elsewhere | None, address: str) -> list[Finding]:
    """Return what is right and wrong with the connection of `client`, which is notified at `address`."""
    found = [await _account(client), _environment(client)]
    if client.settings.list_url is not None:
        found.append(await _list(client))
    found.append(_doubt(client, elsewhere))
    found.append(_notification(client, address))
    return found


async def _account(client: DatilClient) -> Finding:
    """The catalogue is read: it needs the key and changes nothing. The certificate's password is proved only by issuing."""
    url = client.settings.url
    try:
        await client.get("/catalog/id-types")
    except NeedsPerson as error:
        remedy = "compare `apiKey` and `url` with what Dátil gave"
        es = f"Dátil no acepta la clave ({error.status}): compare apiKey y url con lo que entregó Dátil"
        return Finding("credentials", Severity.ERROR, f"Dátil refused with {error.status}", remedy, es)
    except Refused as error:
        text = f"{url} answers {error.status}, but not as Dátil does"
        return Finding("address", Severity.ERROR, text, "write `url` without a path: https://link.datil.co")
    except EffectError as error:
        if error.code == "not_json":  # a catalogue may be a list: we were let in
            return Finding("credentials", Severity.OK, f"{url} answers, the key is accepted")
        return unreached(url, error, "`url`")
    return Finding("credentials", Severity.OK, f"{url} answers, the key is accepted")


def _environment(client: DatilClient) -> Finding:
    if client.settings.ambiente == "2":
        return Finding("environment", Severity.OK, "documents are issued in producción (ambiente 2): they count")
    return Finding("environment", Severity.OK, "documents are issued in pruebas (ambiente 1): they count for nothing")


async def _list(client: DatilClient) -> Finding:
    try:
        await lookup.by_number(client, "01", NOBODY)
    except NeedsPerson:
        remedy = "the newer API may have a key of its own: ask Dátil, and write it as `listKey`"
        return Finding("list", Severity.ERROR, f"{client.settings.list_url} does not take the key", remedy)
    except EffectError as error:
        return unreached(str(client.settings.list_url), error, "`listUrl`")
    return Finding("list", Severity.OK, "facturas and notas de crédito can be looked up by number")


def _doubt(client: DatilClient, elsewhere: Elsewhere | None) -> Finding:
    """What a lost answer means for the types that have no idempotency key."""
    title = "lost answers"
    if elsewhere is not None:
        try:
            if elsewhere.offers(Operation.QUERY):
                text = f"a document whose answer is lost is asked for by clave at `{client.settings.verify_with}`"
                return Finding(title, Severity.OK, text)
        except ConfigurationError as error:
            return Finding(title, Severity.ERROR, str(error), "mend `verifyWith`")
    text = "when an answer is lost, only a factura (with `listUrl` a nota de crédito too) is asked for; others wait for a person"
    return Finding(title, Severity.WARNING, text, "set `verifyWith` to a connection to the SRI")


def _notification(client: DatilClient, address: str) -> Finding:
    if not client.settings.webhook_secrets:
        text = "there is no `webhookSecret`: notifications are not taken, documents are asked about by themselves"
        return Finding("notification", Severity.WARNING, text, "set one, and tell Dátil the address")
    if urlsplit(address).scheme == "https":
        text = f"Dátil must have {address} as address of `receipt-issued` and `issue-error`, `…` being the secret"
        return Finding("notification", Severity.OK, text)
    return Finding(
        "notification", Severity.WARNING, f"Dátil cannot reach {address}", "give the hub a public https address"
    )
