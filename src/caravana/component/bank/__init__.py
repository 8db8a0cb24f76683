"""`bank:operation`: statements, downloads and notifications of bank accounts; each entry once."""

from caravana.component.bank.component import BankComponent

__all__ = ["BankComponent"]
