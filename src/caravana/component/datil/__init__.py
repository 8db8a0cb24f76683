"""Dátil: e-invoices of Ecuador through link.datil.co; the caller numbers, Dátil signs, sends to the SRI and mails."""

from caravana.component.datil.component import DatilComponent

__all__ = ["DatilComponent"]
