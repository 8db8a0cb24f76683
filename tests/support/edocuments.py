"""The documents of `caravana.testing.edocuments`, under the name by which the tests here know them."""

from caravana.testing.edocuments import (
    BUYER,
    CHANGED,
    CLAVE_OF_FACTURA,
    EXAMPLES,
    ISSUER,
    SELLER,
    example,
    factura,
    guia,
    head,
    iva,
    line,
    liquidacion,
    nota_credito,
    nota_debito,
    retencion,
)

__all__ = [
    "BUYER",
    "CHANGED",
    "CLAVE_OF_FACTURA",
    "EXAMPLES",
    "ISSUER",
    "SELLER",
    "example",
    "factura",
    "guia",
    "head",
    "iva",
    "line",
    "liquidacion",
    "nota_credito",
    "nota_debito",
    "retencion",
]
