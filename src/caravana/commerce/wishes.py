"""What the shipped flows would like to find in Odoo, beside what Odoo brings. Nothing of it is required."""

from collections.abc import Iterable, Sequence

from caravana.component.odoo.things import CustomField, HintAutomation, ProductTag, Thing

STATE, LINK = "x_caravana_payment_state", "x_caravana_payment_link"
NOTES = "the same stands as a note on the order"
PUBLISH = "Publicar"

FIELDS: dict[str, tuple[CustomField, ...]] = {
    "cards": (
        CustomField("orders can be filtered by their card payment", NOTES, "sale.order", STATE, "Pago con tarjeta"),
        CustomField("the pay link in lists, exports and mail templates", NOTES, "sale.order", LINK, "Enlace de pago"),
    ),
}
"""Flow: the fields that it writes where they are."""


def wishes(flows: Iterable[str], watched: Sequence[tuple[str, tuple[str, ...]]], address: str | None) -> list[Thing]:
    """Return what these flows would like.

    `watched`: models that routes poll, with the fields they look at; `address`: where Odoo may send hints, None when nowhere.
    """
    tag = ProductTag("flags the products that the catalogue publishes", "products are published only with it", PUBLISH)
    fields = [one for flow in flows for one in FIELDS.get(flow, ())]
    hints = [_hint(model, names, address) for model, names in watched] if address else []
    return [tag, *fields, *hints]


def _hint(model: str, fields: tuple[str, ...], address: str) -> HintAutomation:
    return HintAutomation("changes are taken at once", "they are polled all the same", model, fields, address)
