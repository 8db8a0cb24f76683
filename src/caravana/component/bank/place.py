"""Whose an account is: the branch and the company of Odoo whose invoices its money may pay. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from caravana.kit.branch import Branch

ODOO = "odoo"
"""Connection of a company without branches."""


@dataclass(frozen=True)
class Place:
    """`branch`: None where there are none, or several share the account; `company`: Odoo's, None: the only one.

    `known`: False when the account may be of one company or another: then its money pays no invoice.
    """

    branch: str | None = None
    connection: str = ODOO
    company: int | None = None
    known: bool = True


def place_of(account: str, branches: Mapping[str, Branch], spelt: Callable[[str], str]) -> Place:
    """Return whose `account` is: of the branches that name it, else of the only company that the branches have.

    `spelt` gives the one spelling of an account's number.
    """
    if not branches:
        return Place()
    number = spelt(account)
    owners = {name: one for name, one in branches.items() if number in map(spelt, one.bank_accounts)}
    companies = {(one.odoo, one.company) for one in (owners or branches).values()}
    if len(companies) != 1:
        return Place(known=False)
    [(connection, company)] = companies
    return Place(next(iter(owners)) if len(owners) == 1 else None, connection, company)
