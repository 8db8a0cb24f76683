"""The file `rest` written in Python."""

from caravana.route.builder import document, rest, rest_configuration

DOCUMENT = document(
    rest_configuration(component="platform-http", context_path="/v1", enable_cors=True),
    rest("/orders", consumes="application/json")
    .get("/{id}", to="direct:getOrder", id="get-order")
    .post(to="direct:newOrder", produces="application/json", route_id="new-order")
    .put("/{id}", to="direct:putOrder")
    .patch("/{id}", to="direct:patchOrder")
    .delete("/{id}", to="direct:deleteOrder", enable_no_content_response=True)
    .head("/{id}", to="direct:getOrder"),
)
