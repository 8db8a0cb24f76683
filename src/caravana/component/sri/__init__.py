"""Ecuador's tax authority itself: electronic documents signed here and handed in without a company in between."""

from caravana.component.sri.component import SriComponent

__all__ = ["SriComponent"]
