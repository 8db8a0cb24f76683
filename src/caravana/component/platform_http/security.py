"""Who may call an operation: clients with a bearer token each, and the scopes that it carries.

A client stands in the setting `<key>.clients` as `name: {token: NAME_OF_SECRET, scopes: [...]}`; while its secret is replaced,
the old one is taken too, as `NAME_OF_SECRET_previous`. The token never enters a message; the client's name does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

from caravana.component.platform_http.spec import Need
from caravana.kit.errors import ConfigurationError
from caravana.kit.ports import Context
from caravana.kit.signature import equal

CLIENT = "CaravanaClient"
"""Property of a message: the client whose token came with it."""
SHORTEST = 16
_CHALLENGE = "WWW-Authenticate"


@dataclass(frozen=True)
class Client:
    """One caller: its secrets, the present one first, and its scopes."""

    name: str
    tokens: tuple[str, ...]
    scopes: frozenset[str]


@dataclass(frozen=True)
class Gate:
    """The clients known, and the scopes that an operation asks for."""

    clients: tuple[Client, ...]
    scopes: frozenset[str]

    def client(self, authorization: str) -> str | Response:
        """Return the client's name, or the refusal: 401 without a known token, 403 without a scope."""
        scheme, _, token = authorization.partition(" ")
        found = self._known(token.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            return JSONResponse({"error": "a known bearer token is needed"}, 401, {_CHALLENGE: "Bearer"})
        lacking = sorted(self.scopes - found.scopes)
        if lacking:
            challenge = f'Bearer error="insufficient_scope", scope="{" ".join(lacking)}"'
            return JSONResponse({"error": f"the token lacks the scope {lacking[0]}"}, 403, {_CHALLENGE: challenge})
        return found.name

    def _known(self, token: str) -> Client | None:
        """The client of a token; all are compared, so that the time tells nothing."""
        fits = [one for one in self.clients for secret in one.tokens if equal(token, secret)]
        return fits[0] if fits else None


def gate(needs: Sequence[Need], context: Context) -> Gate | None:
    """Return who may call; None = everybody. Raises `ConfigurationError` for a wrong setting or a missing secret."""
    if not needs:
        return None
    keys = dict.fromkeys(one.key for one in needs)
    clients = tuple(client for key in keys for client in _clients(key, context))
    scopes = frozenset(part.strip() for one in needs for part in one.scopes.split(",") if part.strip())
    return Gate(clients, scopes)


def _clients(key: str, context: Context) -> Iterator[Client]:
    place = f"settings.{key}.clients"
    listed = context.setting(f"{key}.clients")
    if not isinstance(listed, Mapping) or not listed:
        raise ConfigurationError("nobody could call: name the clients", place=place, suggestion=_FORM)
    for name, one in listed.items():
        if not isinstance(one, Mapping) or not isinstance(one.get("token"), str) or not _texts(one.get("scopes")):
            raise ConfigurationError("a client has a token and scopes", place=f"{place}.{name}", suggestion=_FORM)
        yield Client(str(name), _tokens(one["token"], context), frozenset(one["scopes"]))


_FORM = "web: {token: name_of_a_secret, scopes: [...]}"


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _tokens(name: str, context: Context) -> tuple[str, ...]:
    present = context.secret(name)
    if len(present) < SHORTEST:
        raise ConfigurationError(f"must have at least {SHORTEST} characters", place=f"secret {name}")
    try:
        before = context.secret(f"{name}_previous")
    except ConfigurationError:
        return (present,)
    return (present, before) if len(before) >= SHORTEST else (present,)
