"""The route `fan` written in Python."""

from caravana.route.builder import constant, document, header, route, simple

DOCUMENT = document(
    route("fan")
    .from_("seda:fan")
    .validate(simple("${body[total]} > 0"))
    .multicast(parallel_processing=True)
    .to("direct:a")
    .pipeline()
    .to("direct:b")
    .log("sent")
    .end()
    .end()
    .multicast(aggregation_strategy="GroupedBodyAggregationStrategy", stop_on_exception=True)
    .to("direct:a")
    .end()
    .recipient_list(simple("direct:${header.shop},direct:audit"))
    .recipient_list(header("places"), delimiter=";", ignore_invalid_endpoints=True, stop_on_exception=True)
    .enrich(constant("direct:stock"), variable_receive="stock")
    .enrich(simple("direct:${header.kind}"), aggregation_strategy="#join", aggregate_on_exception=True)
    .loop(constant(3), copy=True)
    .to("direct:again")
    .end()
    .loop(simple("${body.size()} < 5"), do_while=True)
    .to("direct:more")
    .end()
)
