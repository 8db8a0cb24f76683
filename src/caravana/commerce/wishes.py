"""What the shipped flows would like to find in Odoo, beside what Odoo brings. Nothing of it is required."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from caravana.commerce.catalogue.others import others
from caravana.component.odoo.things import CustomField, HintAutomation, ProductTag, Thing

STATE, LINK = "x_caravana_payment_state", "x_caravana_payment_link"
EINVOICE = "x_caravana_einvoice_"
"""Beginning of the names of the fields of electronic documents, which `commerce.einvoice.writing` writes."""
NOTED = "the same stands as a note on the document"
NOTES = "the same stands as a note on the order"
PUBLISH = "Publicar"
PRODUCT_STATE = "x_caravana_catalogue_state"


def _of_document(use: str, name: str, label: str) -> CustomField:
    return CustomField(use, NOTED, "account.move", f"{EINVOICE}{name}", label)


FIELDS: dict[str, tuple[CustomField, ...]] = {
    "cards": (
        CustomField("orders can be filtered by their card payment", NOTES, "sale.order", STATE, "Pago con tarjeta"),
        CustomField("the pay link in lists, exports and mail templates", NOTES, "sale.order", LINK, "Enlace de pago"),
    ),
    "einvoice": (
        _of_document("invoices can be filtered by their state at the SRI", "state", "Estado SRI"),
        _of_document("what is wrong with a document, in lists", "error", "Problema en el SRI"),
        _of_document("the clave de acceso in lists, exports and prints", "access_key", "Clave de acceso"),
        _of_document("when the SRI authorised a document, in lists", "date", "Fecha de autorización"),
        _of_document("the fiscal number where the company numbers", "number", "Número fiscal"),
    ),
}
"""Flow: the fields that it writes where they are."""


def wishes(
    flows: Iterable[str],
    watched: Sequence[tuple[str, tuple[str, ...]]],
    address: str | None,
    settings: Mapping[str, Any],
) -> list[Thing]:
    """Return what these flows would like, under their `settings`.

    `watched`: models that routes poll, with the fields they look at; `address`: where Odoo may send hints, None when nowhere.
    """
    flows = list(flows)
    tag = ProductTag("flags the products that the catalogue publishes", "products are published only with it", PUBLISH)
    fields = [one for flow in flows for one in FIELDS.get(flow, ())]
    if "catalogue" in flows:
        further = (one["field"] for one in others(settings).values() if one.get("field"))
        fields += [_of_products(name) for name in (settings.get("catalogue.field") or PRODUCT_STATE, *further)]
    hints = [_hint(model, names, address) for model, names in watched] if address else []
    return [tag, *fields, *hints]


def _of_products(name: str) -> CustomField:
    """A field for the state of products: one that a catalogue names, or the one that `catalogue.field` may name."""
    use = "products can be filtered by their state at Meta; `catalogue.field` names it"
    return CustomField(use, "the same stands as a note on the product", "product.product", name, "Catálogo de Meta")


def _hint(model: str, fields: tuple[str, ...], address: str) -> HintAutomation:
    return HintAutomation("changes are taken at once", "they are polled all the same", model, fields, address)
