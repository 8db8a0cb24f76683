"""What a dialogue's states may have done (`do`), with the outcomes that they must say how to go on from.

`ACTS` change the talk alone and are pure. `WISHES` are carried out by routes `direct:talk-<name>`, which answer
`{outcome, values}`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from caravana.commerce.conversation import cart, hours

Result = tuple[str, dict[str, Any]]
"""An outcome, and what is known from then on."""


@dataclass(frozen=True)
class Doing:
    """One thing that can be done. `gives`: names that are known afterwards; `act`: None for a wish."""

    outcomes: tuple[str, ...]
    gives: tuple[str, ...] = ()
    act: Callable[[Mapping[str, Any], str], Result] | None = None


def _language(scope: Mapping[str, Any], language: str) -> Result:
    """Go on in the language of `language` in what is known."""
    return "done", {}


def _opt_out(scope: Mapping[str, Any], language: str) -> Result:
    return "done", {"silent": True, "chosen": scope["now"]}


def _opt_in(scope: Mapping[str, Any], language: str) -> Result:
    return "done", {"silent": None, "chosen": scope["now"]}


DOINGS: Mapping[str, Doing] = {
    "add": Doing(("added", "too_many", "gone"), ("cart", "card", "quantity"), cart.add),
    "cart": Doing(("filled", "empty"), ("cart",), cart.look),
    "line": Doing(("found", "gone"), ("line",), cart.line),
    "change": Doing(("changed", "too_many", "gone"), ("cart",), cart.change),
    "empty": Doing(("done",), ("cart",), cart.empty),
    "missing": Doing(("nothing", "phone", "tax_id"), (), cart.missing),
    "hours": Doing(("open", "closed", "unknown"), ("hours", "address"), hours.hours),
    "language": Doing(("done",), (), _language),
    "opt_out": Doing(("done",), (), _opt_out),
    "opt_in": Doing(("done",), (), _opt_in),
    "search": Doing(("found", "one", "none"), ("goods", "text", "product")),
    "categories": Doing(("found", "none"), ("categories",)),
    "card": Doing(("shown", "sold_out", "unpriced", "gone"), ("card", "photo")),
    "price": Doing(("ready", "changed", "empty"), ("cart", "problems")),
    "basket": Doing(("ready", "changed", "empty"), ("cart", "problems")),
    "customer": Doing(("known", "failed"), ("customer",)),
    "identify": Doing(("known", "wrong"), ("customer",)),
    "order": Doing(("ordered", "changed", "again", "gone", "empty", "failed"), ("order", "cart", "problems")),
    "orders": Doing(("found", "none"), ("orders",)),
    "order_shown": Doing(("open", "paid", "cancelled", "none"), ("order",)),
    "invoice": Doing(("sent", "waiting", "elsewhere", "none"), ("order", "file")),
    "pay": Doing(("given", "paid", "none"), ("order", "link")),
    "transfer": Doing(("given", "paid", "none"), ("order", "transfer")),
    "person": Doing(("called",), ()),
}
PARTS: Mapping[str, tuple[str, ...]] = {
    "card": ("product", "code", "name", "price", "free", "stock", "description"),
    "cart": ("id", "lines", "total", "items"),
    "customer": ("id", "name", "phone", "tax_id", "invoice_to"),
    "file": ("id", "name"),
    "line": ("product", "code", "name", "quantity", "price", "total"),
    "order": ("id", "number", "date", "state", "total", "due", "lines", "cards", "transfers", "payment"),
    "place": ("name", "hours", "address"),
    "transfer": ("code", "accounts"),
}
"""What is known with a name that has parts."""
FAILED = "failed"
"""Outcome of a wish that could not be carried out: where a state does not name it, the dialogue's `trouble` is next."""
