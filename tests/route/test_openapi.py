"""The OpenAPI document that is made of REST services."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from pydantic import BaseModel, Field
from schemathesis.core.result import Ok

from caravana.kit.errors import ConfigurationError
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
    """An operation that takes bearer tokens says so and which scopes they need, and the document says what they are."""
    text = "- rest: {path: /x, get: [{security: [{key: shop, scopes: 'a,b'}], to: 'direct:x'}]}"
    found = document_of(text)
    assert found["paths"]["/x"]["get"]["security"] == [{"shop": ["a", "b"]}]
    assert found["components"]["securitySchemes"] == {"shop": {"type": "http", "scheme": "bearer"}}


class Size(BaseModel):
    """How large a thing is."""

    height: int = Field(description="In centimetres.")


class Thing(BaseModel):
    """A thing."""

    size: Size


def test_classes_are_schemas() -> None:
    """The classes that a verb names for body, answer and errors stand in the document, each once, with what they hold."""
    here = f"{__name__}:"
    text = (
        f"- rest: {{path: /x, post: [{{type: '{here}Size', outType: '{here}Thing[]', to: 'direct:x', responseMessage: "
        f"[{{code: '201', message: made}}, {{code: '409', message: no, responseModel: '{here}Thing'}}]}}]}}"
    )
    found = document_of(text)
    operation, schemas = found["paths"]["/x"]["post"], found["components"]["schemas"]
    body = operation["requestBody"]["content"]["*/*"]["schema"]
    assert (body, operation["requestBody"]["required"]) == ({"$ref": "#/components/schemas/Size"}, True)
    made = operation["responses"]["201"]["content"]["*/*"]["schema"]
    assert made == {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}
    assert operation["responses"]["409"]["content"]["*/*"]["schema"] == {"$ref": "#/components/schemas/Thing"}
    assert schemas["Size"]["properties"]["height"]["description"] == "In centimetres."
    schemathesis.openapi.from_dict(found).validate()


@pytest.mark.parametrize(
    ("name", "schema"), [("com.example.Order", {}), ("no.such:Thing", None), (f"{__name__}:document_of", None)]
)
def test_classes_that_are_not_there(name: str, schema: dict[str, Any] | None) -> None:
    """A Java class says nothing; a Python class that is not there, or is no model, is an error that names it."""
    text = f"- rest: {{path: /x, post: [{{type: '{name}', to: 'direct:x'}}]}}"
    if schema is None:
        with pytest.raises(ConfigurationError, match=name.partition(":")[2]):
            document_of(text)
    else:
        body = document_of(text)["paths"]["/x"]["post"]["requestBody"]
        assert body == {"required": True, "content": {"*/*": schema}}


def test_what_the_hub_answers_by_itself() -> None:
    """A verb need not tell what the hub answers before there is a message; 422 of a known key only where there is a body."""
    options = "security: [{key: shop}], clientRequestValidation: true, produces: text/plain"
    text = f"- rest: {{path: /x, get: [{{{options}, to: 'direct:x'}}]}}"
    assert document_of(text)["paths"]["/x"]["get"]["responses"].keys() == {
        *("200", "202", "400", "401", "403", "406", "413", "503")
    }


def test_options_of_the_consumer() -> None:
    """What Camel writes at `from` stands at the verb under `parameters`."""
    found = read_text("- rest: {path: /x, post: [{parameters: {lane: '${header.id}'}, to: 'direct:x'}]}")
    [route] = expand_rest(found)
    assert route.from_.parameters == {"httpMethodRestrict": "POST", "lane": "${header.id}"}


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
