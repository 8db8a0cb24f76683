"""Products as flows hand them over."""

from typing import Any


def item(sku: str, **more: Any) -> dict[str, Any]:
    """Return a whole item."""
    return {
        "sku": sku,
        "title": f"Café {sku}",
        "description": "Café molido",
        "price": {"amount": "2.50", "currency": "USD"},
        "link": f"https://shop.example/p/{sku}",
        "image": f"https://hub.example/img/{sku}.jpg",
        "brand": "Finca",
        **more,
    }
