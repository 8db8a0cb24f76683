"""`page:`: an HTML page, style sheet or text made from a template and the message."""

from caravana.component.page.component import PageComponent

__all__ = ["PageComponent"]
