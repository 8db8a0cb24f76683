"""The route `split` written in Python."""

from caravana.route.builder import document, jsonpath, method, route, simple

DOCUMENT = document(
    route("split")
    .from_("direct:split")
    .split(
        jsonpath("$.lines[*]", suppress_exceptions=True),
        aggregation_strategy="GroupedBodyAggregationStrategy",
        parallel_processing=True,
        stop_on_exception=True,
        timeout="1m30s",
    )
    .to("direct:line")
    .end()
    .split(simple("${body}"), delimiter=";", streaming=True, share_unit_of_work=True)
    .split(method("words", "cut"))
    .to("direct:word")
)
