"""What can be set at a `platform-http:` address."""

from pydantic import Field, field_validator

from caravana.kit.options import Options

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
MEBIBYTE = 1024 * 1024


class PlatformHttpOptions(Options):
    """Options of one address; names and defaults are Camel's, `maxBytes` and `keyHeader` are Caravana's."""

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
