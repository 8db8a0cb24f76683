"""The canonical electronic document: what is issued, before any company's or the SRI's own spelling of it.

One class for each of the six types. Fields are named as the SRI names them (technical sheet of the offline scheme, schemas of
`factura` 2.1.0, `liquidacionCompra` 1.1.0, `notaCredito` 1.1.0, `notaDebito` 1.0.0, `guiaRemision` 1.1.0 and
`comprobanteRetencion` 2.0.0): camelCase in files and messages, snake_case here. What the six share has one name for all
(`receptor` for buyer, supplier and whoever is withheld from; `pagos`; `documentoModificado`), so that nobody has to know the
order and prefixes of each type.

Amounts are Decimals with the places that the SRI allows (money 2, quantity and price 6); in messages they are texts, so that
no scale is lost. Dates are the company's calendar days. Nothing is computed or cleaned here: a document says what it was told.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from caravana.kit.edocument.wrong import misfit

Amount = Annotated[Decimal, Field(max_digits=24), PlainSerializer(lambda one: format(one, "f"), return_type=str)]
"""An exact number of at most 24 digits (the SRI takes 18), so that it can be calculated with; a text in messages."""
Code = Annotated[str, Field(pattern=r"^[0-9]{3}$")]
"""Three digits: establishment, emission point."""
Sequential = Annotated[str, Field(pattern=r"^[0-9]{9}$")]
"""Nine digits, zero padded."""
FullNumber = Annotated[str, Field(pattern=r"^[0-9]{3}-[0-9]{3}-[0-9]{9}$")]
"""`001-001-000000123`."""
Country = Annotated[str, Field(pattern=r"^[0-9]{3}$")]
"""The SRI's code of a country, three digits (`593` Ecuador)."""
Incoterm = Annotated[str, Field(pattern=r"^[A-Z]{1,10}$")]
"""`FOB`, `CIF`, …"""
DocumentType = Literal["01", "03", "04", "05", "06", "07"]
"""codDoc: factura, liquidación de compra, nota de crédito, nota de débito, guía de remisión, comprobante de retención."""


class Part(BaseModel):
    """Base of all parts of a document."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True)


class Emisor(Part):
    """Who issues: the company and the branch's address."""

    ruc: str
    razon_social: str
    nombre_comercial: str | None = None
    dir_matriz: str
    dir_establecimiento: str | None = None
    contribuyente_especial: str | None = None
    obligado_contabilidad: bool | None = None
    agente_retencion: str | None = None
    contribuyente_rimpe: str | None = None


class Persona(Part):
    """Whom the document is for: buyer, supplier, carrier. `email` and `telefono` are no part of the SRI's document."""

    tipo_identificacion: str
    identificacion: str
    razon_social: str
    direccion: str | None = None
    email: str | None = None
    telefono: str | None = None


class Impuesto(Part):
    """One tax of a line or of the head: `codigo` 2 IVA, 3 ICE, 5 IRBPNR; `tarifa` in per cent."""

    codigo: str
    codigo_porcentaje: str
    tarifa: Amount
    base_imponible: Amount
    valor: Amount


class Detalle(Part):
    """One line. `descuento` is money; `precio_total_sin_impuesto` is after it. In a guía only code, description and quantity."""

    codigo_principal: str | None = None
    codigo_auxiliar: str | None = None
    descripcion: str
    unidad_medida: str | None = None
    cantidad: Amount
    precio_unitario: Amount = Decimal(0)
    descuento: Amount = Decimal(0)
    precio_total_sin_impuesto: Amount = Decimal(0)
    impuestos: tuple[Impuesto, ...] = ()
    detalles_adicionales: dict[str, str] = Field(default_factory=dict)
    origen: str | None = None
    """Where the line stands in the caller's record (`account.move.line,7`), for messages; it is not sent."""


class Pago(Part):
    """How it is paid: `forma_pago` of the SRI's table 24; `plazo` counts `unidad_tiempo` (`dias`)."""

    forma_pago: str
    total: Amount
    plazo: Amount | None = None
    unidad_tiempo: str | None = None


class CampoAdicional(Part):
    """One of at most 15 free fields."""

    nombre: str
    valor: str


class DocumentoModificado(Part):
    """The document that a nota de crédito or de débito changes."""

    cod_doc: str
    numero: FullNumber
    fecha_emision: date


class Motivo(Part):
    """One reason of a nota de débito, with its amount before taxes."""

    razon: str
    valor: Amount


class Destinatario(Part):
    """One recipient of a guía de remisión and what is taken there."""

    receptor: Persona
    motivo_traslado: str
    ruta: str | None = None
    doc_aduanero_unico: str | None = None
    cod_estab_destino: str | None = None
    cod_doc_sustento: str | None = None
    num_doc_sustento: FullNumber | None = None
    num_aut_doc_sustento: str | None = None
    fecha_emision_doc_sustento: date | None = None
    detalles: tuple[Detalle, ...]


class Retencion(Part):
    """One withholding: `codigo` 1 renta, 2 IVA, 6 ISD; `porcentaje_retener` in per cent."""

    codigo: str
    codigo_retencion: str
    base_imponible: Amount
    porcentaje_retener: Amount
    valor_retenido: Amount


class DocSustento(Part):
    """A document that is withheld from; its number has 15 digits without dashes on the wire and dashes here."""

    cod_sustento: str
    cod_doc_sustento: str
    num_doc_sustento: FullNumber
    fecha_emision_doc_sustento: date
    fecha_registro_contable: date | None = None
    num_aut_doc_sustento: str | None = None
    pago_loc_ext: str = "01"
    total_sin_impuestos: Amount
    importe_total: Amount
    impuestos: tuple[Impuesto, ...]
    retenciones: tuple[Retencion, ...]
    pagos: tuple[Pago, ...]


class Comprobante(Part):
    """What all six have. `secuencial` is None while the company that issues it has the numbering."""

    cod_doc: str
    referencia: str
    """Our name of the document, the same for ever (`odoo/account.move,55`): claves and keys derive from it."""
    ambiente: Literal["1", "2"]
    emisor: Emisor
    estab: Code
    pto_emi: Code
    secuencial: Sequential | None = None
    fecha_emision: date
    moneda: str = "DOLAR"
    info_adicional: tuple[CampoAdicional, ...] = ()

    title: ClassVar[str]
    prefix: ClassVar[str]
    """First letters of the file names of its XML and PDF."""

    @property
    def punto(self) -> str:
        """Establishment and emission point, `001-001`."""
        return f"{self.estab}-{self.pto_emi}"

    @property
    def numero(self) -> str | None:
        """`001-001-000000123`, or None while it has none."""
        return f"{self.punto}-{self.secuencial}" if self.secuencial else None

    def to_json(self) -> dict[str, Any]:
        """Return the document as messages and files hold it; what it does not have stays out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class ConLineas(Comprobante):
    """What the documents with lines and totals share. `impuestos` are the totals per tax code and percentage code."""

    receptor: Persona
    detalles: tuple[Detalle, ...]
    total_sin_impuestos: Amount
    total_descuento: Amount = Decimal("0.00")
    impuestos: tuple[Impuesto, ...]
    importe_total: Amount


class Exportacion(Part):
    """What a factura of export has besides: terms, ports, countries, and the costs that are billed beside the goods.

    `incoTermTotalSinImpuestos` is the term in which the total without taxes is.
    """

    inco_term_factura: Incoterm
    lugar_inco_term: str
    pais_origen: Country
    puerto_embarque: str
    puerto_destino: str
    pais_destino: Country
    pais_adquisicion: Country | None = None
    inco_term_total_sin_impuestos: Incoterm
    flete_internacional: Amount = Decimal("0.00")
    seguro_internacional: Amount = Decimal("0.00")
    gastos_aduaneros: Amount = Decimal("0.00")
    gastos_transporte_otros: Amount = Decimal("0.00")

    @property
    def costos(self) -> Decimal:
        """The four costs together."""
        freight = self.flete_internacional + self.seguro_internacional
        return freight + self.gastos_aduaneros + self.gastos_transporte_otros


class Factura(ConLineas):
    """01: an invoice. `propina` is the tip; `exportacion` makes it one of export."""

    cod_doc: Literal["01"] = "01"
    propina: Amount = Decimal("0.00")
    pagos: tuple[Pago, ...] = ()
    guia_remision: FullNumber | None = None
    exportacion: Exportacion | None = None
    title: ClassVar[str] = "FACTURA"
    prefix: ClassVar[str] = "FAC"


class LiquidacionCompra(ConLineas):
    """03: issued by the buyer for a seller who cannot invoice; `receptor` is the seller."""

    cod_doc: Literal["03"] = "03"
    pagos: tuple[Pago, ...] = ()
    title: ClassVar[str] = "LIQUIDACIÓN DE COMPRA DE BIENES Y PRESTACIÓN DE SERVICIOS"
    prefix: ClassVar[str] = "LIQ"


class NotaCredito(ConLineas):
    """04: a credit note; `importe_total` is the SRI's valorModificacion."""

    cod_doc: Literal["04"] = "04"
    documento_modificado: DocumentoModificado
    motivo: str
    title: ClassVar[str] = "NOTA DE CRÉDITO"
    prefix: ClassVar[str] = "NC"


class NotaDebito(Comprobante):
    """05: a debit note; it has reasons instead of lines, and `importe_total` is the SRI's valorTotal."""

    cod_doc: Literal["05"] = "05"
    receptor: Persona
    documento_modificado: DocumentoModificado
    motivos: tuple[Motivo, ...]
    total_sin_impuestos: Amount
    impuestos: tuple[Impuesto, ...]
    importe_total: Amount
    pagos: tuple[Pago, ...] = ()
    title: ClassVar[str] = "NOTA DE DÉBITO"
    prefix: ClassVar[str] = "ND"


class GuiaRemision(Comprobante):
    """06: goods on their way. `fecha_emision` is in its clave only; the SRI's document has the days of transport."""

    cod_doc: Literal["06"] = "06"
    dir_partida: str
    transportista: Persona
    placa: str
    fecha_ini_transporte: date
    fecha_fin_transporte: date
    destinatarios: tuple[Destinatario, ...]
    title: ClassVar[str] = "GUÍA DE REMISIÓN"
    prefix: ClassVar[str] = "GR"


class ComprobanteRetencion(Comprobante):
    """07: what is withheld from a supplier (ATS form); `periodo_fiscal` is `11/2026`."""

    cod_doc: Literal["07"] = "07"
    receptor: Persona
    tipo_sujeto_retenido: Literal["01", "02"] | None = None
    parte_rel: bool = False
    periodo_fiscal: Annotated[str, Field(pattern=r"^(0[1-9]|1[012])/20[0-9]{2}$")]
    docs_sustento: tuple[DocSustento, ...]
    title: ClassVar[str] = "COMPROBANTE DE RETENCIÓN"
    prefix: ClassVar[str] = "RET"


AnyDocument = Factura | LiquidacionCompra | NotaCredito | NotaDebito | GuiaRemision | ComprobanteRetencion
TYPES: dict[str, type[AnyDocument]] = {
    "01": Factura,
    "03": LiquidacionCompra,
    "04": NotaCredito,
    "05": NotaDebito,
    "06": GuiaRemision,
    "07": ComprobanteRetencion,
}
_READER: TypeAdapter[AnyDocument] = TypeAdapter(Annotated[AnyDocument, Field(discriminator="cod_doc")])


def read_document(value: Any, place: str = "document") -> AnyDocument:
    """Return the document of a message or file. Raises `Wrong` with every wrong field and its place."""
    try:
        return _READER.validate_python(value)
    except ValidationError as error:
        raise misfit(error, place) from None


__all__ = [
    "TYPES",
    "AnyDocument",
    "CampoAdicional",
    "Comprobante",
    "ComprobanteRetencion",
    "ConLineas",
    "Destinatario",
    "Detalle",
    "DocSustento",
    "DocumentType",
    "DocumentoModificado",
    "Emisor",
    "Factura",
    "GuiaRemision",
    "Impuesto",
    "LiquidacionCompra",
    "Motivo",
    "NotaCredito",
    "NotaDebito",
    "Pago",
    "Part",
    "Persona",
    "Retencion",
    "read_document",
]
