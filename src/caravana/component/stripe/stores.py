"""The clients of one address, by merchant account."""

from collections.abc import Callable

from caravana.component.stripe.client import StripeClient
from caravana.kit.errors import ConfigurationError, NeedsPerson
from caravana.kit.merchant import Accounts


class Stores:
    """The clients of the connections that an address may go to."""

    def __init__(self, accounts: Accounts, client: Callable[[str], StripeClient]) -> None:
        """`client` gives the client of a connection. Raises `ConfigurationError` when the settings of one are wrong."""
        self.accounts = accounts
        self._client = client
        self.clients = {name: client(name) for name in accounts.names}

    def client(self, name: str | None, branch: str | None) -> StripeClient:
        """Return the client of connection `name`. Raises `NeedsPerson` when it could not be told, or is gone."""
        sure = self.accounts.sure(name, branch)
        try:
            return self.clients.get(sure) or self._client(sure)
        except ConfigurationError as error:
            raise NeedsPerson(f"the payment store `{sure}`, where this began, is not there any more: {error}") from None
