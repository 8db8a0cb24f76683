"""The route model and its spellings: Camel YAML in, canonical YAML and JSON out, a Python builder, a linter.

    document = read_file("routes/pay.yaml")
    for route in document.routes: ...

The classes of the model stand in `caravana.route.model`, the Python builder in `caravana.route.builder`, the support
table in `caravana.route.support`.
"""

from caravana.route.builder import route, route_configuration
from caravana.route.document import RouteDocument
from caravana.route.lint import check
from caravana.route.location import Location
from caravana.route.placeholders import Resolution, resolve
from caravana.route.problem import Problem, RouteFileError, Severity
from caravana.route.reader import inspect_text, read_file, read_text
from caravana.route.registry import Registry
from caravana.route.walk import enabled, walk
from caravana.route.writer import canonical, write_json, write_yaml

__all__ = [
    "Location",
    "Problem",
    "Registry",
    "Resolution",
    "RouteDocument",
    "RouteFileError",
    "Severity",
    "canonical",
    "check",
    "enabled",
    "inspect_text",
    "read_file",
    "read_text",
    "resolve",
    "route",
    "route_configuration",
    "walk",
    "write_json",
    "write_yaml",
]
