"""Sello, an invented e-invoicing company, and its component: what a third party would write, outside the package."""

from tests.component.einvoice.sello.component import SelloComponent
from tests.component.einvoice.sello.sandbox import SelloSandbox

__all__ = ["SelloComponent", "SelloSandbox"]
