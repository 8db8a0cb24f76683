"""The route `blocks` written in Python."""

from caravana.route.builder import constant, document, header, route, simple

DOCUMENT = document(
    route(
        "blocks",
        description="Every block that decides or groups",
        group="examples",
        startup_order=7,
        auto_startup=False,
    )
    .from_("seda:blocks")
    .choice()
    .when(simple("${header.kind} == 'paid'"))
    .filter(simple("${body} != null"), status_property_name="passed")
    .to("direct:paid")
    .end()
    .to("direct:after")
    .when(header("urgent"), id="urgent")
    .stop()
    .otherwise()
    .log("other")
    .end()
    .pipeline()
    .to("direct:a")
    .to("direct:b")
    .end()
    .step("group")
    .choice(precondition=True)
    .when(constant(True))
    .to("direct:c")
    .end()
    .end()
)
