"""Reading bracketed forms, and the parameters in them: each is taken once, and what nobody takes is refused."""

import re
from typing import Any
from urllib.parse import parse_qsl

from caravana.component.stripe.sandbox.wire import ApiError

_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART = re.compile(r"\[([^\[\]]*)\]")
LONGEST_METADATA = {"keys": 50, "key": 40, "value": 500}


def parse(text: str) -> dict[str, Any]:
    """Return the nested value of a form: `a[b][0][c]=1` → `{"a": {"b": [{"c": "1"}]}}`. Raises `ApiError`."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        fitting = _NAME.match(name)
        if fitting is None:
            raise ApiError(f"Invalid parameter name: {name}", param=name)
        _put(found, [fitting.group(1), *_PART.findall(fitting.group(2))], value, name)
    return {name: _listed(value) for name, value in found.items()}


def _put(place: dict[str, Any], path: list[str], value: str, name: str) -> None:
    for part in path[:-1]:
        inner = place.setdefault(part or str(len(place)), {})
        if not isinstance(inner, dict):
            raise ApiError(f"Invalid parameter: {name}", param=name)
        place = inner
    place[path[-1] or str(len(place))] = value


def _listed(value: Any) -> Any:
    """Dicts whose names are 0, 1, 2 are lists."""
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(one) for name, one in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


class Params:
    """The parameters of one call or of a group inside it."""

    def __init__(self, values: dict[str, Any], place: str = "") -> None:
        """`place`: what stands before the names in errors."""
        self._left = dict(values)
        self._place = place
        self._groups: list[Params] = []

    def text(self, name: str, *, needed: bool = False, longest: int = 5000, among: tuple[str, ...] = ()) -> str | None:
        """Return a text. Raises `ApiError` when it is missing, too long, or none of `among`."""
        value = self._left.pop(name, None)
        if value is None or value == "":
            if needed:
                raise self._absent(name)
            return None
        if not isinstance(value, str):
            raise ApiError(f"Invalid string: {self._at(name)}", param=self._at(name))
        if len(value) > longest:
            raise ApiError(
                f"Invalid string: must be at most {longest} characters",
                code="parameter_invalid_string",
                param=self._at(name),
            )
        if among and value not in among:
            raise ApiError(f"Invalid {self._at(name)}: must be one of {', '.join(among)}", param=self._at(name))
        return value

    def needed(self, name: str, **limits: Any) -> str:
        """Return a text that must be there. Raises `ApiError`."""
        return str(self.text(name, needed=True, **limits))

    def whole(self, name: str, *, needed: bool = False) -> int | None:
        """Return a whole number. Raises `ApiError`."""
        value = self.text(name, needed=needed)
        if value is None:
            return None
        if not re.fullmatch(r"-?[0-9]{1,15}", value):
            raise ApiError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=self._at(name))
        return int(value)

    def flag(self, name: str) -> bool:
        """Return a boolean; missing is false. Raises `ApiError`."""
        return self.text(name, among=("true", "false")) == "true"

    def group(self, name: str, *, needed: bool = False) -> "Params":
        """Return the parameters inside `name`. Raises `ApiError`."""
        value = self._left.pop(name, None)
        if value is None and needed:
            raise self._absent(name)
        return self._inside(value or {}, self._at(name))

    def groups(self, name: str) -> "list[Params]":
        """Return the members of a list of groups. Raises `ApiError`."""
        value = self._left.pop(name, None) or []
        if not isinstance(value, list):
            raise ApiError(f"Invalid array: {self._at(name)}", param=self._at(name))
        return [self._inside(one, f"{self._at(name)}[{place}]") for place, one in enumerate(value)]

    def texts(self, name: str) -> list[str]:
        """Return a list of texts. Raises `ApiError`."""
        value = self._left.pop(name, None) or []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise ApiError(f"Invalid array: {self._at(name)}", param=self._at(name))
        return value

    def either(self, name: str) -> Any:
        """Return what may be a text or a group, as it is."""
        return self._left.pop(name, None)

    def metadata(self) -> dict[str, str]:
        """Return the metadata. Raises `ApiError` beyond 50 keys of 40 signs with values of 500."""
        value = self._left.pop("metadata", None) or {}
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise ApiError("Invalid object", param=self._at("metadata"))
        limits = LONGEST_METADATA
        if len(value) > limits["keys"] or any(
            len(a) > limits["key"] or len(b) > limits["value"] for a, b in value.items()
        ):
            raise ApiError("Metadata is too large", param=self._at("metadata"))
        return dict(value)

    @property
    def empty(self) -> bool:
        """Whether nothing is left in it."""
        return not self._left

    def finish(self) -> None:
        """Raise `ApiError` for what nobody took."""
        for name in self._left:
            raise ApiError(
                f"Received unknown parameter: {self._at(name)}", code="parameter_unknown", param=self._at(name)
            )
        for group in self._groups:
            group.finish()

    def _inside(self, value: Any, place: str) -> "Params":
        if not isinstance(value, dict):
            raise ApiError(f"Invalid object: {place}", param=place)
        inner = Params(value, place)
        self._groups.append(inner)
        return inner

    def _at(self, name: str) -> str:
        return f"{self._place}[{name}]" if self._place else name

    def _absent(self, name: str) -> ApiError:
        return ApiError(f"Missing required param: {self._at(name)}.", code="parameter_missing", param=self._at(name))
