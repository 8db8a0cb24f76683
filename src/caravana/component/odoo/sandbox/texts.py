"""Texts in Spanish. What is not here stays English, as many of Odoo's own texts do."""

SPANISH = {
    "Some orders are not in a state requiring confirmation.": (
        "Algunas órdenes no se encuentran en un estado que necesite confirmación."
    ),
    "It is forbidden to modify the following fields in a locked order:\n%s": (
        "Está prohibido modificar los siguientes campos en una orden bloqueada:\n%s"
    ),
    "You cannot cancel a locked order. Please unlock it first.": (
        "No puede cancelar una orden bloqueada. Desbloquéela primero."
    ),
    "You are trying to reconcile some entries that are already reconciled.": (
        "Está intentando conciliar apuntes que ya están conciliados."
    ),
    "Entries are not from the same account: %s": "Los apuntes no son de la misma cuenta: %s",
    "You need to add a line before posting.": "Debe agregar una línea antes de publicar.",
}


def translate(text: str, lang: str) -> str:
    """Return `text` in the language `lang` (such as es_EC), or as it is."""
    return SPANISH.get(text, text) if lang.startswith("es") else text
