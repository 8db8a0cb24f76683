"""From a route's words to Meta's: the same JSON as pywa's for every kind of message."""

from typing import Any

import pytest

from caravana.component.whatsapp import WhatsappComponent
from caravana.component.whatsapp.mapping import BODIES, message
from caravana.component.whatsapp.spec import Operation
from caravana.kit.errors import Refused
from caravana.kit.graph.body import read_body
from tests.component.whatsapp.meta import ANA, recorded

CATALOG = "194836987003835"
RECORDED = {one["name"]: one["request"].get("json") for one in recorded("pywa-4.5.0")}
SAID: list[tuple[str, str, dict[str, Any]]] = [
    ("text", "text", {"text": "Hola, ¿en qué le ayudamos?"}),
    ("reply", "text", {"text": "Respuesta", "reply_to": "wamid.X"}),
    (
        "buttons",
        "buttons",
        {
            "header": "Menú",
            "text": "Elija",
            "footer": "Tienda",
            "buttons": [
                {"id": "menu:orders", "title": "Pedidos"},
                {"id": "menu:invoice", "title": "Factura"},
                {"id": "menu:human", "title": "Asesor"},
            ],
        },
    ),
    (
        "list",
        "list",
        {
            "text": "Catálogo",
            "button": "Ver opciones",
            "sections": [
                {
                    "title": "Categorías",
                    "rows": [
                        {"id": "cat:1", "title": "Bebidas", "description": "12 productos"},
                        {"id": "cat:2", "title": "Granos"},
                    ],
                }
            ],
        },
    ),
    ("cta", "link", {"text": "Pague aquí", "label": "Pagar", "url": "https://example.com/pay/1"}),
    ("image_link", "media", {"kind": "image", "link": "https://example.com/a.jpg", "caption": "Foto"}),
    ("image_id", "media", {"kind": "image", "id": "900001", "caption": "Foto"}),
    ("video", "media", {"kind": "video", "link": "https://example.com/v.mp4"}),
    ("audio", "media", {"kind": "audio", "id": "900001"}),
    ("catalog", "catalog", {"text": "Nuestro catálogo", "sku": "SKU-1"}),
    ("product", "product", {"text": "Este", "sku": "SKU-1"}),
    (
        "products",
        "products",
        {"header": "Ofertas", "text": "Mire", "sections": [{"title": "A", "skus": ["SKU-1", "SKU-2"]}]},
    ),
    ("location_request", "location_request", {"text": "¿Dónde entregamos?"}),
    ("location", "location", {"latitude": 14.08, "longitude": -87.2, "name": "Tienda", "address": "Centro"}),
    ("reaction", "reaction", {"message": "wamid.X", "emoji": "👍"}),
    (
        "template_named",
        "template",
        {"template": {"name": "order_update", "language": "es", "parameters": {"customer": "Ana", "order": "SO001"}}},
    ),
    (
        "template_pos",
        "template",
        {
            "template": {
                "name": "invoice_ready",
                "language": "es_MX",
                "parameters": ["Ana", "SO001"],
                "buttons": {0: "payload:yes"},
            }
        },
    ),
    (
        "template_doc_url",
        "template",
        {
            "template": {
                "name": "invoice_ready",
                "language": "es",
                "parameters": ["Ana", "SO001"],
                "header": {"document": {"link": "https://example.com/f.pdf", "filename": "f.pdf"}},
                "buttons": {0: "abc"},
            }
        },
    ),
]
ADDED = {"messaging_product", "recipient_type", "to", "biz_opaque_callback_data"}


def plain(value: Any) -> Any:
    """Take the spelling away that Meta takes in either way: case of component types, number or text of an index."""
    if isinstance(value, dict):
        return {
            name: str(one).lower() if name in ("type", "sub_type", "index") else plain(one)
            for name, one in value.items()
        }
    return [plain(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("name", "operation", "said"), SAID, ids=[one[0] for one in SAID])
def test_messages_are_those_of_pywa(name: str, operation: str, said: dict[str, Any]) -> None:
    """Each kind of message is the JSON that pywa sends for it, apart from whom it goes to."""
    kind = Operation(operation)
    made = message(kind, read_body(BODIES[kind], {"to": ANA, **said}), CATALOG)
    wanted = {member: one for member, one in RECORDED[name].items() if member not in ADDED}
    assert plain(made) == plain(wanted)


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("text", {"text": "x" * 4097}),
        ("text", {"text": ""}),
        ("text", {"text": "x", "to": "nobody"}),
        ("text", {"text": "x", "sms": True}),
        ("media", {"kind": "image"}),
        ("media", {"kind": "image", "id": "1", "link": "https://x.example/a"}),
        ("media", {"kind": "audio", "id": "1", "caption": "x"}),
        ("buttons", {"text": "x", "buttons": []}),
        ("buttons", {"text": "x", "buttons": [{"id": str(one), "title": str(one)} for one in range(4)]}),
        ("buttons", {"text": "x", "buttons": [{"id": "1", "title": "t" * 21}]}),
        ("buttons", {"text": "x", "buttons": [{"id": "1", "title": "a"}, {"id": "1", "title": "b"}]}),
        ("list", {"text": "x", "button": "b", "sections": [{"rows": [{"id": "1", "title": "t" * 25}]}]}),
        ("products", {"text": "x", "sections": [{"skus": ["1"]}]}),
        ("products", {"text": "x", "header": "h", "sections": [{"skus": [str(one) for one in range(31)]}]}),
        ("location", {"latitude": 91, "longitude": 0}),
        ("template", {"template": {"name": "Hola", "language": "es"}}),
        ("template", {}),
        ("link", {"text": "x", "label": "y", "url": "javascript:alert(1)"}),
    ],
)
def test_what_meta_would_not_take_is_refused_before(operation: str, said: dict[str, Any]) -> None:
    """Lengths, counts and missing members are refused before anything is sent, without telling what was said."""
    with pytest.raises(Refused) as caught:
        read_body(BODIES[Operation(operation)], {"to": ANA, **said})
    assert caught.value.code == "body"
    assert "tttt" not in str(caught.value)


def test_a_template_takes_no_line_breaks() -> None:
    """Values with line breaks and gaps become one line, as Meta wants it."""
    said = {"to": ANA, "template": {"name": "a", "language": "es", "parameters": ["uno\n  dos\tytres"]}}
    made = message(Operation.TEMPLATE, read_body(BODIES[Operation.TEMPLATE], said), "")
    assert made["template"]["components"][0]["parameters"] == [{"type": "text", "text": "uno dos ytres"}]


def test_every_operation_that_sends_has_a_body() -> None:
    """No kind of message is forgotten."""
    from caravana.component.whatsapp.spec import MESSAGES

    assert BODIES.keys() == MESSAGES
    assert WhatsappComponent.scheme == "whatsapp"
