"""How the imitation writes: names, Unix seconds, errors."""

import secrets
import string
from datetime import datetime
from typing import Any

SIGNS = string.ascii_letters + string.digits
Thing = dict[str, Any]
"""An object of Stripe's as it is sent."""


def new_name(prefix: str, length: int = 24) -> str:
    """Return a name that nobody can guess: `pi_` and letters."""
    return f"{prefix}_" + "".join(secrets.choice(SIGNS) for _ in range(length))


def unix(moment: datetime) -> int:
    """Return a moment in Unix seconds."""
    return int(moment.timestamp())


class ApiError(Exception):
    """The caller is told no: HTTP status and the parts of the error object; what is None is left out."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        should_retry: bool | None = None,
        **more: Any,
    ) -> None:
        """`kind`: the error's `type`; `more`: further parts (`decline_code`, `payment_intent`)."""
        super().__init__(message)
        self.status = status
        self.should_retry = should_retry
        parts = {"type": kind, "code": code, "param": param, "message": message, **more}
        self.error = {name: value for name, value in parts.items() if value is not None}


def missing(what: str, name: str, param: str = "id", status: int = 404) -> ApiError:
    """Return the error for a name that there is not."""
    return ApiError(f"No such {what}: '{name}'", status=status, code="resource_missing", param=param)
