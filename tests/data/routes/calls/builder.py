"""The route of `calls` written in Python."""

from caravana.route.builder import constant, document, route, simple

DOCUMENT = document(
    route()
    .from_("platform-http:/pay", http_method_restrict="POST", consumes="application/json")
    .log("got ${body}")
    .log("quiet", logging_level="DEBUG", log_name="pay", description="A quiet line")
    .to("direct:next", timeout=1000, token="a&b+c")
    .to("http:localhost:8080/a%20b", pattern="InOut", http_method="PUT", x=True)
    .to("direct:next", variable_send="out", variable_receive="in", note="keeps the body")
    .to_d("http:${header.host}/orders?id=${header.id}")
    .to_d("direct:${header.kind}", ignore_invalid_endpoint=True)
    .wire_tap("direct:audit", copy=False, dynamic_uri=False)
    .bean("pricing")
    .bean("pricing", "discount")
    .process("stamp")
    .delay(constant(500))
    .delay(simple("${header.wait}"), disabled=True)
    .throw_exception("java.lang.IllegalArgumentException", "bad ${body}")
    .stop()
)
