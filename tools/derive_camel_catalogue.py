"""Derive `src/caravana/route/camel-4.18.4.json` from the npm package @kaoto/camel-catalog (Apache-2.0).

    npm pack @kaoto/camel-catalog@0.10.4
    tar xzf kaoto-camel-catalog-0.10.4.tgz
    python tools/derive_camel_catalogue.py package > src/caravana/route/camel-4.18.4.json

Layout of the result: `elements` (top-level keys, steps and what stands inside them), `languages`, `dataFormats` and
`loadBalancers` map a name to `{"label": text, "options": {key: [type, default]}}`; `functions` lists Simple's functions
with their signatures; `components` maps a scheme to its endpoint options, blank-separated, and `coreComponents` gives
type and default of the options of the schemes in `CORE`; `younger` lists what only the line `YOUNGER` has.
"""

import json
import sys
from pathlib import Path
from typing import Any

TARGET, YOUNGER = "4.18.4", "4.22.1"
CORE = [
    *("bean", "cron", "direct", "file", "http", "https", "log", "mock", "platform-http", "quartz", "rest", "rest-api"),
    *("scheduler", "seda", "stub", "timer", "webhook", "whatsapp"),
]
INNER = {
    "when": "org.apache.camel.model.WhenDefinition",
    "otherwise": "org.apache.camel.model.OtherwiseDefinition",
    "onFallback": "org.apache.camel.model.OnFallbackDefinition",
    "onWhen": "org.apache.camel.model.OnWhenDefinition",
    "redeliveryPolicy": "org.apache.camel.model.RedeliveryPolicyDefinition",
    "deadLetterChannel": "org.apache.camel.model.errorhandler.DeadLetterChannelDefinition",
    "defaultErrorHandler": "org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition",
    "noErrorHandler": "org.apache.camel.model.errorhandler.NoErrorHandlerDefinition",
    "refErrorHandler": "org.apache.camel.model.errorhandler.RefErrorHandlerDefinition",
    "jtaTransactionErrorHandler": "org.apache.camel.model.errorhandler.JtaTransactionErrorHandlerDefinition",
    "springTransactionErrorHandler": "org.apache.camel.model.errorhandler.SpringTransactionErrorHandlerDefinition",
    "get": "org.apache.camel.model.rest.GetDefinition",
    "beans": "org.apache.camel.model.BeanFactoryDefinition",
}
PROCESSOR = "org.apache.camel.model.ProcessorDefinition"
EXPRESSION = "org.apache.camel.model.language.ExpressionDefinition"
DATA_FORMAT = "org.apache.camel.model.DataFormatDefinition"


class Line:
    """One Camel line of the unpacked package."""

    def __init__(self, package: Path, version: str) -> None:
        """Read the line's schema."""
        self.folder = package / "dist" / "camel-catalog" / "camel-main" / version
        schema = self.load("camelYamlDsl-")["items"]
        self.top: dict[str, Any] = schema["properties"]
        self.definitions: dict[str, Any] = schema["definitions"]

    def load(self, prefix: str) -> Any:
        """Return the catalogue file whose name begins with `prefix` (a content hash follows)."""
        (path,) = self.folder.glob(f"{prefix}*.json")
        return json.loads(path.read_text(encoding="utf-8"))

    def properties(self, name: str) -> dict[str, Any]:
        """Return the properties of a definition, also when it admits a bare text."""
        found = self.definitions[name]
        alternatives = [found, *found.get("oneOf", [])]
        return next((one["properties"] for one in alternatives if one.get("properties")), {})

    def elements(self) -> dict[str, str]:
        """Return key and definition of every top-level key, step and inner element."""
        steps = self.definitions[PROCESSOR]["properties"]
        named = {key: _reference(value) for key, value in {**steps, **self.top}.items()}
        return {**named, **{key: name for key, name in INNER.items() if name in self.definitions}}

    def languages(self) -> set[str]:
        """Return the names of the expression languages."""
        return set(self.properties(EXPRESSION))

    def options(self, name: str) -> list[str]:
        """Return an element's own options: without languages, data formats and what every element takes."""
        general = {"id", "description", "note", "disabled", "expression"}
        found = set(self.properties(name))
        inline = self.languages() if "expression" in found or name.endswith("OnWhenDefinition") else set()
        formats = self.data_formats() if name.endswith("arshalDefinition") else set()
        return sorted(found - general - inline - formats)

    def data_formats(self) -> set[str]:
        """Return the names of the data formats."""
        return set(self.load("camel-catalog-aggregate-dataformats-"))

    def functions(self) -> list[str]:
        """Return Simple's functions with their signatures."""
        return sorted(self.load("camel-catalog-aggregate-functions-")["simple"])


def _reference(value: dict[str, Any]) -> str:
    return str(value.get("$ref", "")).removeprefix("#/items/definitions/")


def _described(key: str, names: list[str], models: dict[str, Any]) -> dict[str, Any]:
    model = models.get(key, {"model": {}, "properties": {}})
    described = {name: _type(model["properties"].get(name, {})) for name in names}
    return {"label": model["model"].get("label", ""), "options": described}


def _type(described: dict[str, Any]) -> list[Any]:
    return [described.get("type", ""), described.get("defaultValue")]


def _by_name(models: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {
            "label": model["model"].get("label", ""),
            "options": {key: _type(value) for key, value in model["properties"].items() if key != "id"},
        }
        for name, model in sorted(models.items())
    }


def derive(package: Path) -> dict[str, Any]:
    """Return the derived catalogue."""
    line, younger = Line(package, TARGET), Line(package, YOUNGER)
    models = line.load("camel-catalog-aggregate-models-")
    components = line.load("camel-catalog-aggregate-components-")
    elements = line.elements()
    return {
        "origin": "npm package @kaoto/camel-catalog 0.10.4, folder camel-main/4.18.4; names, types and defaults only",
        "version": TARGET,
        "notice": "Apache Camel, Copyright The Apache Software Foundation; Kaoto. Apache License 2.0.",
        "top": sorted(line.top),
        "steps": sorted(line.definitions[PROCESSOR]["properties"]),
        "elements": {key: _described(key, line.options(name), models) for key, name in sorted(elements.items())},
        "languages": _by_name(line.load("camel-catalog-aggregate-languages-")),
        "dataFormats": _by_name(line.load("camel-catalog-aggregate-dataformats-")),
        "loadBalancers": _by_name(line.load("camel-catalog-aggregate-loadbalancers-")),
        "functions": line.functions(),
        "components": {scheme: " ".join(sorted(one["properties"])) for scheme, one in sorted(components.items())},
        "coreComponents": {
            scheme: {key: _type(value) for key, value in sorted(components[scheme]["properties"].items())}
            for scheme in CORE
        },
        "younger": _younger(line, younger),
    }


def _younger(line: Line, younger: Line) -> dict[str, Any]:
    old, new = line.elements(), younger.elements()
    options = {
        key: sorted(set(younger.options(new[key])) - set(line.options(old[key])))
        for key in sorted(old.keys() & new.keys())
    }
    components = younger.load("camel-catalog-aggregate-components-")
    return {
        "version": YOUNGER,
        "elements": sorted(set(new) - set(old)),
        "options": {key: names for key, names in options.items() if names},
        "languages": sorted(younger.languages() - line.languages() - {"expression"}),
        "dataFormats": sorted(younger.data_formats() - line.data_formats()),
        "functions": sorted(set(younger.functions()) - set(line.functions())),
        "components": sorted(set(components) - set(line.load("camel-catalog-aggregate-components-"))),
    }


if __name__ == "__main__":
    print(json.dumps(derive(Path(sys.argv[1])), indent=0, ensure_ascii=False))
