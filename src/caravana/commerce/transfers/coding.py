"""Payment codes: whether the order or invoice for which one is asked is in the books, and takes money."""

from typing import Any

from caravana.commerce.transfers.mapping import TransferMapping, Variables, of_company
from caravana.kit.callables import pure


class Coding(TransferMapping):
    """What `match-code` asks and answers."""

    @pure
    def coded_order(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the order."""
        return {"domain": [["name", "=", _name(variables)], *of_company(variables["wish"]["company"])], "limit": 1}

    @pure
    def coded_invoice(self, variables: Variables) -> dict[str, Any]:
        """Return the search for the customer's invoice."""
        name = _name(variables)
        either = ["|", ["name", "=", name], ["l10n_latam_document_number", "=", name]]
        kind = ["move_type", "=", "out_invoice"]
        return {"domain": [kind, *either, *of_company(variables["wish"]["company"])], "order": "id desc", "limit": 1}

    @pure
    def document(self, variables: Variables) -> dict[str, Any]:
        """Return `{name}` of what was found, with `refused` where it takes no money: as a code, `unknown` for nothing."""
        named = {"name": _name(variables)}
        if variables["orders"]:
            return {**named, **({"refused": "cancelled"} if variables["orders"][0]["state"] == "cancel" else {})}
        if not variables["invoices"]:
            return {**named, "refused": "unknown"}
        invoice = variables["invoices"][0]
        if invoice["state"] != "posted":
            return {**named, "refused": "cancelled" if invoice["state"] == "cancel" else "draft"}
        return {**named, **({} if invoice["payment_state"] in ("not_paid", "partial") else {"refused": "paid"})}


def _name(variables: Variables) -> str:
    return str(variables["wish"]["name"]).strip()
