"""`http:` and `https:`: calls an HTTP address."""

from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from yarl import URL

from caravana.component.http.connection import HttpConnection
from caravana.component.http.producer import HttpProducer
from caravana.component.http.spec import NOT_SUPPORTED, HttpOptions
from caravana.kit.component import Component, Endpoint, Finding, Maturity, Severity
from caravana.kit.errors import ConfigurationError, EffectError
from caravana.kit.http import HttpSession
from caravana.kit.options import judge_options, read_options
from caravana.kit.ports import Context
from caravana.kit.reach import unreached
from caravana.kit.uri import Uri, fill_secrets

_NAMES = tuple(field.alias or name for name, field in HttpOptions.model_fields.items())


@dataclass(frozen=True)
class HttpEndpoint(Endpoint):
    """One address of a partner, with the query that is the partner's own."""

    address: URL
    session: HttpSession
    settings: HttpConnection | None

    @property
    def connection(self) -> str:
        """The named connection, else the host."""
        return f"http:{self.options.connection or self.address.authority}"

    def producer(self) -> HttpProducer:
        """Return the calling side. Raises `ConfigurationError` when a secret of the address is not set."""
        for value in self.address.query.values():
            fill_secrets(value, self.context.secret)
        return HttpProducer(self.address, self.options, self.session, self.settings, self.context.secret)


class HttpComponent(Component):
    """Calls to whatever speaks HTTP and has no component of its own."""

    scheme = "http"
    schemes = ("https",)
    title = "HTTP"
    syntax = "http://host/path"
    doc = "Calls an HTTP address and gives the answer to the route."
    maturity = Maturity.STABLE
    options = HttpOptions
    connection = HttpConnection
    consumes = False
    secrets_in_address = True
    not_supported = NOT_SUPPORTED
    departures = MappingProxyType(
        {
            "connectTimeout": "10 s: three minutes, Camel's default, would hold an order for nothing",
            "responseTimeout": "60 s, where Camel waits without end",
            "copyHeaders": "headers with credentials are dropped all the same unless sendCredentials is set",
        }
    )

    def __init__(self, context: Context) -> None:
        """Begin without a session."""
        super().__init__(context)
        self._sessions: dict[tuple[str, float], HttpSession] = {}

    def endpoint(self, uri: Uri) -> Endpoint:
        """Return the endpoint at `uri`; as in Camel, options that are not ours belong to the partner's query string.

        Raises `ConfigurationError` for a Camel option that is not supported and for what looks like a mistyped option,
        because sending it on to the partner instead would be a silent mistake.
        """
        ours, theirs = _split(uri)
        options = read_options(HttpOptions, ours, place=f"{uri.scheme}:{uri.path}")
        return self._endpoint(uri, options, _address(uri, theirs))

    def judge(self, uri: Uri) -> None:
        """Judge the options that are ours of an address that is evaluated. Raises `ConfigurationError`."""
        ours, _ = _split(uri)
        judge_options(HttpOptions, ours, place=f"{uri.scheme}:{uri.path}")

    def create(self, uri: Uri, options: Any) -> HttpEndpoint:
        """Return the endpoint of `uri` without a query of the partner's."""
        return self._endpoint(uri, options, _address(uri, {}))

    def _endpoint(self, uri: Uri, options: HttpOptions, address: URL) -> HttpEndpoint:
        settings: HttpConnection | None = None
        if options.connection:
            settings = self.connection_settings(options.connection)
            if not settings.covers(address):
                raise ConfigurationError(
                    f"{address.origin()} is not the host of connection `{options.connection}`",
                    place=str(address.origin()),
                )
        return HttpEndpoint(uri, options, self.context, address, self._session(address, options), settings)

    def _session(self, address: URL, options: HttpOptions) -> HttpSession:
        wait = options.connect_timeout.total_seconds()
        key = options.connection or str(address.origin()), wait
        if key not in self._sessions:
            self._sessions[key] = HttpSession(connect_timeout=wait)
        return self._sessions[key]

    async def diagnose(self, name: str) -> list[Finding]:
        """Ask the connection's address for its head: reachable, and with these credentials not turned away."""
        settings: HttpConnection = self.connection_settings(name)
        async with HttpSession() as session:
            try:
                answer = await session.call(
                    "HEAD", settings.with_query(URL(settings.url)), headers=settings.credentials(), timeout=15
                )
            except EffectError as error:
                return [unreached(settings.url, error, f"connections.{name}.url")]
        if answer.status in (401, 403):
            text, remedy = f"the partner answers {answer.status}", "compare the credentials with those it gave"
            return [Finding("credentials", Severity.WARNING, text, remedy)]
        return [Finding("address", Severity.OK, f"the partner answers {answer.status}")]

    async def close(self) -> None:
        """Close all sessions."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()


def _split(uri: Uri) -> tuple[dict[str, str], dict[str, str]]:
    """Return the options that are ours, and those of the partner's query. Raises `ConfigurationError`."""
    ours = {name: value for name, value in uri.options.items() if name in _NAMES}
    theirs = {name: value for name, value in uri.options.items() if name not in _NAMES}
    _refuse_lost_options(theirs, f"{uri.scheme}:{uri.path}")
    return ours, theirs


def _refuse_lost_options(theirs: dict[str, str], place: str) -> None:
    problems = []
    for name in theirs:
        if name in NOT_SUPPORTED:
            problems.append(f"`{name}` is not supported: {NOT_SUPPORTED[name]}")
        elif near := get_close_matches(name, _NAMES, n=1, cutoff=0.88):
            problems.append(
                f"`{name}` looks like the option `{near[0]}`; a query parameter so called goes into CamelHttpQuery"
            )
    if problems:
        raise ConfigurationError("; ".join(problems), place=place)


def _address(uri: Uri, query: dict[str, str]) -> URL:
    if "{{secret:" in uri.path:
        raise ConfigurationError(
            "a secret stands in the query of an address or in a connection, never in its path",
            place=f"{uri.scheme}:{uri.path.partition('/')[0]}",
            suggestion="errors and records show the path",
        )
    try:
        address = URL(f"{uri.scheme}://{uri.path}")
        host = address.host
    except ValueError:
        host = None
    if not host:
        raise ConfigurationError(f"`{uri.scheme}:{uri.path}` names no host", suggestion="write https://host/path")
    if address.user or address.password:
        raise ConfigurationError(
            "credentials must not stand in an address", place=f"{uri.scheme}:{host}", suggestion="name a connection"
        )
    return address.with_query(query) if query else address
