"""The route `try` written in Python."""

from caravana.route.builder import document, route, simple

DOCUMENT = document(
    route("try")
    .from_("direct:try")
    .do_try()
    .unmarshal()
    .do_catch(
        "java.io.IOException",
        "java.lang.IllegalArgumentException",
        on_when=simple("${exception.message} contains 'x'"),
    )
    .log("failed")
    .do_catch("java.lang.Exception")
    .stop()
    .do_finally()
    .log("over")
    .end()
)
