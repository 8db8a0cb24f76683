"""Matching of bank credits to open invoices: credits, open items and what was learned in, ranked proposals out. Pure.

`Matcher` in `batch` is the way in. Amounts are integers in the currency's minor unit.
"""

from caravana.commerce.matching.batch import Matcher
from caravana.commerce.matching.candidate import Credit, Customer, Item
from caravana.commerce.matching.learning import Habits
from caravana.commerce.matching.proposal import Decision, Proposal

__all__ = ["Credit", "Customer", "Decision", "Habits", "Item", "Matcher", "Proposal"]
