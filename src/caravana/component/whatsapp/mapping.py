"""From a route's words to Meta's, and back. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from caravana.component.whatsapp import body as b
from caravana.component.whatsapp.spec import Operation
from caravana.kit.graph.body import Body

BODIES: Mapping[Operation, type[Body]] = {
    Operation.TEXT: b.TextBody,
    Operation.MEDIA: b.MediaBody,
    Operation.TEMPLATE: b.TemplateBody,
    Operation.BUTTONS: b.ButtonsBody,
    Operation.LIST: b.ListBody,
    Operation.LINK: b.LinkBody,
    Operation.PRODUCT: b.ProductBody,
    Operation.PRODUCTS: b.ProductsBody,
    Operation.CATALOG: b.CatalogBody,
    Operation.LOCATION_REQUEST: b.LocationRequestBody,
    Operation.LOCATION: b.LocationBody,
    Operation.CONTACTS: b.ContactsBody,
    Operation.REACTION: b.ReactionBody,
}
"""The body of each operation that sends a person something."""


def message(operation: Operation, body: Any, catalog: str) -> dict[str, Any]:
    """Return `type` and content of the message that `body` asks for; `catalog`: id of the account's catalogue."""
    kind, content = _CONTENTS[operation](body, catalog)
    made: dict[str, Any] = {"type": kind, kind: content}
    reply_to = getattr(body, "reply_to", None)
    if reply_to is not None:
        made["context"] = {"message_id": reply_to}
    return made


def template(use: b.TemplateUse) -> dict[str, Any]:
    """Return the content of a template message."""
    components = []
    if use.header is not None:
        components.append({"type": "header", "parameters": [_header(use.header)]})
    if use.parameters:
        components.append({"type": "body", "parameters": _parameters(use.parameters)})
    for number, value in sorted(use.buttons.items()):
        components.append(_button(number, value))
    made: dict[str, Any] = {"name": use.name, "language": {"code": use.language}}
    return made | ({"components": components} if components else {})


def _header(header: str | dict[Any, dict[str, str]]) -> dict[str, Any]:
    if isinstance(header, str):
        return {"type": "text", "text": header}
    [(kind, file)] = header.items()
    return {"type": kind, kind: file}


def _parameters(values: list[str] | dict[str, str]) -> list[dict[str, Any]]:
    """Meta takes no line breaks, tabs or long gaps in a value."""
    if isinstance(values, dict):
        return [{"type": "text", "parameter_name": name, "text": _line(value)} for name, value in values.items()]
    return [{"type": "text", "text": _line(value)} for value in values]


def _line(text: str) -> str:
    return " ".join(text.split())


def _button(number: int, value: str) -> dict[str, Any]:
    """A quick reply carries a payload (`payload:yes`), a link its end."""
    if value.startswith("payload:"):
        payload = {"type": "payload", "payload": value.removeprefix("payload:")}
        return {"type": "button", "sub_type": "quick_reply", "index": str(number), "parameters": [payload]}
    return {"type": "button", "sub_type": "url", "index": str(number), "parameters": [{"type": "text", "text": value}]}


def _text(body: b.TextBody, catalog: str) -> tuple[str, Any]:
    return "text", {"body": body.text, "preview_url": body.preview}


def _media(body: b.MediaBody, catalog: str) -> tuple[str, Any]:
    told = {"id": body.id, "link": body.link, "caption": body.caption, "filename": body.filename}
    return body.kind, {name: value for name, value in told.items() if value is not None}


def _template(body: b.TemplateBody, catalog: str) -> tuple[str, Any]:
    return "template", template(body.template)


def _interactive(kind: str, body: Any, action: dict[str, Any]) -> tuple[str, Any]:
    made: dict[str, Any] = {"type": kind, "action": action}
    header = getattr(body, "header", None)
    if isinstance(header, b.PictureHeader):
        made["header"] = {"type": "image", "image": header.image.model_dump(exclude_none=True)}
    elif header is not None:
        made["header"] = {"type": "text", "text": header}
    if body.text is not None:
        made["body"] = {"text": body.text}
    if getattr(body, "footer", None) is not None:
        made["footer"] = {"text": body.footer}
    return "interactive", made


def _buttons(body: b.ButtonsBody, catalog: str) -> tuple[str, Any]:
    buttons = [{"type": "reply", "reply": {"id": one.id, "title": one.title}} for one in body.buttons]
    return _interactive("button", body, {"buttons": buttons})


def _list(body: b.ListBody, catalog: str) -> tuple[str, Any]:
    sections = []
    for section in body.sections:
        rows = [{k: v for k, v in one.model_dump().items() if v is not None} for one in section.rows]
        sections.append(({"title": section.title} if section.title else {}) | {"rows": rows})
    return _interactive("list", body, {"button": body.button, "sections": sections})


def _link(body: b.LinkBody, catalog: str) -> tuple[str, Any]:
    parameters = {"display_text": body.label, "url": body.url}
    return _interactive("cta_url", body, {"name": "cta_url", "parameters": parameters})


def _product(body: b.ProductBody, catalog: str) -> tuple[str, Any]:
    return _interactive("product", body, {"catalog_id": catalog, "product_retailer_id": body.sku})


def _products(body: b.ProductsBody, catalog: str) -> tuple[str, Any]:
    sections = [
        ({"title": one.title} if one.title else {})
        | {"product_items": [{"product_retailer_id": sku} for sku in one.skus]}
        for one in body.sections
    ]
    return _interactive("product_list", body, {"catalog_id": catalog, "sections": sections})


def _catalog(body: b.CatalogBody, catalog: str) -> tuple[str, Any]:
    action: dict[str, Any] = {"name": "catalog_message"}
    if body.sku is not None:
        action["parameters"] = {"thumbnail_product_retailer_id": body.sku}
    return _interactive("catalog_message", body, action)


def _location_request(body: b.LocationRequestBody, catalog: str) -> tuple[str, Any]:
    return _interactive("location_request_message", body, {"name": "send_location"})


def _location(body: b.LocationBody, catalog: str) -> tuple[str, Any]:
    told = {"latitude": body.latitude, "longitude": body.longitude, "name": body.name, "address": body.address}
    return "location", {name: value for name, value in told.items() if value is not None}


def _contacts(body: b.ContactsBody, catalog: str) -> tuple[str, Any]:
    return "contacts", body.contacts


def _reaction(body: b.ReactionBody, catalog: str) -> tuple[str, Any]:
    return "reaction", {"message_id": body.message, "emoji": body.emoji}


_CONTENTS: Mapping[Operation, Callable[[Any, str], tuple[str, Any]]] = {
    Operation.TEXT: _text,
    Operation.MEDIA: _media,
    Operation.TEMPLATE: _template,
    Operation.BUTTONS: _buttons,
    Operation.LIST: _list,
    Operation.LINK: _link,
    Operation.PRODUCT: _product,
    Operation.PRODUCTS: _products,
    Operation.CATALOG: _catalog,
    Operation.LOCATION_REQUEST: _location_request,
    Operation.LOCATION: _location,
    Operation.CONTACTS: _contacts,
    Operation.REACTION: _reaction,
}
