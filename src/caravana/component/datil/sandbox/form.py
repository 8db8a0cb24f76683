"""The fields of each type of document, as Dátil's documentation lists them (2026-04): `*` stands for needed."""

from collections.abc import Mapping

from caravana.component.datil.sandbox.rule import (
    Check,
    anything,
    choice,
    each,
    flag,
    form,
    moment,
    number,
    part,
    text,
    whole,
    words,
)

MONEY, FINE = number(2), number(6)
NUMBER = form(r"\d{3}-\d{3}-\d{9}", "001-002-000000003")
THREE = form(r"\d{3}", "001")
SEQUENCE = whole(1, 999_999_999)
MEANS = {
    "efectivo": "01",
    "cheque": "20",
    "transferencia": "20",
    "debito_cuenta_bancaria": "20",
    "deposito_cuenta_bancaria": "20",
    "otros": "20",
    "tarjeta_credito": "19",
    "tarjeta_debito": "16",
    "dinero_electronico_ec": "17",
    "tarjeta_prepago": "18",
    "endoso_titulos": "21",
}
"""Dátil's words for payments, and what it tells the SRI."""
SRI_MEANS = choice("01", "15", "16", "17", "18", "19", "20", "21")

PERSON: Mapping[str, Check] = {
    "razon_social*": text(300),
    "identificacion*": text(20, 5),
    "tipo_identificacion*": choice("04", "05", "06", "07", "08"),
    "email": text(300),
    "telefono": text(300),
    "direccion": text(300),
}
ISSUER = part(
    {
        "ruc*": form(r"\d{10}001", "13 dígitos que terminan en 001"),
        "razon_social*": text(300),
        "nombre_comercial": text(300),
        "direccion*": text(300),
        "contribuyente_especial": text(13, 0),
        "obligado_contabilidad*": flag,
        "regimen_rimpe": text(300),
        "establecimiento*": part({"codigo*": THREE, "punto_emision*": THREE, "direccion": text(300)}),
    }
)
_TAX: Mapping[str, Check] = {
    "codigo*": choice("2", "3", "5"),
    "codigo_porcentaje*": text(4),
    "base_imponible*": MONEY,
    "valor*": MONEY,
}
HEAD_TAXES = each(part({**_TAX, "descuento_adicional": MONEY}))
RATED_TAXES = each(part({**_TAX, "tarifa*": MONEY}))
PAYMENTS = each(
    part(
        {
            "medio*": choice(*MEANS),
            "total*": MONEY,
            "fecha": moment,
            "notas": text(300),
            "propiedades": part({"plazo": number(2), "unidad_tiempo": text(10)}),
        }
    )
)
ITEMS = each(
    part(
        {
            "descripcion*": text(300),
            "codigo_principal": text(25),
            "codigo_auxiliar": text(25),
            "cantidad*": FINE,
            "precio_unitario*": FINE,
            "descuento*": MONEY,
            "precio_total_sin_impuestos": MONEY,
            "unidad_medida": text(50),
            "impuestos*": RATED_TAXES,
            "detalles_adicionales": words(300),
        }
    )
)
INFO = each(part({"nombre*": text(300), "valor*": text(300)}), most=15)
_HEAD: Mapping[str, Check] = {
    "emisor*": ISSUER,
    "ambiente*": choice(1, 2),
    "tipo_emision*": choice(1),
    "fecha_emision": moment,
    "clave_acceso": form(r"\d{49}", "49 dígitos"),
    "version": text(10),
    "info_adicional": INFO,
    "informacion_adicional": words(300),
}
_NUMBERED: Mapping[str, Check] = {**_HEAD, "secuencial*": SEQUENCE}
_PRICED: Mapping[str, Check] = {**_NUMBERED, "moneda*": choice("USD", "EUR"), "tasa_cambio": FINE}
_TOTALS: Mapping[str, Check] = {"total_sin_impuestos*": MONEY, "importe_total*": MONEY}
_WHOLE_TOTALS: Mapping[str, Check] = {**_TOTALS, "descuento*": MONEY, "impuestos*": HEAD_TAXES}
_CHANGED: Mapping[str, Check] = {
    "fecha_emision_documento_modificado": moment,
    "numero_documento_modificado*": NUMBER,
    "tipo_documento_modificado*": choice("01", "03", "04", "05", "06", "07", "18"),
}
_AUTHORISATION = form(r"\d{10}|\d{37}|\d{49}", "10, 37 o 49 dígitos")
_TAKEN = part(
    {
        "descripcion*": text(300),
        "codigo_principal*": text(25),
        "codigo_auxiliar": text(25),
        "cantidad*": FINE,
        "detalles_adicionales": words(300),
    }
)
_RECIPIENT = part(
    {
        **PERSON,
        "direccion*": text(300),
        "motivo_traslado*": text(300),
        "ruta": text(300),
        "fecha_emision_documento_sustento": moment,
        "numero_documento_sustento": NUMBER,
        "tipo_documento_sustento": text(2, 2),
        "numero_autorizacion_documento_sustento": _AUTHORISATION,
        "codigo_establecimiento_destino": THREE,
        "documento_aduanero_unico": text(20),
        "items*": each(_TAKEN),
    }
)
_WITHHELD = part(
    {
        "codigo*": choice("1", "2", "6"),
        "codigo_porcentaje*": text(5),
        "base_imponible*": MONEY,
        "tarifa*": MONEY,
        "valor_retenido*": MONEY,
    }
)
_SUPPORT = part(
    {
        "codigo_sustento*": text(2, 2),
        "tipo_documento*": text(3, 2),
        "numero*": NUMBER,
        "fecha_emision*": moment,
        "fecha_registro_contable": moment,
        "numero_autorización": _AUTHORISATION,
        "numero_autorizacion": _AUTHORISATION,
        "tipo_pago*": choice("01", "02"),
        "total_sin_impuestos*": MONEY,
        "total*": MONEY,
        "impuestos*": RATED_TAXES,
        "retenciones*": each(_WITHHELD),
        "pagos*": each(part({"tipo_pago*": SRI_MEANS, "total*": MONEY})),
    }
)

FORMS: Mapping[str, Check] = {
    "01": part(
        {
            **_PRICED,
            "totales*": part({**_WHOLE_TOTALS, "propina*": MONEY}),
            "comprador*": part(PERSON),
            "items*": ITEMS,
            "pagos*": PAYMENTS,
            "credito": part(
                {"fecha_vencimiento*": form(r"\d{4}-\d\d-\d\d", "AAAA-MM-DD"), "monto*": MONEY, "medio": text(30)}
            ),
            "guia_remision": NUMBER,
            "valor_retenido_iva": MONEY,
            "valor_retenido_renta": MONEY,
            "retenciones": anything,
            "compensaciones": anything,
            "exportacion": anything,
            "negociable": anything,
            "enviar_recordatorio_pago": flag,
        }
    ),
    "03": part(
        {
            **_PRICED,
            "totales*": part(_WHOLE_TOTALS),
            "proveedor*": part(PERSON),
            "items*": ITEMS,
            "pagos*": each(
                part({"forma_pago*": SRI_MEANS, "total*": MONEY, "plazo": text(14), "unidad_tiempo": text(10)})
            ),
            "maquina_fiscal": part({"marca*": text(100), "modelo*": text(100), "serie*": text(30)}),
            "reembolso": anything,
        }
    ),
    "04": part(
        {
            **_PRICED,
            **_CHANGED,
            "motivo*": text(300),
            "totales*": part({**_TOTALS, "impuestos*": HEAD_TAXES}),
            "comprador*": part(PERSON),
            "items*": ITEMS,
        }
    ),
    "05": part(
        {
            **_NUMBERED,
            "moneda": choice("USD", "EUR"),
            **_CHANGED,
            "totales*": part({**_TOTALS, "impuestos*": RATED_TAXES}),
            "comprador*": part(PERSON),
            "items*": each(part({"motivo*": text(300), "valor*": MONEY})),
        }
    ),
    "06": part(
        {
            **{name: rule for name, rule in _NUMBERED.items() if name not in {"fecha_emision", "info_adicional"}},
            "fecha_inicio_transporte*": moment,
            "fecha_fin_transporte*": moment,
            "direccion_partida*": text(300),
            "transportista*": part({**PERSON, "placa*": text(20)}),
            "destinatarios*": each(_RECIPIENT),
        }
    ),
    "07": part(
        {
            **{name: rule for name, rule in _HEAD.items() if name != "info_adicional"},
            "secuencia*": SEQUENCE,
            "periodo_fiscal*": form(r"(0[1-9]|1[012])/\d{4}", "MM/AAAA"),
            "sujeto*": part(PERSON),
            "tipo_sujeto_retenido": choice("01", "02"),
            "documentos_soporte*": each(_SUPPORT),
            "info_adicional": each(words(300), most=15),
        }
    ),
}
"""codDoc → what the body to issue one may hold."""
