"""Options of `http:` and `https:`."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, field_validator

from caravana.kit.options import Duration, Options

_IN_CONNECTION = "credentials stand in the settings of a connection: name it with `connection`"
NOT_SUPPORTED = {
    "authBearerToken": _IN_CONNECTION,
    "authMethod": _IN_CONNECTION,
    "authUsername": _IN_CONNECTION,
    "authPassword": _IN_CONNECTION,
    "authDomain": _IN_CONNECTION,
    "authHost": _IN_CONNECTION,
    "authenticationPreemptive": _IN_CONNECTION,
    "oauth2BodyAuthentication": _IN_CONNECTION,
    "oauth2CacheTokens": _IN_CONNECTION,
    "oauth2CachedTokensDefaultExpirySeconds": _IN_CONNECTION,
    "oauth2CachedTokensExpirationMarginSeconds": _IN_CONNECTION,
    "oauth2ClientId": _IN_CONNECTION,
    "oauth2ClientSecret": _IN_CONNECTION,
    "oauth2ResourceIndicator": _IN_CONNECTION,
    "oauth2Scope": _IN_CONNECTION,
    "oauth2TokenEndpoint": _IN_CONNECTION,
    "followRedirects": "a redirect is the partner's answer; judge it in the route",
    "cookieHandler": "no cookies are kept",
    "cookieStore": "no cookies are kept",
    "clearExpiredCookies": "no cookies are kept",
    "soTimeout": "write `responseTimeout`",
    "connectionRequestTimeout": "write `connectTimeout`",
} | dict.fromkeys(
    (
        *("clientBuilder", "clientConnectionManager", "connectionClose", "connectionsPerRoute"),
        *("contentTypeCharsetEnabled", "customHostHeader", "disableStreamCache", "headerFilterStrategy"),
        *("httpActivityListener", "httpClient", "httpClientConfigurer", "httpClientOptions", "httpConnectionOptions"),
        *("httpContext", "httpUri", "ignoreResponseBody", "lazyStartProducer", "logHttpActivity"),
        *("maxTotalConnections", "multipartUpload", "multipartUploadName", "nonProxyHosts", "preserveHostHeader"),
        *("proxyAuthDomain", "proxyAuthHost", "proxyAuthMethod", "proxyAuthNtHost", "proxyAuthPassword"),
        *("proxyAuthPort", "proxyAuthScheme", "proxyAuthUsername", "proxyHost", "proxyPort"),
        *("sslContextParameters", "useSystemProperties", "userAgent", "x509HostnameVerifier"),
    ),
    "not offered",
)
"""Camel's options that Caravana does not have, with the reason: they must not be sent on as query parameters."""


class HttpOptions(Options):
    """How the call is made; names and defaults are Camel's where the option is."""

    http_method: Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] | None = Field(
        None, description="Method; wins over the header CamelHttpMethod."
    )
    bridge_endpoint: bool = Field(False, description="Ignore the header CamelHttpUri and call this endpoint's address.")
    throw_exception_on_failure: bool = Field(True, description="Fail for a status outside okStatusCodeRange.")
    ok_status_code_range: str = Field("200-299", description="Accepted statuses, e.g. 200-299,404.")
    get_with_body: bool = Field(False, description="Send the body with GET.")
    delete_with_body: bool = Field(False, description="Send the body with DELETE.")
    copy_headers: bool = Field(True, description="Keep the message's headers beside those of the answer.")
    skip_request_headers: bool = Field(False, description="Send no header of the message.")
    skip_response_headers: bool = Field(False, description="Take no header of the answer.")
    skip_control_headers: bool = Field(False, description="Ignore the headers CamelHttp*.")
    connect_timeout: Duration = Field("10s", validate_default=True, description="Longest wait for a connection.")
    response_timeout: Duration = Field("60s", validate_default=True, description="Longest wait for the whole answer.")
    connection: str = Field("", description="Named connection with credentials; they go to its host only.")
    send_credentials: bool = Field(
        False, description="Send Authorization, Cookie and signature headers that the message carries."
    )
    effect: Literal["read", "idempotent", "blind"] | None = Field(
        None,
        description="What a repeated call would do; default by method: PUT and DELETE idempotent, POST and PATCH blind.",
    )
    idempotency_header: str = Field(
        "", description="Header in which the partner takes our key; makes the call idempotent."
    )
    key_lifetime: Duration | None = Field(None, description="How long the partner remembers the key; default for ever.")
    repeat_unknown: bool = Field(
        False, description="Blind calls: doing it twice is harmless, so an unknown outcome is repeated."
    )

    @field_validator("ok_status_code_range")
    @classmethod
    def _readable(cls, value: str) -> str:
        read_ranges(value)
        return value

    @field_validator("connect_timeout", "response_timeout")
    @classmethod
    def _positive(cls, value: timedelta) -> timedelta:
        if value <= timedelta(0):
            raise ValueError("must be more than 0")
        return value


def read_ranges(text: str) -> tuple[range, ...]:
    """Return the accepted statuses of `200-299,404`. Raises `ValueError` when it cannot be read."""
    ranges = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not (first.isdigit() and (last or first).isdigit()):
            raise ValueError(f"`{text}` is no range of statuses; write 200-299 or 200-299,404")
        ranges.append(range(int(first), int(last or first) + 1))
    return tuple(ranges)
