"""`wares:`: the company's products for catalogues elsewhere: what changed, what is kept of each, their public pictures."""

from caravana.component.wares.component import WaresComponent

__all__ = ["WaresComponent"]
