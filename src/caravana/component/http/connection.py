"""Settings of one HTTP partner: where it is and how we prove who we are."""

import base64
from collections.abc import Mapping

from pydantic import Field, SecretStr, field_validator, model_validator
from yarl import URL

from caravana.kit.options import Options


class HttpConnection(Options):
    """Address and credentials; the credentials go to this address's host and nowhere else."""

    url: str = Field(description="Address whose host gets the credentials, e.g. https://api.example.com.")
    token: SecretStr | None = Field(None, description="Sent as Authorization: Bearer.")
    username: str = Field("", description="User of basic authentication.")
    password: SecretStr | None = Field(None, description="Password of basic authentication.")
    headers: Mapping[str, SecretStr] = Field(default_factory=dict, description="Further headers, e.g. an API key.")
    query: Mapping[str, SecretStr] = Field(default_factory=dict, description="Further query parameters.")

    @field_validator("url")
    @classmethod
    def _absolute(cls, value: str) -> str:
        address = URL(value)
        if address.scheme not in ("http", "https") or not address.host:
            raise ValueError("write an address with http:// or https://")
        return value

    @model_validator(mode="after")
    def _one_way(self) -> "HttpConnection":
        if self.token and self.username:
            raise ValueError("`token` and `username` exclude each other")
        return self

    def covers(self, address: URL) -> bool:
        """Whether `address` is on this connection's host, port and scheme."""
        return address.origin() == URL(self.url).origin()

    def credentials(self) -> dict[str, str]:
        """Return the headers that prove who we are."""
        headers = {name: value.get_secret_value() for name, value in self.headers.items()}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token.get_secret_value()}"
        elif self.username:
            password = self.password.get_secret_value() if self.password else ""
            pair = base64.b64encode(f"{self.username}:{password}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        return headers

    def with_query(self, address: URL) -> URL:
        """Return `address` with this connection's query parameters added."""
        return address.update_query({name: value.get_secret_value() for name, value in self.query.items()})
