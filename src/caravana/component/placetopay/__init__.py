"""PlacetoPay Checkout (Evertec): card payments on the provider's own page; every Ecuadorian card comes through it."""

from caravana.component.placetopay.component import PlacetopayComponent

__all__ = ["PlacetopayComponent"]
