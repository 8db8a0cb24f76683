"""What customers read on the pay page, in Spanish and English."""

from collections.abc import Mapping

LANGUAGES: Mapping[str, str] = {"es": "Español", "en": "English"}
LOCALES: Mapping[str, str] = {"es": "es_EC", "en": "en_US"}

TEXTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "order": "Pedido",
        "amount": "Total a pagar",
        "amount_paid": "Total del pedido",
        "pay.title": "Pague su pedido",
        "pay.text": "Al continuar pasará a la página segura de PlacetoPay. Los datos de su tarjeta solo se escriben allí.",
        "pay.button": "Pagar {amount} con tarjeta",
        "again.button": "Intentar de nuevo",
        "continue.button": "Continuar con el pago",
        "refused.title": "El pago no fue aprobado",
        "refused.text": "No se le cobró nada. Puede intentar de nuevo con la misma tarjeta o con otra.",
        "expired.title": "El tiempo para pagar terminó",
        "expired.text": "No se le cobró nada. Puede empezar de nuevo cuando quiera.",
        "open.title": "Su pago no está terminado",
        "open.text": "Todavía no se le cobró nada. Puede continuar donde lo dejó.",
        "checking.title": "Estamos comprobando su pago",
        "checking.text": "No pague de nuevo. El banco aún no responde; esta página se actualiza sola.",
        "checking.button": "Actualizar",
        "paid.title": "Pago recibido",
        "paid.text": "Gracias. No queda nada por pagar en este pedido.",
        "cancelled.title": "Pedido cancelado",
        "cancelled.text": "Este pedido fue cancelado y ya no se puede pagar. Si cree que es un error, escríbanos.",
        "not_ready.title": "Pedido sin confirmar",
        "not_ready.text": "Este pedido todavía no está confirmado. Le avisaremos cuando pueda pagarlo.",
        "unknown.title": "Enlace no válido",
        "unknown.text": "No encontramos ningún pedido con este enlace. Revise que esté completo o pídanos uno nuevo.",
        "trouble.title": "Ahora no es posible",
        "trouble.text": "Inténtelo en unos minutos con este mismo enlace. Si ya pagó, no pague otra vez: lo veremos.",
    },
    "en": {
        "order": "Order",
        "amount": "Amount due",
        "amount_paid": "Order total",
        "pay.title": "Pay for your order",
        "pay.text": "You will continue on PlacetoPay's secure page. Your card details are entered only there.",
        "pay.button": "Pay {amount} by card",
        "again.button": "Try again",
        "continue.button": "Continue with the payment",
        "refused.title": "The payment was not approved",
        "refused.text": "You were not charged. You can try again with the same card or another one.",
        "expired.title": "The time to pay has run out",
        "expired.text": "You were not charged. You can start again whenever you like.",
        "open.title": "Your payment is not finished",
        "open.text": "You have not been charged yet. You can continue where you left off.",
        "checking.title": "We are checking your payment",
        "checking.text": "Please do not pay again. The bank has not answered yet; this page updates by itself.",
        "checking.button": "Update",
        "paid.title": "Payment received",
        "paid.text": "Thank you. Nothing is left to pay on this order.",
        "cancelled.title": "Order cancelled",
        "cancelled.text": "This order was cancelled and can no longer be paid. If you think this is a mistake, write to us.",
        "not_ready.title": "Order not confirmed",
        "not_ready.text": "This order is not confirmed yet. We will tell you when it can be paid.",
        "unknown.title": "This link is not valid",
        "unknown.text": "We found no order for this link. Check that it is complete, or ask us for a new one.",
        "trouble.title": "Not possible right now",
        "trouble.text": "Try this same link again in a few minutes. If you have paid already, do not pay again: we will see it.",
    },
}


def language(asked: object, accepted: object) -> str:
    """Return `es` or `en`: as the address asks (`?lang=en`), else the browser's first fitting wish, else Spanish."""
    if isinstance(asked, str) and asked in LANGUAGES:
        return asked
    for wish in str(accepted or "").split(","):
        code = wish.partition(";")[0].strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return "es"
