"""What a part of the company's work adds to the configuration of its hub."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """Flows, and lines of the configuration below each heading. `connections` is to be filled with `ports` and `folder`."""

    flows: tuple[str, ...]
    connections: str
    settings: str
    placeholders: str = ""
    limits: str = ""
