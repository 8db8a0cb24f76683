"""What became of conversations and the catalogue, as the demo judges it: what is wrong must not pass."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from caravana.component.whatsapp.sandbox import Account
from caravana.component.whatsapp.sandbox.people import Said
from caravana.demo.phone import told
from caravana.demo.talks import Item, Talk, Wanted, item, talk

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
WANTED = Wanted("Ana", Account.number_id, ("IN1", "IN2"), ("IN3",), notices=1, orders=1)
PAGE = Wanted("Diego", Account.page_id, ("COMMENT", "IN1"))


def said(reply_to: str | None = None) -> Said:
    """Return a message of the company."""
    return Said("OUT", True, "text", {"body": "Hola"}, NOON, reply_to)


GOOD = [said("IN1"), said("IN2"), said()]


def test_once_is_right() -> None:
    """Each answered once, what is to be quiet not answered, told once, one order."""
    assert talk(WANTED, GOOD, 1) == Talk("Ana", "WhatsApp", 3, 2, 1, 0, 0, 1)
    assert talk(WANTED, GOOD, 1).is_right


@pytest.mark.parametrize(
    ("found", "orders", "lost", "doubled"),
    [
        (GOOD[1:], 1, 1, 0),
        (GOOD[:2], 1, 1, 0),
        ([*GOOD, said("IN1")], 1, 0, 1),
        ([*GOOD, said("IN3")], 1, 0, 1),
        ([*GOOD, said()], 1, 0, 1),
        (GOOD, 0, 1, 0),
        (GOOD, 2, 0, 1),
        ([GOOD[0], GOOD[0], GOOD[2]], 1, 1, 1),
    ],
)
def test_what_is_missing_or_too_much_is_counted(found: list[Said], orders: int, lost: int, doubled: int) -> None:
    """An answer, a notice or an order lacks, comes twice, or comes while a person talks; none makes up for another."""
    one = talk(WANTED, found, orders)
    assert (one.lost, one.doubled, one.is_right) == (lost, doubled, False)


@pytest.mark.parametrize(("count", "lost", "doubled"), [(0, 2, 0), (1, 1, 0), (2, 0, 0), (3, 0, 1)])
def test_on_the_page_answers_count_in_their_turn(count: int, lost: int, doubled: int) -> None:
    """Messenger does not say what is answered: as many as were wanted is right."""
    one = talk(PAGE, [said()] * count, 0)
    assert (one.place, one.answered, one.lost, one.doubled) == ("Facebook", min(count, 2), lost, doubled)


CAP = {"default_code": "GOR-001", "name": "Gorra", "list_price": 9.5}
LISTED = [{"retailer_id": "GOR-001", "price": "10.93 USD", "availability": "in stock"}]


def test_a_product_is_shown_with_taxes_or_refused_and_noted() -> None:
    """The price at Meta is Odoo's with IVA; what Meta refuses must not be shown, and its reason must be noted."""
    shown = item(CAP, LISTED, [], "")
    assert shown == Item("GOR-001", "Gorra", "10.93 USD", "in stock", "", right=True)
    refused = replace(shown, stock="", refused="not allowed")
    assert item(CAP, [], ["Meta: not allowed ref:1"], "not allowed") == refused
    wrong = [
        item(CAP, [{**LISTED[0], "price": "9.50 USD"}], [], ""),
        item(CAP, [], [], ""),
        item(CAP, [], ["nothing"], "not allowed"),
        item(CAP, LISTED, ["not allowed"], "not allowed"),
    ]
    assert [one.right for one in wrong] == [False] * 4


def test_a_message_is_read_without_what_may_be_chosen() -> None:
    """Marks of WhatsApp and choices are left out; a file is told by its name."""
    buttons = [{"type": "reply", "reply": {"id": "1", "title": "Confirmar"}}]
    content = {"type": "button", "body": {"text": "Su pedido:\n• 1 × *Gorra*"}, "action": {"buttons": buttons}}
    assert told(replace(said(), type="interactive", content=content)) == "Su pedido: 1 × Gorra"
    document = {"filename": "FAC.pdf", "caption": "Su factura"}
    assert told(replace(said(), type="document", content=document)) == "📎 FAC.pdf · Su factura"
    quick = {"text": "Precio: $5", "quick_replies": [{"title": "Otro"}]}
    assert told(replace(said(), type="messenger", content=quick)) == "Precio: $5"
