"""The OpenAPI document that is made of REST services."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.core.result import Ok

from caravana.route import read_file, read_text
from caravana.route.openapi import openapi
from caravana.route.rest_routes import expand_rest, rest_configuration

SERVICE = Path(__file__).parents[1] / "data" / "routes" / "service" / "shorthand.yaml"


def document_of(text: str) -> dict[str, Any]:
    """Return the OpenAPI document of a route file."""
    found = read_text(text)
    return openapi([found], rest_configuration([found]))


def test_others_can_read_it() -> None:
    """A foreign reader of OpenAPI finds the document valid, and each operation that is told in it."""
    found = read_file(SERVICE)
    schema = schemathesis.openapi.from_dict(openapi([found], rest_configuration([found])))
    schema.validate()
    operations = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
    assert [one.label for one in operations] == ["GET /v1/orders/{id}", "POST /v1/orders"]


@pytest.mark.parametrize(
    ("param", "schema"),
    [
        ("{name: a, type: query, dataType: integer, defaultValue: '5'}", {"type": "integer", "default": 5}),
        ("{name: a, type: query, dataType: boolean, defaultValue: 'true'}", {"type": "boolean", "default": True}),
        (
            "{name: a, type: query, dataType: number, allowableValues: [{value: '1.5'}]}",
            {"type": "number", "enum": [1.5]},
        ),
        ("{name: a, type: query, dataType: date, dataFormat: date}", {"type": "string", "format": "date"}),
        ("{name: a, type: header, dataType: array}", {"type": "array", "items": {}}),
    ],
)
def test_schemas(param: str, schema: dict[str, Any]) -> None:
    """A parameter's type, format, values and default are written as JSON has them."""
    found = document_of(f"- rest: {{path: /x, get: [{{param: [{param}], to: 'direct:x'}}]}}")
    assert found["paths"]["/x"]["get"]["parameters"][0]["schema"] == schema


def test_tokens_are_told() -> None:
    """An operation that takes bearer tokens says so, and the document says what they are."""
    text = "- rest: {path: /x, get: [{security: [{key: shop, scopes: 'a,b'}], to: 'direct:x'}]}"
    found = document_of(text)
    assert found["paths"]["/x"]["get"]["security"] == [{"shop": []}]
    assert found["components"]["securitySchemes"] == {"shop": {"type": "http", "scheme": "bearer"}}


def test_forms_and_what_is_left_out() -> None:
    """Form fields are one body; a service with apiDocs false is not told, a verb may say otherwise."""
    found = document_of(
        """
- rest:
    path: /x
    apiDocs: false
    get: [{to: "direct:x"}]
    post:
      - apiDocs: true
        param: [{name: sku, type: formData}, {name: note, type: formData, required: false}]
        to: direct:x
"""
    )
    assert list(found["paths"]["/x"]) == ["post"]
    form = found["paths"]["/x"]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert (list(form["properties"]), form["required"]) == (["sku", "note"], ["sku"])


def test_one_verb_of_a_path_answers_browsers() -> None:
    """With CORS the first verb of a path takes OPTIONS; what a verb says goes before its service and the configuration."""
    found = read_text(
        """
- restConfiguration: {enableCORS: true, bindingMode: json, clientRequestValidation: true}
- rest:
    path: /x
    bindingMode: auto
    get: [{to: "direct:x"}]
    put: [{to: "direct:x", bindingMode: "off", clientRequestValidation: false}]
"""
    )
    get, put = (one.from_.parameters for one in expand_rest(found))
    assert (get["httpMethodRestrict"], put["httpMethodRestrict"]) == ("GET,OPTIONS", "PUT")
    assert (get["bindingMode"], get["clientRequestValidation"]) == ("auto", "true")
    assert not {"bindingMode", "clientRequestValidation"} & put.keys()
