"""What can be set at a `webhook:` address."""

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from caravana.kit.options import Options

_DEFAULT_HEADER = {"hmac": "X-Signature", "token": "X-Webhook-Token", "none": ""}


class WebhookOptions(Options):
    """Options of one address."""

    path: str | None = Field(None, description="Path at the public port; default `/webhook/<name>`.")
    auth: Literal["hmac", "token", "none"] = Field("hmac", description="How the sender proves who it is.")
    header: str | None = Field(
        None, description="Header with the proof; default `X-Signature` for hmac, `X-Webhook-Token` for token."
    )
    algorithm: Literal["sha256", "sha512", "sha1"] = Field("sha256", description="Hash of the hmac.")
    secret: str | None = Field(None, description="Name of the secret.")
    previous_secret: str | None = Field(None, description="Name of the secret before the last change; it still counts.")
    format: Literal["json", "text"] = Field("json", description="`json`: parsed, else 400; `text`: as it comes.")
    id_header: str | None = Field(None, description="Header whose value makes a repeat a duplicate.")
    max_bytes: int = Field(1024 * 1024, gt=0, description="Largest body taken, in bytes.")

    @field_validator("path")
    @classmethod
    def _slash(cls, path: str | None) -> str | None:
        return path if path is None else "/" + path.lstrip("/")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.auth != "none" and not self.secret:
            raise ValueError(f"auth={self.auth} needs `secret`, the name of a secret; auth=none lets everybody in")
        if self.auth == "none" and (self.secret or self.previous_secret or self.header):
            raise ValueError("`secret`, `previousSecret` and `header` mean nothing with auth=none")
        return self

    @property
    def proof_header(self) -> str:
        """The header that holds signature or token; empty with auth=none."""
        return self.header or _DEFAULT_HEADER[self.auth]
