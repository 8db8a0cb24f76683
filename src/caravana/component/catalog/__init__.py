"""Product catalogues at Meta: items put in, changed and taken out in batches, followed to their end."""

from caravana.component.catalog.component import CatalogComponent

__all__ = ["CatalogComponent"]
