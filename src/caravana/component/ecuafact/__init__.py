"""Ecuafact: e-invoices of Ecuador through mynexusapi.com; it signs, sends to the SRI and, unless told otherwise, numbers."""

from caravana.component.ecuafact.component import EcuafactComponent

__all__ = ["EcuafactComponent"]
