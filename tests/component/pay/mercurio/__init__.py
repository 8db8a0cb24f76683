"""Mercurio, an invented payment company, and its component: what a third party would write, outside the package."""

from tests.component.pay.mercurio.component import MercurioComponent
from tests.component.pay.mercurio.sandbox import MercurioSandbox

__all__ = ["MercurioComponent", "MercurioSandbox"]
