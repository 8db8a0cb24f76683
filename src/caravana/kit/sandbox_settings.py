"""What a person or a test may set on a partner's imitation: a dataclass whose fields are read from texts and changed by name."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass
class SandboxSettings:
    """Base of such a dataclass; its class name, in small letters, is what errors call it."""

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> Self:
        """Return what the texts of a configuration say. Raises `ValueError` for what does not fit."""
        made = cls()
        made.change({name: _read(name, text, getattr(made, name, None)) for name, text in settings.items()})
        return made

    def change(self, values: Mapping[str, Any]) -> None:
        """Set some fields, all or none. Raises `ValueError` for a field that there is not or a value of another type."""
        fitting = {name: self._fitting(name, value) for name, value in values.items()}
        for name, value in fitting.items():
            setattr(self, name, value)

    def _fitting(self, name: str, value: Any) -> Any:
        fields = {one.name for one in dataclasses.fields(self)}
        if name not in fields:
            known = ", ".join(sorted(fields))
            raise ValueError(f"the {type(self).__name__.lower()} has no `{name}`; it has {known}")
        wanted = type(getattr(self, name))
        given = float(value) if wanted is float and type(value) is int else value
        if type(given) is not wanted:
            raise ValueError(f"`{name}` must be {wanted.__name__}")
        return given


def _read(name: str, text: str, default: object) -> Any:
    match default:
        case bool():
            if text.lower() not in {"true", "false"}:
                raise ValueError(f"`{name}` is true or false")
            return text.lower() == "true"
        case int():
            return int(text)
        case float():
            return float(text)
    return text
