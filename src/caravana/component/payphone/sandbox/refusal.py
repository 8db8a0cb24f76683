"""How PayPhone says no: a message and its own number, whatever the HTTP status."""

from typing import Any

BY_CODE = {802: 401, 20: 404, 500: 500, 501: 500}


class Refusal(Exception):
    """The caller is told no. `code`: PayPhone's `errorCode`; None for what only has an HTTP status."""

    def __init__(self, code: int | None, message: str, http_status: int | None = None) -> None:
        """`message`: free text of the answer."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.http_status = http_status or BY_CODE.get(code or 0, 400)

    def answer(self) -> dict[str, Any]:
        """Return the JSON body."""
        return {"message": self.message} if self.code is None else {"message": self.message, "errorCode": self.code}


def invalid(message: str) -> Refusal:
    """Return the refusal of a call whose content does not fit."""
    return Refusal(800, message)


def unknown() -> Refusal:
    """Return the refusal of a call about a transaction that there is not."""
    return Refusal(20, "La transacción no existe, verifique que el identificador enviado sea correcto.")
