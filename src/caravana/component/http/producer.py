"""The calling side of `http:` and `https:`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from yarl import URL

from caravana.component.http.connection import HttpConnection
from caravana.component.http.errors import failure
from caravana.component.http.mapping import to_reply, to_request
from caravana.component.http.spec import HttpOptions, read_ranges
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import NeedsPerson
from caravana.kit.exchange import Exchange
from caravana.kit.http import HttpSession
from caravana.kit.redaction import is_sensitive_header
from caravana.kit.uri import fill_secrets, secrets_in

_BY_METHOD = {
    "GET": Kind.READ,
    "HEAD": Kind.READ,
    "OPTIONS": Kind.READ,
    "PUT": Kind.IDEMPOTENT,
    "DELETE": Kind.IDEMPOTENT,
}
_SLACK = timedelta(seconds=5)
"""The session's own limit strikes before the engine's, so that an error says which part took too long."""


class HttpProducer(Producer):
    """One call of one address."""

    def __init__(
        self,
        address: URL,
        options: HttpOptions,
        session: HttpSession,
        settings: HttpConnection | None,
        secret: Callable[[str], str],
    ) -> None:
        """`address`: with the endpoint's own query; `settings`: the named connection, if any; `secret`: by name."""
        self._secret = secret
        self._secrets = {name: value for name, value in address.query.items() if secrets_in(value)}
        self._address = address
        self._options = options
        self._session = session
        self._settings = settings
        self._accepted = read_ranges(options.ok_status_code_range)
        self._warned = False
        self.timeout = options.response_timeout + _SLACK
        self.key_lifetime = options.key_lifetime
        self.repeat_unknown = options.repeat_unknown

    def kind_of(self, request: Any) -> Kind:
        """Return the declared kind, else the one of the request's method."""
        if self._options.effect is not None:
            return Kind(self._options.effect)
        if self._options.idempotency_header and request["method"] in ("POST", "PATCH"):
            return Kind.IDEMPOTENT
        return _BY_METHOD.get(request["method"], Kind.BLIND)

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return `{method, url, headers, body}`, without the connection's credentials."""
        self._warn_of_withheld(exchange)
        return to_request(exchange, self._address, self._options)

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Make the call.

        Raises `NeedsPerson` when the address is not the connection's or the secret's, else what the table in `errors` says.
        """
        url, headers = self._authenticate(self._with_secrets(URL(request["url"])), dict(request["headers"]))
        if self._options.idempotency_header:
            headers[self._options.idempotency_header] = effect.key
        body = request["body"]
        answer = await self._session.call(
            request["method"],
            url,
            headers=headers,
            data=body.encode() if isinstance(body, str) else body,
            timeout=self._options.response_timeout.total_seconds(),
        )
        wrong = failure(answer, url, self._accepted) if self._options.throw_exception_on_failure else None
        if wrong is not None:
            raise wrong
        return to_reply(answer, self._options)

    def would(self, request: Any, effect: Effect) -> Reply:
        """Answer 204, without a body: what the partner would say, nobody can tell."""
        return Reply(None, {"CamelHttpResponseCode": 204})

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Replace the body; join the answer's headers, or with `copyHeaders=false` replace all."""
        if not self._options.copy_headers:
            exchange.headers.clear()
        super().receive(exchange, reply)

    def _with_secrets(self, url: URL) -> URL:
        """Fill in the placeholders of the address itself; one that a message has brought stays a text."""
        own = {name: value for name, value in self._secrets.items() if url.query.get(name) == value}
        if not own:
            return url
        if url.origin() != self._address.origin():
            raise NeedsPerson(f"{url.origin()} is not the host that gets the secret of this address")
        return url.update_query({name: fill_secrets(value, self._secret) for name, value in own.items()})

    def _authenticate(self, url: URL, headers: dict[str, str]) -> tuple[URL, dict[str, str]]:
        if self._settings is None:
            return url, headers
        if not self._settings.covers(url):
            raise NeedsPerson(f"{url.origin()} is not the host of connection `{self._options.connection}`")
        return self._settings.with_query(url), headers | self._settings.credentials()

    def _warn_of_withheld(self, exchange: Exchange) -> None:
        """Say once that credentials in headers stay behind, since a partner's 401 would not say why."""
        if self._warned or self._options.send_credentials or self._options.skip_request_headers:
            return
        withheld = [name for name in exchange.headers if is_sensitive_header(name)]
        if withheld:
            self._warned = True
            structlog.get_logger(__name__).warning(
                "credentials not sent",
                headers=withheld,
                host=self._address.host,
                remedy="connection or sendCredentials=true",
            )
