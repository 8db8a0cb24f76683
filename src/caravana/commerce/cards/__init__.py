"""The pure callables of the card flow, named `cards.…` in its routes. Each maps the variables of the exchange to one value."""

from caravana.commerce.cards.advance import Advance
from caravana.commerce.cards.cancelled import Cancelled
from caravana.commerce.cards.disputes import Disputes
from caravana.commerce.cards.link import Link
from caravana.commerce.cards.page import Page
from caravana.commerce.cards.refunds import Refunds
from caravana.commerce.cards.settings import CardBranch, CardSettings
from caravana.commerce.cards.settlements import Settlements
from caravana.commerce.cards.settling import Settling
from caravana.commerce.cards.sweep import Sweep


class Cards(Link, Page, Sweep, Settling, Advance, Cancelled, Refunds, Settlements, Disputes):
    """All of them under one name."""


__all__ = ["CardBranch", "CardSettings", "Cards"]
