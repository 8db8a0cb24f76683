"""What a test or a demo lets the imitated authority do to one document, number or call."""

import fnmatch
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal


@dataclass(frozen=True)
class Showing:
    """How the answer about a document looks.

    - `messages`: `usual`, `empty` (the list is there and holds nothing) or `none` (no list)
    - `escape`: the document as escaped text, or as `cdata`
    - `refusals`: so many NO AUTORIZADO entries (code 39) of earlier tries stand before it
    - `state`: a word to show in place of AUTORIZADO
    """

    messages: Literal["usual", "empty", "none"] = "usual"
    escape: Literal["text", "cdata"] = "text"
    refusals: int = 0
    state: str = ""


@dataclass
class Plan:
    """One exception, for the next `times` documents that fit `where`.

    - `where`: a pattern for the clave or for `codDoc 001-001-000000123`; `*` stands for anything
    - `returned`: DEVUELTA with these codes, nothing is registered
    - `refused`: RECIBIDA, later NO AUTORIZADO with these codes
    - `notices`: codes that are said of an authorised document besides
    - `listed_after`: seconds until a query knows it at all; `decided_after`: seconds of EN PROCESO from its reception on;
      negative: until somebody calls `decide`
    - `showing`: how the answer about it looks
    """

    where: str = "*"
    times: int = 1
    returned: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    listed_after: float | None = None
    decided_after: float | None = None
    showing: Showing | None = None

    def fits(self, clave: str, cod_doc: str, numero: str) -> bool:
        """Whether the plan is about that document."""
        return any(fnmatch.fnmatchcase(one, self.where) for one in (clave, f"{cod_doc} {numero}"))

    @classmethod
    def read(cls, values: Any) -> "Plan":
        """Return the plan in a JSON object. Raises `ValueError`."""
        if not isinstance(values, Mapping) or set(values) - {one.name for one in fields(cls)}:
            raise ValueError(f"a plan is an object with {', '.join(one.name for one in fields(cls))}")
        given = dict(values)
        try:
            for name in ("returned", "refused", "notices"):
                given[name] = tuple(str(one) for one in given.get(name, ()))
            for name in ("listed_after", "decided_after"):
                given[name] = None if given.get(name) is None else float(given[name])
            given["showing"] = None if given.get("showing") is None else Showing(**given["showing"])
            return cls(**given)
        except TypeError as error:
            raise ValueError(f"a value of the plan does not fit: {error}") from None

    def to_json(self) -> dict[str, Any]:
        """Return it as the control channel shows it."""
        return asdict(self)


__all__ = ["Plan", "Showing"]
