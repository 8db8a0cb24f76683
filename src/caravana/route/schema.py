"""JSON Schemas of the Python classes that REST services name for their bodies (`type`, `outType`, `responseModel`)."""

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

    def _reference(self, model: type[BaseModel]) -> dict[str, Any]:
        mode: Any = getattr(model, "schema_mode", "validation")
        schema = model.model_json_schema(ref_template=_REFERENCE, mode=mode)
        self.found |= schema.pop("$defs", {})
        self.found[model.__name__] = schema
        return {"$ref": _REFERENCE.format(model=model.__name__)}


def _model(path: str) -> type[BaseModel]:
    module, _, name = path.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(f"`{path}` cannot be imported: {error}") from None
    if not (isinstance(found, type) and issubclass(found, BaseModel)):
        raise ConfigurationError(f"`{path}` is no pydantic model")
    return found
