"""What tests of conversations share: what Odoo holds, what customers are answered, what is left over."""

import asyncio
from typing import Any

from caravana.testing.talk import Talk, lines_of
from tests.support.waiting import eventually

ANA = "593990000009"
PATIENT = {"conversation.patience": "10h"}
"""Placeholders for tests in which hours pass while a message is being answered: nobody is told that it takes a moment."""


def rows(talk: Talk, model: str, *fields: str) -> list[dict[str, Any]]:
    """Return all records of a model."""
    found: list[dict[str, Any]] = talk.odoo.env[model].read(talk.odoo.env[model].search([]), list(fields))
    return found


async def answered(talk: Talk, said: str, phone: str = ANA) -> list[str]:
    """Return the lines that a message is answered with."""
    customer = talk.customer(phone)
    before = len(customer.received)
    customer.text(said)
    return [line for one in await talk.answer(customer, before) for line in lines_of(one)]


async def unfinished(talk: Talk) -> list[dict[str, Any]]:
    """Return the exchanges that did not end well; what is under way, as news of a message's delivery are, is waited for."""
    query = "select route, state, error from exchange where state <> 'done'"
    while True:
        found = [dict(one) for one in await talk.hub.journal.query(query, {})]
        if not any(one["state"] in ("ready", "running") for one in found):
            return found
        await asyncio.sleep(0.02)


async def reviews(talk: Talk) -> list[dict[str, Any]]:
    """Return what waits for a person."""
    return [one for _, one in await talk.hub.store.find("review")]


async def arrived(talk: Talk) -> None:
    """Wait until the hub has taken all that Meta told: what is said next comes after it."""

    def is_taken() -> bool:
        return all(one.answered == 200 for one in talk.meta.webhooks.deliveries)

    await eventually(is_taken)


def invoiced(talk: Talk, order: int) -> int:
    """Make and post the invoice of an order in Odoo, as a clerk does; return it."""
    env = talk.odoo.env
    context = {"active_model": "sale.order", "active_ids": [order], "active_id": order}
    wizard = env["sale.advance.payment.inv"]
    wizard.create_invoices([wizard.create({"advance_payment_method": "delivered"}, context=context)], context=context)
    invoice: int
    [invoice] = env["sale.order"].read([order], ["invoice_ids"])[0]["invoice_ids"]
    env["account.move"].action_post([invoice])
    return invoice
