"""Documents as the authority gets them: a small factura and its siblings, written by hand."""

from dataclasses import dataclass, replace
from datetime import date

from caravana.kit.edocument.clave import Clave

RUC = "1790016919001"
DAY = date(2026, 11, 23)

FACTURA = """<?xml version="1.0" encoding="UTF-8"?>
<factura id="comprobante" version="2.1.0"><infoTributaria><ambiente>{ambiente}</ambiente><tipoEmision>1</tipoEmision>\
<razonSocial>EMPRESA XYZ S.A.</razonSocial><ruc>{ruc}</ruc><claveAcceso>{clave}</claveAcceso><codDoc>01</codDoc>\
<estab>001</estab><ptoEmi>001</ptoEmi><secuencial>{secuencial}</secuencial><dirMatriz>QUITO</dirMatriz></infoTributaria>\
<infoFactura><fechaEmision>{fecha:%d/%m/%Y}</fechaEmision><tipoIdentificacionComprador>05</tipoIdentificacionComprador>\
<razonSocialComprador>ANA PÉREZ &amp; CÍA</razonSocialComprador><identificacionComprador>1710034065</identificacionComprador>\
<totalSinImpuestos>38.03</totalSinImpuestos><totalDescuento>2.50</totalDescuento><totalConImpuestos><totalImpuesto>\
<codigo>2</codigo><codigoPorcentaje>4</codigoPorcentaje><baseImponible>38.03</baseImponible><valor>5.71</valor>\
</totalImpuesto></totalConImpuestos><propina>0.00</propina><importeTotal>43.74</importeTotal><moneda>DOLAR</moneda>\
<pagos><pago><formaPago>01</formaPago><total>43.74</total></pago></pagos></infoFactura><detalles>\
<detalle><descripcion>CONSULTORÍA</descripcion><cantidad>3</cantidad><precioUnitario>12.50</precioUnitario>\
<descuento>2.50</descuento><precioTotalSinImpuesto>35.00</precioTotalSinImpuesto><impuestos><impuesto><codigo>2</codigo>\
<codigoPorcentaje>4</codigoPorcentaje><tarifa>15</tarifa><baseImponible>35.00</baseImponible><valor>5.25</valor></impuesto>\
</impuestos></detalle><detalle><descripcion>REPUESTO</descripcion><cantidad>3</cantidad><precioUnitario>1.0112</precioUnitario>\
<descuento>0.00</descuento><precioTotalSinImpuesto>3.03</precioTotalSinImpuesto><impuestos><impuesto><codigo>2</codigo>\
<codigoPorcentaje>4</codigoPorcentaje><tarifa>15</tarifa><baseImponible>3.03</baseImponible><valor>0.46</valor></impuesto>\
</impuestos></detalle></detalles></factura>"""


@dataclass(frozen=True)
class Paper:
    """A factura to file; `changes` replaces texts in its XML."""

    number: int = 123
    codigo: str = "12345678"
    ambiente: str = "1"
    ruc: str = RUC
    fecha: date = DAY
    changes: tuple[tuple[str, str], ...] = ()

    @property
    def clave(self) -> str:
        """Its clave."""
        secuencial = f"{self.number:09}"
        return str(Clave(self.fecha, "01", self.ruc, self.ambiente, "001", "001", secuencial, self.codigo))

    @property
    def xml(self) -> bytes:
        """Its bytes, unsigned."""
        text = FACTURA.format(
            ambiente=self.ambiente, ruc=self.ruc, clave=self.clave, secuencial=f"{self.number:09}", fecha=self.fecha
        )
        for old, new in self.changes:
            assert old in text
            text = text.replace(old, new)
        return text.encode()

    def but(self, *changes: tuple[str, str]) -> "Paper":
        """Return it with texts replaced."""
        return replace(self, changes=changes)
