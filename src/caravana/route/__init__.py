"""The route model and its spellings: Camel YAML in, canonical YAML and JSON out, a Python builder, a linter.

    document = read_file("routes/pay.yaml")
    for route in document.routes: ...

The classes of the model stand in `caravana.route.model`.
"""

from caravana.route.document import RouteDocument
from caravana.route.location import Location
from caravana.route.problem import Problem, RouteFileError, Severity
from caravana.route.reader import inspect_text, read_file, read_text
from caravana.route.writer import canonical, write_json, write_yaml

__all__ = [
    "Location",
    "Problem",
    "RouteDocument",
    "RouteFileError",
    "Severity",
    "canonical",
    "inspect_text",
    "read_file",
    "read_text",
    "write_json",
    "write_yaml",
]
