"""Effect kinds of methods."""

import pytest

from caravana.component.odoo import OdooComponent
from caravana.kit.effect import Kind
from caravana.kit.errors import ConfigurationError, Refused
from tests.component.odoo.hub import MemoryHub, exchange, producer, settings

COMPONENT = OdooComponent(MemoryHub(settings("http://127.0.0.1:9")))


@pytest.mark.parametrize(
    ("address", "body", "kind"),
    [
        ("odoo:sale.order?method=action_confirm", {"ids": [1]}, Kind.VERIFIABLE),
        ("odoo:sale.order?method=action_confirm", {}, Kind.BLIND),
        ("odoo:sale.order?method=search_count", {"domain": []}, Kind.READ),
        ("odoo:sale.order?method=onchange", {"ids": []}, Kind.READ),
        ("odoo:account.payment?method=action_post", {"ids": [1]}, Kind.IDEMPOTENT),
        ("odoo:res.partner?method=write", {"ids": [1], "vals": {"name": "Ana"}}, Kind.IDEMPOTENT),
        ("odoo:sale.order?method=write", {"ids": [1], "vals": {"order_line": [[0, 0, {}]]}}, Kind.BLIND),
        ("odoo:res.partner?method=load", {"fields": ["id"], "data": []}, Kind.BLIND),
        (
            "odoo:res.partner?method=load",
            {"fields": ["id"], "data": [], "context": {"mode": "update", "noupdate": True}},
            Kind.IDEMPOTENT,
        ),
        ("odoo:x_thing?method=x_do", {"ids": [1]}, Kind.BLIND),
        ("odoo:x_thing?method=x_do&effect=idempotent", {"ids": [1]}, Kind.IDEMPOTENT),
        ("odoo:x_thing?method=x_do&doneWhen=[('x_state','=','done')]", {"ids": [1]}, Kind.VERIFIABLE),
        ("odoo:sale.order?operation=note", {"id": 1, "body": "x"}, Kind.BLIND),
        ("odoo:sale.order?operation=note&marked=true", {"id": 1, "body": "x"}, Kind.VERIFIABLE),
        ("odoo:sale.order?operation=createOnce", {"values": {"partner_id": 1}}, Kind.IDEMPOTENT),
        ("odoo:res.partner?operation=writeMany", [{"id": 1, "values": {"name": "x"}}], Kind.IDEMPOTENT),
    ],
)
def test_kind_of_a_call(address: str, body: object, kind: Kind) -> None:
    """The table, the arguments and the route's declaration decide, unknown methods are blind."""
    made = producer(COMPONENT, address)
    assert made.kind_of(made.request(exchange(body))) is kind


@pytest.mark.parametrize(
    "address",
    [
        "odoo:sale.order",
        "odoo:sale.order?operation=read&method=read",
        "odoo:sale.order?operation=read",
        "odoo:sale.order?operation=search&fields=name&order=name",
        "odoo:sale.order?operation=registerPayment",
        "odoo:x_thing?method=x_do&effect=verifiable",
        "odoo:?operation=count",
        "odoo:sale.order?method=_private",
    ],
)
def test_addresses_that_cannot_work_are_refused_before_start(address: str) -> None:
    """An address without fields, with two verbs, or with an impossible promise never runs."""
    with pytest.raises(ConfigurationError):
        producer(COMPONENT, address)


def test_a_read_without_fields_is_refused() -> None:
    """Reading all fields of a model costs seconds, so they are named."""
    with pytest.raises(Refused):
        producer(COMPONENT, "odoo:sale.order?method=search_read").request(exchange({"domain": []}))
