"""What the imitation tells that is about no document: for whom the key stands, the quota, tables of codes, identifications."""

from starlette.requests import Request
from starlette.responses import Response

from caravana.component.ecuafact.sandbox import translation
from caravana.component.ecuafact.sandbox.account import Account
from caravana.component.ecuafact.sandbox.wire import Refusal, answer, wrapped


def context(account: Account) -> Response:
    """For whom the key stands."""
    issuer = {
        "identificacion": account.identification,
        "identificacionCompleta": account.ruc,
        "puedeEmitir": True,
        "puedeRecibir": False,
        "tiposComprobante": sorted(translation.INFO),
    }
    return wrapped({"idCliente": "c-1", "nombre": "DEMO", "contribuyentes": [issuer]})


def consumption(account: Account, used: int, year: int) -> Response:
    """How much of the quota is used; it lasts until the year after `year`."""
    extra = dict.fromkeys(("limiteExtra", "reservadosExtra", "consumidosExtra", "disponiblesExtra"), 0)
    return answer(
        {
            "limiteDocumentos": account.quota,
            "reservados": 0,
            "consumidos": used,
            "disponibles": account.quota - used,
            "vigenteHasta": f"{year + 1}-01-01",
            **extra,
        }
    )


def catalogue(request: Request, raw: bytes) -> Response:
    """Return a table of codes; there is that of the IVA."""
    if request.path_params["name"] != "iva":
        raise Refusal(404, "404", "El catalogo no existe")
    rates = {"0": ("0%", 0), "4": ("15%", 15), "5": ("5%", 5)}
    return answer({"datos": [{"codigo": code, "nombre": name, "tarifa": rate} for code, (name, rate) in rates.items()]})


def taxpayer(request: Request, raw: bytes) -> Response:
    """Return a taxpayer: everybody is one."""
    return answer({"identificacion": request.path_params["id"]})


def identification(request: Request, raw: bytes) -> Response:
    """Judge an identification by its length."""
    given = request.path_params["id"]
    kind = {10: "CEDULA", 13: "RUC"}.get(len(given)) if given.isdigit() else None
    return answer({"entrada": given, "valido": kind is not None, "tipo": kind})


def decoded(request: Request, raw: bytes) -> Response:
    """Judge a clave by its length."""
    given = request.path_params["clave"]
    valid = len(given) == 49 and given.isdigit()
    return answer({"entrada": given, "normalizada": given, "valido": valid, "longitud": len(given)})
