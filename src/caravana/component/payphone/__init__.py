"""PayPhone's payment button: cards and PayPhone balances, paid on PayPhone's page and confirmed by us within five minutes."""

from caravana.component.payphone.component import PayphoneComponent

__all__ = ["PayphoneComponent"]
