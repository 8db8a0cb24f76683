"""Why a person is asked of a transfer, or told of it, in the clerk's words."""

CHANGED = {"es": "la factura ya no está abierta por ese saldo", "en": "the invoice is no longer open for that amount"}
NOT_OPEN = {"es": "ninguna factura abierta se llama {numbers}", "en": "no open invoice is called {numbers}"}
NOT_OF_ONE = {
    "es": "las facturas elegidas no son de un solo cliente",
    "en": "the chosen invoices are not of one customer",
}
NOT_IN_CURRENCY = {
    "es": "llegó en {currency}, y no es la moneda de {numbers}: acéptela a cuenta, o regístrela en Odoo",
    "en": "it came in {currency}, which is not the currency of {numbers}: accept it on account, or book it in Odoo",
}
LEFT_OVER = {
    "es": "pero la factura se pagó mientras tanto por otro medio, y el dinero quedó a favor del cliente",
    "en": "but the invoice was paid otherwise in the meantime, and the money is the customer's credit",
}
UNDONE = {"es": "una persona lo deshizo", "en": "a person undid it"}
TAKEN_BACK = {"es": "el banco devolvió el ingreso", "en": "the bank took the credit back"}
HALF_POSTED = {
    "es": "el banco lo devolvió y su registro quedó a medias: reinténtelo (`caravana review`) y luego se anula solo",
    "en": "the bank took it back and it is posted only half: retry that (`caravana review`), then it is undone by itself",
}
NOBODYS = {
    "es": "no se sabe de qué empresa es la cuenta: falta en `bank_accounts` de su sucursal",
    "en": "it is not known which company's the account is: it is missing in its branch's `bank_accounts`",
}
WAITS = {
    "es": "es de {order} ({customer}), que aún no tiene factura abierta; cuando se publique, la paga sola",
    "en": "it is for {order} ({customer}), which has no open invoice yet; once that is posted, this pays it by itself",
}
PAID = {
    "es": "es de {order} ({customer}), cuyas facturas ya están pagadas",
    "en": "it is for {order} ({customer}), whose invoices are paid already",
}
CANCELLED = {
    "es": "es de {order} ({customer}), que está cancelado",
    "en": "it is for {order} ({customer}), which is cancelled",
}
NOTHING_BACK = {
    "es": "el banco devuelve un ingreso y no se sabe cuál", "en": "the bank takes a credit back, and it is not clear which"
}  # fmt: skip
NO_JOURNAL = {
    "es": "Odoo no tiene diario de banco para la cuenta {account}: póngalo en `bank.journals` y acéptela",
    "en": "Odoo has no bank journal for the account {account}: set `bank.journals`, then accept it",
}
SEVERAL_JOURNALS = {
    "es": "no se sabe cuál de los diarios de banco de Odoo ({journals}) es el de la cuenta {account}: "
    "póngalo en `bank.journals` y acéptela",
    "en": "it is not known which of Odoo's bank journals ({journals}) is that of the account {account}: "
    "set `bank.journals`, then accept it",
}
OTHER_CURRENCY = {
    "es": "llegó en {told} y el diario {journal} de Odoo es en {currency}: "
    "ponga en `bank.journals` el diario de esa cuenta y acéptela",
    "en": "it came in {told} and Odoo's journal {journal} is in {currency}: "
    "set the journal of that account in `bank.journals`, then accept it",
}
