"""`pay:notification`: what every company of the merchant accounts sends, each by its own receiver, at its own address."""

from caravana.component.pay.company import Companies
from caravana.kit.handing import NamedReceiver, Together
from caravana.kit.merchant import Accounts
from caravana.kit.ports import Receiver


def notifications(accounts: Accounts, companies: Companies, receiver: Receiver) -> Together:
    """Return the receivers of all accounts whose company sends notifications, not of those that are switched off.

    Raises `ConfigurationError` for an account that nobody serves.
    """
    listening = [name for name in accounts.names if companies.offers(name) and not companies.is_off(name)]
    return Together(
        [companies.endpoint(one).consumer(NamedReceiver(receiver, one, accounts.branch_of(one))) for one in listening]
    )
