"""What can be set of the imitation."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass
class Service:
    """One environment. Times are in seconds of the sandbox's clock.

    - `ruc`: of the issuer whose certificate `connection` names; others are taken as well
    - `folder`: where authority, certificate and register are kept from one start to the next; empty: the certificate in a folder
      that goes with the process, the register in memory
    - `listed_after`: until a question knows a document that was taken; `decided_after`: until it is decided
    - `only_own`: whether only certificates of the imitation's own authority are taken
    - `again`: whether a refused document may come again under its own clave
    - `prefixed`: whether the inner elements of answers stand in the service's namespace, too
    """

    ruc: str = "1790016919001"
    folder: str = ""
    listed_after: float = 0.0
    decided_after: float = 2.0
    only_own: bool = True
    again: bool = True
    prefixed: bool = False

    @classmethod
    def read(cls, settings: Mapping[str, str]) -> "Service":
        """Return the service of texts as a configuration holds them. Raises `ValueError` for what does not fit."""
        service = cls()
        fields = {one.name for one in dataclasses.fields(cls)}
        for name, text in settings.items():
            if name not in fields:
                raise ValueError(f"the service has no `{name}`; it has {', '.join(sorted(fields))}")
            setattr(service, name, _read(name, text, getattr(service, name)))
        return service


def _read(name: str, text: str, default: object) -> object:
    match default:
        case bool():
            if text.lower() not in {"true", "false"}:
                raise ValueError(f"`{name}` is true or false")
            return text.lower() == "true"
        case float():
            return float(text)
    return text


__all__ = ["Service"]
