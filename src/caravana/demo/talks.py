"""What became of each conversation and of the catalogue, judged by Meta's chats and Odoo's orders. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from caravana.component.whatsapp.sandbox import Account
from caravana.component.whatsapp.sandbox.people import Said

PLACES: Mapping[str, str] = {Account.number_id: "WhatsApp", Account.page_id: "Facebook"}
CENT, WITH_TAX = Decimal("0.01"), Decimal("1.15")
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Wanted:
    """What has to become of a customer's talk.

    - `answered`, `unanswered`: ids of messages that have to be answered once, and of those that must not be
    - `notices`, `orders`: how much the company has to tell by itself, and how many orders have to be in Odoo
    """

    name: str
    place: str
    answered: Sequence[str]
    unanswered: Sequence[str] = ()
    notices: int = 0
    orders: int = 0


@dataclass(frozen=True)
class Talk:
    """A conversation, and what became of it: `lost` and `doubled` count answers, notices and orders alike."""

    name: str
    place: str
    wrote: int
    answered: int
    told: int
    lost: int
    doubled: int
    orders: int

    @property
    def is_right(self) -> bool:
        """Whether everything was answered and told once, and became one order."""
        return not (self.lost or self.doubled)


def talk(wanted: Wanted, said: Sequence[Said], orders: int) -> Talk:
    """Judge a talk. `said`: what the company wrote to the customer, `orders`: how many Odoo has of their carts."""
    by_chat = wanted.place == Account.number_id
    marks = [one.reply_to for one in said]
    counts = [marks.count(one) for one in wanted.answered] if by_chat else _in_turn(wanted.answered, len(said))
    notices = marks.count(None) if by_chat else 0
    pairs = [*((1, one) for one in counts), *((0, marks.count(one)) for one in wanted.unanswered)]
    pairs += [(wanted.notices, notices), (wanted.orders, orders)]
    return Talk(
        wanted.name,
        PLACES[wanted.place],
        len(wanted.answered) + len(wanted.unanswered),
        sum(count > 0 for count in counts),
        notices,
        sum(max(0, due - there) for due, there in pairs),
        sum(max(0, there - due) for due, there in pairs),
        orders,
    )


def _in_turn(wanted: Sequence[str], answers: int) -> list[int]:
    """How often each is answered where answers say not to what: one after the other, and the last by all that is left."""
    counts = [int(place < answers) for place in range(len(wanted))]
    if wanted:
        counts[-1] += max(0, answers - len(wanted))
    return counts


@dataclass(frozen=True)
class Item:
    """A product that shall be in the catalogue: as Meta shows it, or `refused`, for a reason that is noted on it in Odoo.

    `right`: whether that is as it should be.
    """

    code: str
    name: str
    price: str
    stock: str
    refused: str
    right: bool


def item(product: Mapping[str, Any], listed: Rows, notes: Sequence[str], refusal: str) -> Item:
    """Judge a product of Odoo by Meta's list and by what the hub noted on it. `refusal`: Meta's reason, where it has one."""
    code = str(product["default_code"])
    shown = [one for one in listed if one["retailer_id"] == code]
    refused = refusal if any(refusal in one for one in notes) else ""
    price = f"{(Decimal(str(product['list_price'])) * WITH_TAX).quantize(CENT, ROUND_HALF_UP)} USD"
    right = bool(refused) and not shown if refusal else [one["price"] for one in shown] == [price]
    one = shown[0] if shown else {}
    return Item(code, str(product["name"]), one.get("price", price), one.get("availability", ""), refused, right)
