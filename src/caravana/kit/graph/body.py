"""What a route gives to the producers of Meta's components: plain dicts, checked before anything is sent."""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from caravana.kit.errors import Refused
from caravana.kit.options import describe


class Body(BaseModel):
    """Base of every body: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    connection: str | None = Field(default=None, description="connection that it goes over, as an update names it")

    @property
    def named(self) -> dict[str, str]:
        """The connection for a request, if the body names one."""
        return {} if self.connection is None else {"connection": self.connection}


B = TypeVar("B", bound=BaseModel)


def read_body(model: type[B], body: Any, single: str | None = None) -> B:
    """Return `body` as `model`; a body that is no object is its member `single`.

    Raises `Refused` (code `body`) naming every problem at once, without personal data.
    """
    given = {single: body} if single is not None and not isinstance(body, dict) else body
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise Refused(f"the body does not fit: {describe(error)}", code="body") from None
