"""What can be set at a `platform-http:` address."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from caravana.kit.options import Options

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
MEBIBYTE = 1024 * 1024


def _from_json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError("is no JSON") from None


class Parameter(Options):
    """What a request may carry, as the REST DSL's `param` says it."""

    name: str
    type: Literal["path", "query", "header", "body", "formData"] = "path"
    required: bool = True
    default_value: str | None = None
    allowable_values: tuple[str, ...] = ()


class Need(Options):
    """A scope that the caller's token needs; `key` names the clients: the setting `<key>.clients`."""

    key: str
    scopes: str = ""


class PlatformHttpOptions(Options):
    """Options of one address; names and defaults are Camel's.

    `maxBytes`, `keyHeader` and `waitingStyle` are Caravana's; those from `bindingMode` on are the REST DSL's, for one operation.
    """

    http_method_restrict: str | None = Field(None, description="Methods taken, with commas between; unset = all.")
    match_on_uri_prefix: bool = Field(False, description="Also take every address below the path.")
    consumes: str | None = Field(None, description="Content types taken, with commas between; another is answered 415.")
    produces: str | None = Field(None, description="Content type of the answer when the route sets none.")
    mute_exception: bool = Field(
        True, description="Answer a failure with an empty body; false: with its text and the exchange's id."
    )
    return_http_request_headers: bool = Field(False, description="Send the request's headers back with the answer.")
    populate_body_with_form: bool = Field(True, description="Make a posted form the body, as a map.")
    max_bytes: int = Field(
        4 * MEBIBYTE, gt=0, description="Largest body taken, in bytes; a larger one is answered 413."
    )
    key_header: str = Field("Idempotency-Key", description="Request header whose value makes a repeat a duplicate.")
    waiting_style: str | None = Field(
        None, description="Address of a style sheet for the page that a browser sees while its answer takes long."
    )
    binding_mode: Literal["off", "auto", "json"] = Field(
        "off", description="Read and write bodies as JSON: always, or where the content type says so (auto)."
    )
    skip_binding_on_error_code: bool = Field(
        False, description="With binding: leave the body of an answer from status 300 as it is."
    )
    client_request_validation: bool = Field(
        False, description="Check content type (415), Accept (406), parameters and JSON (400)."
    )
    enable_no_content_response: bool = Field(False, description="With binding: 204 for an empty map or list.")
    enable_cors: bool = Field(False, alias="enableCORS", description="Answer browsers of other sites.")
    cors_headers: Annotated[Mapping[str, str], BeforeValidator(_from_json)] = Field(
        default_factory=dict, description="Headers for browsers of other sites, as a JSON object."
    )
    params: Annotated[tuple[Parameter, ...], BeforeValidator(_from_json)] = Field(
        (), description="Parameters to check, as a JSON list of name, type, required, defaultValue, allowableValues."
    )
    security: Annotated[tuple[Need, ...], BeforeValidator(_from_json)] = Field(
        (),
        description="Bearer tokens taken, as a JSON list of key and scopes; the setting `<key>.clients` names clients, "
        "each with the name of its secret and its scopes. Else 401 or 403.",
    )

    @field_validator("http_method_restrict")
    @classmethod
    def _known(cls, text: str | None) -> str | None:
        if text is not None and not set(split(text.upper())) <= {*METHODS, "TRACE"}:
            raise ValueError(f"write methods of {', '.join(METHODS)} with commas between")
        return text

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods taken, in capitals."""
        return split(self.http_method_restrict.upper()) if self.http_method_restrict else METHODS


def split(text: str) -> tuple[str, ...]:
    """Return the parts of a list with commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
