"""JSON Schemas of the Python classes that REST services name for their bodies (`type`, `outType`, `responseModel`)."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from pydantic import BaseModel

from caravana.kit.errors import ConfigurationError

_REFERENCE = "#/components/schemas/{model}"


class Schemas:
    """Gathers the schemas that a document refers to, each once."""

    def __init__(self) -> None:
        """Begin empty."""
        self.found: dict[str, Any] = {}

    def of(self, name: str | None) -> dict[str, Any]:
        """Return the schema of `package.module:Class`, or of a list of it for `…[]`; {} for a Java class or None.

        Raises `ConfigurationError` when the module holds no such pydantic model.
        """
        if name is None or ":" not in name:
            return {}
        bare = name.removesuffix("[]")
        reference = self._reference(_model(bare))
        return {"type": "array", "items": reference} if bare != name else reference

    def put(self, name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a schema under a name and return the reference to it."""
        self.found[name] = dict(schema)
        return {"$ref": _REFERENCE.format(model=name)}

    def _reference(self, model: type[BaseModel]) -> dict[str, Any]:
        schema = model.model_json_schema(ref_template=_REFERENCE)
        self.found |= schema.pop("$defs", {})
        return self.put(model.__name__, schema)


def _model(path: str) -> type[BaseModel]:
    module, _, name = path.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(f"`{path}` cannot be imported: {error}") from None
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        raise ConfigurationError(f"`{path}` is no pydantic model")
    return found
