"""The SRI's code tables, as data: what a code means, in both languages, and since when.

Source: technical sheet of the offline scheme (tables 3 to 6, 16 to 20 and 24), as public code and documentation show
them. Withholding codes of income tax (303, 312, ...) change with each resolution and are taken as they come.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Word:
    """What a code means."""

    es: str
    en: str


@dataclass(frozen=True)
class IvaRate:
    """One codigoPorcentaje of IVA: its rate in per cent (None: a decree's) and the days on which it was in force."""

    code: str
    rate: Decimal | None
    word: Word
    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it was in force on `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


RUC, CEDULA, PASAPORTE, CONSUMIDOR_FINAL, EXTERIOR = "04", "05", "06", "07", "08"
FINAL_CONSUMER_ID = "9999999999999"
"""The identification of consumidor final; with it goes `FINAL_CONSUMER_NAME`."""
FINAL_CONSUMER_NAME = "CONSUMIDOR FINAL"
IDENTIFICATION = {
    RUC: Word("RUC", "RUC"),
    CEDULA: Word("cédula", "cédula"),
    PASAPORTE: Word("pasaporte", "passport"),
    CONSUMIDOR_FINAL: Word("consumidor final", "final consumer"),
    EXTERIOR: Word("identificación del exterior", "foreign identification"),
}

IVA, ICE, IRBPNR = "2", "3", "5"
TAXES = {IVA: Word("IVA", "IVA"), ICE: Word("ICE", "ICE"), IRBPNR: Word("IRBPNR", "IRBPNR")}
IVA_RATES = (
    IvaRate("0", Decimal(0), Word("0 %", "0 %")),
    IvaRate("2", Decimal(12), Word("12 %", "12 %"), until=date(2024, 3, 31)),
    IvaRate("3", Decimal(14), Word("14 %", "14 %"), since=date(2016, 6, 1), until=date(2017, 5, 31)),
    IvaRate("4", Decimal(15), Word("15 %", "15 %"), since=date(2024, 4, 1)),
    IvaRate("5", Decimal(5), Word("5 %", "5 %"), since=date(2024, 4, 1)),
    IvaRate("6", Decimal(0), Word("no objeto de IVA", "not subject to IVA")),
    IvaRate("7", Decimal(0), Word("exento de IVA", "exempt from IVA")),
    IvaRate("8", None, Word("IVA diferenciado (turismo en feriados)", "reduced IVA (tourism on holidays)")),
    IvaRate("10", Decimal(13), Word("13 %", "13 %"), since=date(2024, 3, 1)),
)
IVA_BY_CODE = {one.code: one for one in IVA_RATES}

RENTA, RET_IVA, ISD = "1", "2", "6"
WITHHOLDINGS = {
    RENTA: Word("retención de renta", "withholding of income tax"),
    RET_IVA: Word("retención de IVA", "withholding of IVA"),
    ISD: Word("ISD", "ISD"),
}
IVA_WITHHOLDING = {
    "9": Decimal(10),
    "10": Decimal(20),
    "1": Decimal(30),
    "11": Decimal(50),
    "2": Decimal(70),
    "3": Decimal(100),
    "7": Decimal(0),
    "8": Decimal(0),
}
"""codigoRetencion of IVA → per cent; 7 is withholding at zero, 8 does not apply."""

PAYMENT_FORMS = {
    "01": Word("sin utilización del sistema financiero", "without the financial system"),
    "15": Word("compensación de deudas", "offset of debts"),
    "16": Word("tarjeta de débito", "debit card"),
    "17": Word("dinero electrónico", "electronic money"),
    "18": Word("tarjeta prepago", "prepaid card"),
    "19": Word("tarjeta de crédito", "credit card"),
    "20": Word("otros con utilización del sistema financiero", "others with the financial system"),
    "21": Word("endoso de títulos", "endorsement of titles"),
}

DOCUMENTS = {
    "01": Word("factura", "invoice"),
    "02": Word("nota de venta", "sales note"),
    "03": Word("liquidación de compra", "purchase settlement"),
    "04": Word("nota de crédito", "credit note"),
    "05": Word("nota de débito", "debit note"),
    "06": Word("guía de remisión", "waybill"),
    "07": Word("comprobante de retención", "withholding certificate"),
    "18": Word("factura de venta", "sales invoice"),
}
"""Names of the six types, and of documents that they refer to."""

ENVIRONMENTS = {"1": Word("PRUEBAS", "test"), "2": Word("PRODUCCIÓN", "live")}

__all__ = [
    "CEDULA",
    "CONSUMIDOR_FINAL",
    "DOCUMENTS",
    "ENVIRONMENTS",
    "EXTERIOR",
    "FINAL_CONSUMER_ID",
    "FINAL_CONSUMER_NAME",
    "ICE",
    "IDENTIFICATION",
    "IRBPNR",
    "ISD",
    "IVA",
    "IVA_BY_CODE",
    "IVA_RATES",
    "IVA_WITHHOLDING",
    "PASAPORTE",
    "PAYMENT_FORMS",
    "RENTA",
    "RET_IVA",
    "RUC",
    "TAXES",
    "WITHHOLDINGS",
    "IvaRate",
    "Word",
]
