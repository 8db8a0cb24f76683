"""`einvoice:notification`: what the companies of all emission points send, each by its own receiver, at its own address."""

from collections.abc import Sequence

from caravana.component.einvoice.company import Companies
from caravana.kit.handing import NamedReceiver, Together
from caravana.kit.ports import Receiver


def notifications(connections: Sequence[str], companies: Companies, receiver: Receiver) -> Together:
    """Return the receivers of all connections whose company sends notifications, not of those that are switched off.

    Raises `ConfigurationError` for a connection that nobody serves.
    """
    listening = [name for name in connections if companies.offers(name) and not companies.is_off(name)]
    return Together([companies.endpoint(one).consumer(NamedReceiver(receiver, one)) for one in listening])
