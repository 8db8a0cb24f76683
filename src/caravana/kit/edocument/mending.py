"""Where a clerk mends a problem: the field in Odoo, or the setting of the hub, behind each place of a document.

Places are those of the canonical document (`receptor.identificacion`, `detalles[2].descripcion`) and, for what the check of
structure finds, those of the SRI's XML (`infoFactura/razonSocialComprador`), which are told by their last name.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from caravana.kit.edocument.problem import Problem

_CONTACT = "Contacto › {}"
_ID, _KIND = _CONTACT.format("Número de identificación"), _CONTACT.format("Tipo de identificación")
_NAME, _ADDRESS = _CONTACT.format("Nombre"), _CONTACT.format("Dirección")
_LINES = "Factura › Líneas › {}"
_SETTINGS = "Configuración de Caravana › {}"
_CARRIER = "Entrega › Transportista › {}"
_PLACES: tuple[tuple[str, str], ...] = (
    (r"emisor(\.\w+)?", _SETTINGS.format("einvoice.issuer")),
    (r"(estab|ptoEmi|punto)", "Diario › Establecimiento y punto de emisión"),
    (r"secuencial", "Factura › Número de documento"),
    (r"fechaEmision", "Factura › Fecha"),
    (r"transportista\.identificacion", _CARRIER.format("Número de identificación")),
    (r"transportista\.tipoIdentificacion", _CARRIER.format("Tipo de identificación")),
    (r"transportista(\.\w+)?", "Entrega › Transportista"),
    (r"placa", "Entrega › Placa"),
    (r"dirPartida", "Almacén › Dirección"),
    (r"fecha(Ini|Fin)Transporte", "Entrega › Fechas de transporte"),
    (r"(.*\.)?motivoTraslado", "Entrega › Motivo de traslado"),
    (r"(.*\.)?receptor\.identificacion", _ID),
    (r"(.*\.)?receptor\.tipoIdentificacion", _KIND),
    (r"(.*\.)?receptor\.razonSocial", _NAME),
    (r"(.*\.)?receptor\.direccion", _ADDRESS),
    (r"(.*\.)?receptor\.email", _CONTACT.format("Correo electrónico")),
    (r"receptor", "Factura › Cliente"),
    (r"documentoModificado(\.\w+)?", "Factura › Documento que modifica"),
    (r"motivo", "Factura › Motivo"),
    (r".*detalles\[\d+\]\.cantidad", _LINES.format("Cantidad")),
    (r".*detalles\[\d+\]\.precioUnitario", _LINES.format("Precio unitario")),
    (r".*detalles\[\d+\]\.descuento", _LINES.format("Descuento")),
    (r".*detalles\[\d+\]\.descripcion", _LINES.format("Descripción")),
    (r".*detalles\[\d+\]\.codigo\w+", "Producto › Referencia interna"),
    (r".*detalles\[\d+\]\.impuestos.*", _LINES.format("Impuestos")),
    (r"impuestos.*", _LINES.format("Impuestos")),
    (r"(.*detalles.*|motivos.*|importeTotal|total\w+)", "Factura › Líneas"),
    (r"(.*\.)?pagos.*", "Factura › Forma de pago (SRI)"),
    (r"docsSustento\[\d+\]\.retenciones.*", "Factura de proveedor › Retenciones"),
    (r"docsSustento\[\d+\]\.numDocSustento", "Factura de proveedor › Número de documento"),
    (r"docsSustento\[\d+\]\.fechaEmisionDocSustento", "Factura de proveedor › Fecha"),
    (r"docsSustento\[\d+\]\.numAutDocSustento", "Factura de proveedor › Número de autorización"),
    (r"docsSustento.*", "Factura de proveedor"),
    (r"periodoFiscal", "Factura › Período fiscal"),
    (r"infoAdicional.*", _SETTINGS.format("einvoice.fields")),
)
_ELEMENTS: dict[str, str] = {
    "razonSocialComprador": "receptor.razonSocial",
    "identificacionComprador": "receptor.identificacion",
    "tipoIdentificacionComprador": "receptor.tipoIdentificacion",
    "direccionComprador": "receptor.direccion",
    "razonSocialProveedor": "receptor.razonSocial",
    "identificacionProveedor": "receptor.identificacion",
    "tipoIdentificacionProveedor": "receptor.tipoIdentificacion",
    "direccionProveedor": "receptor.direccion",
    "razonSocialSujetoRetenido": "receptor.razonSocial",
    "identificacionSujetoRetenido": "receptor.identificacion",
    "tipoIdentificacionSujetoRetenido": "receptor.tipoIdentificacion",
    "razonSocialTransportista": "transportista.razonSocial",
    "rucTransportista": "transportista.identificacion",
    "tipoIdentificacionTransportista": "transportista.tipoIdentificacion",
    "razonSocial": "emisor.razonSocial",
    "nombreComercial": "emisor.nombreComercial",
    "ruc": "emisor.ruc",
    "dirMatriz": "emisor.dirMatriz",
    "dirEstablecimiento": "emisor.dirEstablecimiento",
    "contribuyenteEspecial": "emisor.contribuyenteEspecial",
    "agenteRetencion": "emisor.agenteRetencion",
    "contribuyenteRimpe": "emisor.contribuyenteRimpe",
    "valorModificacion": "importeTotal",
    "valorTotal": "importeTotal",
    "codDocModificado": "documentoModificado.codDoc",
    "numDocModificado": "documentoModificado.numero",
    "codigoInterno": "codigoPrincipal",
    "codigoAdicional": "codigoAuxiliar",
}
"""Name in the SRI's XML → place in the canonical document, where they differ and there is one place only."""
_RECIPIENT = {
    "identificacionDestinatario": "receptor.identificacion",
    "razonSocialDestinatario": "receptor.razonSocial",
    "dirDestinatario": "receptor.direccion",
}
_SEGMENT = re.compile(r"(?P<name>@?\w+)(?:\[(?P<number>\d+)\])?")
_LISTS = {
    "detalle": "detalles",
    "motivo": "motivos",
    "destinatario": "destinatarios",
    "docSustento": "docsSustento",
    "impuesto": "impuestos",
    "totalImpuesto": "impuestos",
    "impuestoDocSustento": "impuestos",
    "pago": "pagos",
    "retencion": "retenciones",
    "campoAdicional": "infoAdicional",
}
"""Name of one element of a list in the XML → the list in the canonical document."""
_RECORDS = {
    "03": "Liquidación de compra",
    "04": "Nota de crédito",
    "05": "Nota de débito",
    "06": "Entrega",
    "07": "Retención",
}
"""What stands instead of `Factura` in the fields of the other types."""
_FOUND = tuple((re.compile(pattern), field) for pattern, field in _PLACES)


def field_of(where: str) -> str | None:
    """Return the field behind a place of the canonical document, as a clerk finds it; None where there is none."""
    return next((field for pattern, field in _FOUND if pattern.fullmatch(where)), None)


def canonical_place(path: str) -> str:
    """Return the place in the canonical document of a path in the SRI's XML."""
    parts: list[str] = []
    segments = path.split("/")
    for place, segment in enumerate(segments):
        found = _SEGMENT.fullmatch(segment)
        if found is None:
            return path
        name, last = found["name"], place == len(segments) - 1
        within = segments[place - 1] if place else ""
        if name in _LISTS and not (name == "motivo" and within != "motivos"):
            parts.append(f"{_LISTS[name]}[{found['number'] or 1}]")
        elif last:
            parts.append(_RECIPIENT.get(name) or _ELEMENTS.get(name) or name)
    return ".".join(parts) or path


def with_fields(problems: Iterable[Problem], cod_doc: str) -> list[Problem]:
    """Return the problems of a document of that type, each with the field to mend where its place is known."""
    return [replace(one, field=_of_type(one.field or field_of(one.where), cod_doc)) for one in problems]


def _of_type(field: str | None, cod_doc: str) -> str | None:
    """Return a field under the name that the document's form has in Odoo."""
    record = _RECORDS.get(cod_doc)
    return field if field is None or record is None else re.sub(r"^Factura ›", f"{record} ›", field)


__all__ = ["canonical_place", "field_of", "with_fields"]
