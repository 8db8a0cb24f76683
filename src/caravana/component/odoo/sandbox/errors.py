"""What Odoo answers when it refuses: one tree, each class knowing its name and status in every protocol.

    OdooError
    ├── UserError            a rule of the trade says no            JSON-2 422, fault 2
    │   ├── ValidationError  a constraint says no                   422, fault 2
    │   ├── MissingError     the record is not there                404, fault 2
    │   └── UnknownModel     the model is not there (RPC only)      fault 2
    ├── AccessError          the user may not                       403, fault 4
    ├── AccessDenied         wrong password or key                  401, fault 3
    ├── ServerError          a Python exception escaped             500, fault 1 with a traceback
    │   └── SerializationFailure   lost the race after the server's own retries
    └── HttpError            JSON-2's own refusals (400, 401, 404, 415, 422)

Source: recorded exchanges of Odoo 19.0 Community, group a (November 2026).
"""

from http import HTTPStatus


class OdooError(Exception):
    """Base: `message` is the text shown, `name` the class name that JSON protocols carry."""

    name = "odoo.exceptions.UserError"
    status = 422
    fault = 2

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def debug(self) -> str:
        """The traceback's text, of which only the last line is true here."""
        return f'Traceback (most recent call last):\n  File "odoo/http.py", in dispatch\n{self.last_line}\n'

    @property
    def last_line(self) -> str:
        """Last line of the traceback: class and message."""
        return f"{self.name.removeprefix('builtins.')}: {self.message}"

    @property
    def arguments(self) -> list[object]:
        """The exception's arguments, as JSON protocols list them."""
        return [self.message]


class UserError(OdooError):
    """A rule of the trade refuses the action."""


class ValidationError(UserError):
    """A constraint refuses the values; `bare` is the text that `load` reports, without its preamble."""

    name = "odoo.exceptions.ValidationError"

    def __init__(self, message: str, bare: str | None = None) -> None:
        super().__init__(message)
        self.bare = bare or message


class MissingError(UserError):
    """The record does not exist."""

    name = "odoo.exceptions.MissingError"
    status = 404

    def __init__(self, model: str, ids: tuple[int, ...], uid: int) -> None:
        super().__init__(f"Record does not exist or has been deleted.\n(Record: {model}{ids}, User: {uid})")


class UnknownModel(UserError):
    """The model does not exist; JSON-2 answers 404 by itself."""

    def __init__(self, model: str) -> None:
        super().__init__(f"Object {model} doesn't exist")


class AccessError(OdooError):
    """The user lacks the right."""

    name = "odoo.exceptions.AccessError"
    status = 403
    fault = 4


class AccessDenied(OdooError):
    """Wrong login, password or key."""

    name = "odoo.exceptions.AccessDenied"
    status = 401
    fault = 3

    def __init__(self) -> None:
        super().__init__("Access Denied")

    @property
    def debug(self) -> str:
        """Odoo hides the traceback of this one."""
        return f"{self.last_line}\n"


class ServerError(OdooError):
    """A Python exception that nobody caught: wrong field names and date formats end so, too."""

    status = 500
    fault = 1

    def __init__(self, message: str, name: str = "builtins.ValueError") -> None:
        super().__init__(message)
        self.name = name


class SerializationFailure(ServerError):
    """Another transaction changed the same row first, and the server's retries were used up."""

    def __init__(self) -> None:
        super().__init__(
            "could not serialize access due to concurrent update\n", "psycopg2.errors.SerializationFailure"
        )


class HttpError(OdooError):
    """A refusal of the HTTP layer itself, named as werkzeug names it."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = int(status)
        self.reason = {401: "Unauthorized", 415: "UnsupportedMediaType"}.get(
            self.status, status.phrase.title().replace(" ", "").replace("Content", "Entity")
        )
        self.name = f"werkzeug.exceptions.{self.reason}"

    @property
    def arguments(self) -> list[object]:
        """Message and status."""
        return [self.message, self.status]


def constraint(text: str) -> ValidationError:
    """Return the error of a database constraint whose own text is `text`."""
    return ValidationError(f"The operation cannot be completed: {text}", bare=text)
