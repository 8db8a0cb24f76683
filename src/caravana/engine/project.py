"""A company's folder, read: its configuration, routes and callables."""

from collections.abc import Sequence
from dataclasses import dataclass

from caravana.engine.configuration import Configuration
from caravana.kit.callables import Callables
from caravana.route import Problem, RouteDocument


@dataclass(frozen=True)
class Project:
    """A configuration with its routes; `problems` are those of reading them."""

    configuration: Configuration
    documents: Sequence[RouteDocument]
    problems: Sequence[Problem]
    callables: Callables
