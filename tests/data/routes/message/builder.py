"""The route `message` written in Python."""

from caravana.route.builder import constant, document, exchange_property, header, jsonpath, route, simple, variable

DOCUMENT = document(
    route("message")
    .from_("direct:message")
    .set_body(simple("${body.trim()}"))
    .transform(constant("007"))
    .set_header("kind", constant("paid"), id="mark-kind")
    .set_headers({"a": constant(1), "b": header("kind")})
    .set_property("total", jsonpath("$.total"))
    .set_variable("rate", exchange_property("total"))
    .set_variables({"x": simple("${header.a}"), "y": variable("x")})
    .remove_header("kind")
    .remove_headers("*", "Camel*")
    .remove_property("total")
    .remove_properties("x*")
    .remove_variable("x")
    .convert_body_to("String")
    .convert_body_to("byte[]", charset="ISO-8859-1", mandatory=False)
)
