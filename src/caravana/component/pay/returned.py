"""`pay:returned`: which payment the company named when it sent the browser back. A reason to ask, never a proof."""

from collections.abc import Mapping
from typing import Any

from caravana.component.pay.company import Companies
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.exchange import Exchange
from caravana.kit.merchant import Accounts


class ReturnedProducer(Producer):
    """Reads the parameters of the return, which are headers of the message; the body becomes the payment's name, or null."""

    kind = Kind.PURE

    def __init__(self, accounts: Accounts, companies: Companies) -> None:
        """`accounts`: how a message tells its account; `companies`: who is behind them."""
        self._accounts = accounts
        self._companies = companies

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return the account and the parameters. Raises `NeedsPerson` when nothing tells the account."""
        body = exchange.body if isinstance(exchange.body, Mapping) else {}
        connection = self._accounts.name(exchange.branch, body.get("connection"))
        parameters = {name: value for name, value in exchange.headers.items() if isinstance(value, str)}
        return {"connection": self._accounts.sure(connection, exchange.branch), "parameters": parameters}

    async def send(self, request: Any, effect: Effect) -> Reply:
        """Have the company's component read them. Raises `ConfigurationError` for an account that is gone."""
        return Reply(self._companies.of(request["connection"]).returned(request["parameters"]))
