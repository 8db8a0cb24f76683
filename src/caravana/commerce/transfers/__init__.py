"""The pure callables of the flow `matching`, named `transfers.…` in its routes: from bank entries to payments in Odoo."""

from caravana.commerce.transfers.awaiting import Awaiting
from caravana.commerce.transfers.coding import Coding
from caravana.commerce.transfers.decide import Decide
from caravana.commerce.transfers.journal import Journal
from caravana.commerce.transfers.learn import Learn
from caravana.commerce.transfers.line import Line
from caravana.commerce.transfers.look import Look
from caravana.commerce.transfers.payment import Payment
from caravana.commerce.transfers.post import Post
from caravana.commerce.transfers.settings import POSTINGS, TransferSettings
from caravana.commerce.transfers.undo import Undo


class Transfers(Look, Awaiting, Coding, Journal, Post, Payment, Line, Decide, Undo, Learn):
    """All of them under one name."""


__all__ = ["POSTINGS", "TransferSettings", "Transfers"]
