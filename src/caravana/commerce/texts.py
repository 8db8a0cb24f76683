"""What customers read on the pay page, in Spanish and English."""

from collections.abc import Mapping

LOCALES: Mapping[str, str] = {"es": "es_EC", "en": "en_US"}

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "order": "Pedido",
        "amount": "Total a pagar",
        "amount_paid": "Total del pedido",
        "provider": "la empresa de pago",
        "pay.title": "Pague su pedido",
        "pay.text": "Al continuar pasará a la página segura de {provider}. Los datos de su tarjeta solo se escriben allí.",
        "pay.choose": "Elija cómo pagar. Pasará a la página segura de la empresa que elija: los datos de su "
        "tarjeta solo se escriben allí.",
        "pay.with": "Pagar con {provider}",
        "continue.with": "Continuar con {provider}",
        "held.title": "Tiene otro pago abierto",
        "held.text": "Empezó a pagar con {holder}, y ese pago no se cierra antes de las {until}. Después podrá "
        "empezar otro en esta página.",
        "transfer.head": "O pague por transferencia",
        "transfer.say": "Transfiera {amount} y escriba este código en el concepto: así sabemos que el pago es suyo.",
        "transfer.code": "Código",
        "transfer.account": "Cuenta",
        "pay.button": "Pagar {amount} con tarjeta",
        "again.button": "Intentar de nuevo",
        "continue.button": "Continuar con el pago",
        "refused.title": "El pago no se completó",
        "refused.text": "No se le cobró nada. Puede intentar de nuevo con la misma tarjeta o con otra.",
        "expired.title": "El tiempo para pagar terminó",
        "expired.text": "No se le cobró nada. Puede empezar de nuevo cuando quiera.",
        "expired.silent": "No nos consta ningún pago. Si {provider} le cobró, le devuelve el dinero automáticamente; si en unos "
        "días no lo ha hecho, escríbanos. Puede empezar de nuevo cuando quiera.",
        "given_back.title": "Su pago fue devuelto",
        "given_back.text": "{provider} le devolvió el dinero, porque el pago no se confirmó a tiempo. Puede pagar de nuevo; si "
        "en unos días su banco todavía muestra el cobro, escríbanos.",
        "unconfirmed.title": "No pudimos confirmar su pago",
        "unconfirmed.text": "La confirmación llegó tarde, o {provider} no conoce ese pago. Si le cobró, le devuelve el dinero "
        "automáticamente; si en unos días no lo ha hecho, escríbanos. Puede pagar de nuevo.",
        "late.title": "No pudimos confirmar su pago",
        "late.text": "La confirmación llegó tarde, o {provider} no conoce ese pago. Si le cobró, le devuelve el dinero "
        "automáticamente; si en unos días no lo ha hecho, escríbanos. Desde las {until} puede pagar de nuevo en esta página.",
        "open.title": "Su pago no está terminado",
        "open.text": "Todavía no se le cobró nada. Puede continuar donde lo dejó.",
        "open.silent": "Todavía no nos consta ningún pago. Puede continuar donde lo dejó. Si {provider} ya le cobró y el pago no "
        "se confirma a tiempo, le devuelve el dinero automáticamente.",
        "checking.title": "Estamos comprobando su pago",
        "checking.text": "No pague de nuevo. Todavía no tenemos respuesta; esta página se actualiza sola.",
        "checking.still": "No pague de nuevo. Todavía no tenemos respuesta: vuelva a mirar más tarde en esta página.",
        "checking.button": "Actualizar",
        "paid.title": "Pago recibido",
        "paid.text": "Gracias. No queda nada por pagar en este pedido.",
        "cancelled.title": "Pedido cancelado",
        "cancelled.text": "Este pedido fue cancelado y ya no se puede pagar. Si cree que es un error, escríbanos.",
        "cancelled_paid.title": "Pedido cancelado",
        "cancelled_paid.text": "Recibimos su pago, pero el pedido fue cancelado. No pague de nuevo: le escribiremos.",
        "not_ready.title": "Pedido sin confirmar",
        "not_ready.text": "Este pedido todavía no está confirmado. Cuando lo esté, podrá pagarlo con este mismo enlace.",
        "unknown.title": "Enlace no válido",
        "unknown.text": "No encontramos ningún pedido con este enlace. Revise que esté completo o pídanos uno nuevo.",
        "trouble.title": "Ahora no es posible",
        "trouble.text": "Inténtelo en unos minutos con este mismo enlace. Si ya pagó, no pague otra vez: revisaremos su pago.",
    },
    "en": {
        "order": "Order",
        "amount": "Amount due",
        "amount_paid": "Order total",
        "provider": "the payment company",
        "pay.title": "Pay for your order",
        "pay.text": "You will continue on {provider}'s secure page. Your card details are entered only there.",
        "pay.choose": "Choose how to pay. You will continue on the secure page of the company you choose: card details "
        "are entered only there.",
        "pay.with": "Pay with {provider}",
        "continue.with": "Continue with {provider}",
        "held.title": "You have another payment open",
        "held.text": "You began to pay with {holder}, and that payment stays open until {until}. After that you can "
        "begin another on this page.",
        "transfer.head": "Or pay by bank transfer",
        "transfer.say": "Transfer {amount} and write this code in the description: it tells us that the payment is yours.",
        "transfer.code": "Code",
        "transfer.account": "Account",
        "pay.button": "Pay {amount} by card",
        "again.button": "Try again",
        "continue.button": "Continue with the payment",
        "refused.title": "The payment was not completed",
        "refused.text": "You were not charged. You can try again with the same card or another one.",
        "expired.title": "The time to pay has run out",
        "expired.text": "You were not charged. You can start again whenever you like.",
        "expired.silent": "We know of no payment. If {provider} charged you, it gives your money back automatically; if it has "
        "not done so in a few days, write to us. You can start again whenever you like.",
        "given_back.title": "Your money was given back",
        "given_back.text": "{provider} gave your money back, because the payment was not confirmed in time. You can pay again; "
        "if your bank still shows the charge in a few days, write to us.",
        "unconfirmed.title": "We could not confirm your payment",
        "unconfirmed.text": "The confirmation came too late, or {provider} does not know this payment. If it charged you, it "
        "gives your money back automatically; if it has not done so in a few days, write to us. You can pay again.",
        "late.title": "We could not confirm your payment",
        "late.text": "The confirmation came too late, or {provider} does not know this payment. If it charged you, it gives "
        "your money back automatically; if it has not done so in a few days, write to us. You can pay again on this page from "
        "{until}.",
        "open.title": "Your payment is not finished",
        "open.text": "You have not been charged yet. You can continue where you left off.",
        "open.silent": "We know of no payment so far. You can continue where you left off. If {provider} has charged you already "
        "and the payment is not confirmed in time, it gives your money back automatically.",
        "checking.title": "We are checking your payment",
        "checking.text": "Please do not pay again. We have no answer yet; this page refreshes by itself.",
        "checking.still": "Please do not pay again. We have no answer yet: look at this page again later.",
        "checking.button": "Refresh",
        "paid.title": "Payment received",
        "paid.text": "Thank you. Nothing is left to pay on this order.",
        "cancelled.title": "Order cancelled",
        "cancelled.text": "This order was cancelled and can no longer be paid. If you think this is a mistake, write to us.",
        "cancelled_paid.title": "Order cancelled",
        "cancelled_paid.text": "We received your payment, but this order was cancelled. Do not pay again: we will write to you.",
        "not_ready.title": "Order not confirmed",
        "not_ready.text": "This order is not confirmed yet. Once it is, you can pay it with this same link.",
        "unknown.title": "This link is not valid",
        "unknown.text": "We found no order for this link. Check that it is complete, or ask us for a new one.",
        "trouble.title": "Not possible right now",
        "trouble.text": "Try this same link again in a few minutes. If you have paid already, do not pay again: we will check.",
    },
}

GOING: Mapping[str, Mapping[str, str]] = {
    "es": {
        "title": "Un momento",
        "text": "Le llevamos a la página segura de {where}. Si no se abre sola, pulse el botón.",
        "button": "Ir a {where}",
    },
    "en": {
        "title": "One moment",
        "text": "We are taking you to {where}'s secure page. If it does not open by itself, press the button.",
        "button": "Go to {where}",
    },
}
"""The page that leads on to a payment company, `where`."""
