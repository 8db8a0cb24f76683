"""Documents checked before they are sent: every problem at once, in both languages, with the field to mend."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from caravana.kit.edocument.check import Rules, check
from caravana.kit.edocument.document import read_document
from caravana.kit.edocument.mending import canonical_place, field_of
from caravana.kit.edocument.official import OfficialSchemas
from caravana.kit.edocument.problem import Problem, stops
from caravana.kit.errors import ConfigurationError
from tests.support.edocuments import BUYER, CHANGED, EXAMPLES, SELLER, iva, line
from tests.support.material import shared_material

RULES = Rules(today=date(2026, 11, 23))
FINAL = {"tipoIdentificacion": "07", "identificacion": "9999999999999", "razonSocial": "CONSUMIDOR FINAL"}
Change = Callable[[dict[str, Any]], Any]


def problems(cod_doc: str, *changes: Change, rules: Rules = RULES) -> list[Problem]:
    """Return what is wrong with a type's example after some changes of its dict."""
    given = deepcopy(EXAMPLES[cod_doc]())
    for change in changes:
        change(given)
    return check(read_document(given), rules)


def told(found: list[Problem]) -> list[tuple[str, str]]:
    """Return code and place of each."""
    return [(one.code, one.where) for one in found]


def put(path: str, value: Any) -> Change:
    """Return what sets the field at a path such as `detalles.0.cantidad`; a number is a place in a list."""

    def change(given: dict[str, Any]) -> None:
        at: Any = given
        *above, last = (int(one) if one.isdigit() else one for one in path.split("."))
        for one in above:
            at = at[one]
        at[last] = value

    return change


@pytest.mark.parametrize("cod_doc", EXAMPLES)
def test_what_is_right_has_no_problems(cod_doc: str) -> None:
    """The six examples pass, with the SRI's own schemas, too."""
    assert problems(cod_doc) == []
    schemas = OfficialSchemas(shared_material("sri/xsd"))
    assert problems(cod_doc, rules=replace(RULES, schemas=schemas)) == []


WRONG: dict[str, tuple[str, list[Change], list[tuple[str, str]]]] = {
    "issuer": (
        "01",
        [put("emisor", EXAMPLES["01"]()["emisor"] | {"ruc": "1790016919000"})],
        [("identification.ruc", "emisor.ruc")],
    ),
    "kind": (
        "01",
        [put("receptor", BUYER | {"tipoIdentificacion": "09"})],
        [("identification.kind", "receptor.tipoIdentificacion")],
    ),
    "no number": (
        "01",
        [put("receptor", BUYER | {"identificacion": " "})],
        [("identification.missing", "receptor.identificacion")],
    ),
    "short cédula": (
        "01",
        [put("receptor", BUYER | {"identificacion": "171003406"})],
        [("identification.length", "receptor.identificacion")],
    ),
    "check digit": (
        "01",
        [put("receptor", BUYER | {"identificacion": "1710034066"})],
        [("identification.digit", "receptor.identificacion")],
    ),
    "final number": (
        "01",
        [put("receptor", BUYER | {"identificacion": "9" * 13})],
        [("identification.final", "receptor.tipoIdentificacion")],
    ),
    "foreigner with a RUC": (
        "01",
        [put("receptor", SELLER | {"tipoIdentificacion": "08"})],
        [("identification.local", "receptor.tipoIdentificacion")],
    ),
    "foreigner": ("01", [put("receptor", BUYER | {"tipoIdentificacion": "08", "identificacion": "X-98-76"})], []),
    "no name": ("01", [put("receptor", BUYER | {"razonSocial": "\n"})], [("name.missing", "receptor.razonSocial")]),
    "mail": ("01", [put("receptor", BUYER | {"email": "rosa en casa"})], [("email.form", "receptor.email")]),
    "final consumer": ("01", [put("receptor", FINAL)], [("final_consumer.limit", "receptor")]),
    "final consumer's credit": ("04", [put("receptor", FINAL)], [("final_consumer.credit", "receptor")]),
    "settlement of nobody": ("03", [put("receptor", FINAL)], [("final_consumer.type", "receptor")]),
    "carrier": (
        "06",
        [put("transportista.identificacion", "17")],
        [("identification.length", "transportista.identificacion")],
    ),
    "recipient": (
        "06",
        [put("destinatarios.0.receptor", BUYER | {"direccion": None})],
        [("structure.missing", "destinatarios[1].receptor.direccion")],
    ),
    "future": ("01", [put("fechaEmision", "2026-11-24")], [("date.future", "fechaEmision")]),
    "old": ("01", [put("fechaEmision", "2026-11-21")], [("date.old", "fechaEmision")]),
    "yesterday": ("01", [put("fechaEmision", "2026-11-22")], []),
    "note before its invoice": (
        "04",
        [put("documentoModificado", CHANGED | {"fechaEmision": "2026-11-24"})],
        [("date.order", "documentoModificado.fechaEmision")],
    ),
    "transport ends first": ("06", [put("fechaFinTransporte", "2026-11-22")], [("date.order", "fechaFinTransporte")]),
    "transport before the guía": (
        "06",
        [put("fechaIniTransporte", "2026-11-22")],
        [("date.transport", "fechaIniTransporte")],
    ),
    "period": ("07", [put("periodoFiscal", "08/2026")], [("period", "periodoFiscal")]),
    "bill after its withholding": (
        "07",
        [put("docsSustento.0.fechaEmisionDocSustento", "2026-11-24")],
        [("date.order", "docsSustento[1].fechaEmisionDocSustento")],
    ),
    "number": ("01", [put("secuencial", "0" * 9)], [("number.zero", "secuencial")]),
    "no tax": (
        "01",
        [put("detalles.2.impuestos", []), put("impuestos", [iva("38.03", "5.71")])],
        [("tax.missing", "detalles[3].impuestos")],
    ),
    "two rates": (
        "01",
        [
            put("detalles.2.impuestos", [iva("8.70", "0.00", "0", "0"), iva("8.70", "0.00", "6", "0")]),
            lambda one: one["impuestos"].append(iva("8.70", "0.00", "6", "0")),
        ],
        [("tax.several", "detalles[3].impuestos")],
    ),
    "unknown rate": (
        "04",
        [put("detalles.0.impuestos", [iva("12.50", "1.88", "9")]), put("impuestos", [iva("12.50", "1.88", "9")])],
        [("tax.percentage", "detalles[1].impuestos[1].codigoPorcentaje")],
    ),
    "other rate": (
        "04",
        [put("detalles.0.impuestos", [iva("12.50", "1.88", "5")]), put("impuestos", [iva("12.50", "1.88", "5")])],
        [("tax.rate", "detalles[1].impuestos[1].codigoPorcentaje")],
    ),
    "rate of then": (
        "05",
        [
            put("impuestos", [iva("10.00", "1.20", "2", "12")]),
            put("importeTotal", "11.20"),
            put("pagos.0.total", "11.20"),
        ],
        [("tax.day", "impuestos[1].codigoPorcentaje")],
    ),
    "rate of an old invoice": (
        "05",
        [
            *(
                put("impuestos", [iva("10.00", "1.20", "2", "12")]),
                put("importeTotal", "11.20"),
                put("pagos.0.total", "11.20"),
            ),
            put("documentoModificado", CHANGED | {"fechaEmision": "2024-03-31"}),
        ],
        [],
    ),
    "ICE in a settlement": (
        "03",
        [
            lambda one: one["detalles"][0]["impuestos"].append(iva("100.00", "0.00", "3011", "0") | {"codigo": "3"}),
            lambda one: one["impuestos"].append(iva("100.00", "0.00", "3011", "0") | {"codigo": "3"}),
        ],
        [
            ("tax.settlement", "detalles[1].impuestos"),
            ("structure.pattern", "impuestos[2].codigo"),
            ("structure.pattern", "detalles[1].impuestos[2].codigo"),
        ],
    ),
    "how it is paid": ("01", [put("pagos", [])], [("payment.missing", "pagos")]),
    "way of paying": ("01", [put("pagos.0.formaPago", "05")], [("payment.code", "pagos[1].formaPago")]),
    "term": ("01", [put("pagos.0.unidadTiempo", None)], [("payment.term", "pagos[1].plazo")]),
    "payments": ("01", [put("pagos.0.total", "52.43")], [("amount.payments", "pagos")]),
    "nothing withheld": (
        "07",
        [put("docsSustento.0.retenciones", [])],
        [("withholding.missing", "docsSustento[1].retenciones")],
    ),
    "IVA withheld": (
        "07",
        [put("docsSustento.0.retenciones.1.codigoRetencion", "2")],
        [("withholding.rate", "docsSustento[1].retenciones[2].porcentajeRetener")],
    ),
    "changed document": (
        "04",
        [put("documentoModificado", CHANGED | {"codDoc": "77"})],
        [("document.code", "documentoModificado.codDoc")],
    ),
    "free line": (
        "04",
        [lambda one: one["detalles"].append(line("G", "REGALO", "1", "0", "0.00", iva("0.00", "0.00")))],
        [("line.free", "detalles[2].precioUnitario")],
    ),
    "quantity": (
        "04",
        [lambda one: one["detalles"].append(line("G", "NADA", "0", "5", "0.00", iva("0.00", "0.00")))],
        [("line.quantity", "detalles[2].cantidad")],
    ),
    "carried nothing": (
        "06",
        [put("destinatarios.0.detalles.0.cantidad", "0")],
        [("line.quantity", "destinatarios[1].detalles[1].cantidad")],
    ),
    "no lines": (
        "04",
        [put("detalles", []), put("impuestos", []), put("totalSinImpuestos", "0.00"), put("importeTotal", "0.00")],
        [("line.none", "detalles"), ("amount.zero", "importeTotal")],
    ),
    "long code": (
        "01",
        [put("detalles.1.codigoPrincipal", "x" * 26)],
        [("structure.length", "detalles[2].codigoPrincipal")],
    ),
    "long text": ("01", [put("detalles.1.descripcion", "x\n" * 200)], [("text.cut", "detalles[2].descripcion")]),
    "many remarks": (
        "01",
        [put("infoAdicional", [{"nombre": f"n{n}", "valor": "v"} for n in range(16)])],
        [("structure.many", "infoAdicional[16]")],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told(name: str) -> None:
    """Each fault has its code and place, once, and nothing else is told."""
    cod_doc, changes, expected = WRONG[name]
    found = problems(cod_doc, *changes)
    assert told(found) == expected
    assert all(one.es and one.en and one.es != one.en for one in found)


def test_a_negative_line_is_to_become_a_discount() -> None:
    """A line that takes away is refused, with how to mend it and the field in Odoo."""
    negative = line("D", "DESCUENTO", "1", "-2.00", "-2.00", iva("-2.00", "-0.30"))
    changes = [lambda one: one["detalles"].append(negative), put("totalSinImpuestos", "10.50")]
    found = problems("04", *changes, put("impuestos", [iva("10.50", "1.58")]), put("importeTotal", "12.08"))
    first = next(one for one in found if one.code == "line.negative")
    assert first.where == "detalles[2].precioUnitario"
    assert "descuento de otra línea" in first.es
    assert first.field == "Nota de crédito › Líneas › Precio unitario"
    assert stops(found)


def test_everything_is_told_at_once() -> None:
    """A document with faults of all kinds gets all of them, each with where to mend it."""
    changes = [
        put("receptor", BUYER | {"identificacion": "12", "razonSocial": "x" * 301}),
        put("fechaEmision", "2027-01-01"),
        put("pagos", []),
        put("totalDescuento", "2.00"),
        put("emisor", EXAMPLES["01"]()["emisor"] | {"contribuyenteEspecial": "?"}),
    ]
    found = problems("01", *changes)
    assert {(one.where, one.field) for one in found} == {
        ("receptor.identificacion", "Contacto › Número de identificación"),
        ("receptor.razonSocial", "Contacto › Nombre"),
        ("fechaEmision", "Factura › Fecha"),
        ("pagos", "Factura › Forma de pago (SRI)"),
        ("totalDescuento", "Factura › Líneas"),
        ("emisor.contribuyenteEspecial", "Configuración de Caravana › einvoice.issuer"),
    }


def test_limits_are_the_companys() -> None:
    """The most for consumidor final, the age at which a document is sent, and a total of nothing are settings."""
    assert problems("01", put("receptor", FINAL), rules=replace(RULES, final_consumer_limit=Decimal("52.44"))) == []
    assert problems("01", put("fechaEmision", "2026-11-20"), rules=replace(RULES, oldest=timedelta(days=3))) == []
    free = [put("detalles", [line("G", "REGALO", "1", "0", "0.00", iva("0.00", "0.00"))]), put("importeTotal", "0.00")]
    free += [put("totalSinImpuestos", "0.00"), put("impuestos", [iva("0.00", "0.00")])]
    assert told(problems("04", *free)) == [("line.free", "detalles[1].precioUnitario"), ("amount.zero", "importeTotal")]
    assert not stops(problems("04", *free, rules=replace(RULES, allow_zero=True)))


def test_a_document_without_a_number_is_checked_all_the_same() -> None:
    """Where the company numbers, everything but the number is looked at."""
    assert problems("01", put("secuencial", None)) == []
    assert told(problems("01", put("secuencial", None), put("pagos", []))) == [("payment.missing", "pagos")]


@pytest.mark.parametrize(
    ("path", "place", "field"),
    [
        (
            "detalles/detalle[2]/impuestos/impuesto/tarifa",
            "detalles[2].impuestos[1].tarifa",
            "Factura › Líneas › Impuestos",
        ),
        ("infoFactura/totalConImpuestos/totalImpuesto/valor", "impuestos[1].valor", "Factura › Líneas › Impuestos"),
        ("infoNotaCredito/motivo", "motivo", "Factura › Motivo"),
        ("motivos/motivo[2]/razon", "motivos[2].razon", "Factura › Líneas"),
        (
            "infoGuiaRemision/rucTransportista",
            "transportista.identificacion",
            "Entrega › Transportista › Número de identificación",
        ),
        ("infoAdicional/campoAdicional[16]", "infoAdicional[16]", "Configuración de Caravana › einvoice.fields"),
        ("@id", "@id", None),
        ("a b", "a b", None),
    ],
)
def test_places_of_the_xml_are_told_in_the_documents_words(path: str, place: str, field: str | None) -> None:
    """What the structure finds stands where the canonical document has it, with the field of Odoo behind it."""
    assert (canonical_place(path), field_of(place)) == (place, field)


@pytest.mark.parametrize("amount", ["1E+30", "9" * 25, "NaN", "Infinity", "-Infinity", "", "diez", "1,5", None])
def test_what_is_no_amount_is_refused_when_it_is_read(amount: str | None) -> None:
    """Numbers that nothing can be calculated with do not get into a document; the place is told."""
    with pytest.raises(ConfigurationError, match=r"detalles\.0\.precioUnitario"):
        problems("01", put("detalles.0.precioUnitario", amount))


@pytest.mark.parametrize("cod_doc", EXAMPLES)
def test_any_value_is_refused_or_checked(cod_doc: str) -> None:
    """Each value of each example becomes something strange in turn: it cannot be read, or it is checked to the end."""
    strange: tuple[Any, ...] = (
        "",
        " ",
        "x" * 400,
        "\x00\n",
        "9" * 20,
        "-0.005",
        "0",
        "٣",
        "2026-02-30",
        [],
        {},
        None,
        True,
        0.1,
    )
    for path in _places(EXAMPLES[cod_doc]()):
        for value in strange:
            try:
                found = problems(cod_doc, put(path, value))
            except ConfigurationError:
                continue
            assert all(one.es and one.en for one in found), (path, value)


def _places(value: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every value in a dict."""
    for name, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        here = f"{path}.{name}" if path else str(name)
        yield here
        yield from _places(one, here)
