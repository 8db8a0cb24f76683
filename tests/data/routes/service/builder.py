"""The file `service` written in Python."""

from caravana.route.builder import document, param, response_message, rest, rest_configuration, security

DOCUMENT = document(
    rest_configuration(
        context_path="/v1",
        api_context_path="openapi",
        api_property=({"key": "api.title", "value": "Orders"}, {"key": "api.version", "value": "2"}),
        binding_mode="json",
        client_request_validation=True,
        enable_cors=True,
        cors_headers=({"key": "Access-Control-Allow-Origin", "value": "https://shop.example"},),
    ),
    rest("/orders", tag="orders")
    .get(
        "/{id}",
        to="direct:order",
        description="One order",
        param=(
            param("id", data_type="integer"),
            param("view", "query", required=False, default_value="short", allowable_values=("short", "long")),
        ),
        response_message=(response_message("200", "the order"), response_message("404", "no such order")),
        security=(security("shop", "orders:read"),),
    )
    .post(
        to="direct:new",
        consumes="application/json",
        enable_no_content_response=True,
        skip_binding_on_error_code=True,
        deprecated=True,
        param=(param("body", "body", description="The order"),),
    )
    .delete(
        "/{id}",
        to="direct:gone",
        binding_mode="off",
        client_request_validation=False,
        enable_cors=False,
        api_docs=False,
    ),
)
