"""The file `errors` written in Python."""

from caravana.route.builder import (
    dead_letter_channel,
    default_error_handler,
    document,
    method,
    no_error_handler,
    on_exception,
    redelivery,
    route,
    route_configuration,
    simple,
)

DOCUMENT = document(
    dead_letter_channel(
        "direct:dead?timeout=10",
        redelivery(maximum_redeliveries=3, redelivery_delay="5s"),
        use_original_message=True,
    ),
    on_exception(
        "java.io.IOException",
        handled=True,
        policy=redelivery(
            maximum_redeliveries=5,
            use_exponential_back_off=True,
            back_off_multiplier=2,
            maximum_redelivery_delay=60_000,
        ),
    ).log("failed ${exception.message}"),
    on_exception(
        "java.lang.IllegalStateException",
        on_when=simple("${header.soft}"),
        retry_while=method("again"),
        continued=simple("${header.soft}"),
        use_original_body=True,
    ),
    route_configuration(
        "shared",
        on_exception("java.lang.Exception", handled=True),
        error_handler=default_error_handler(redelivery(delay_pattern="5:1000;10:5000"), level="WARN"),
        precondition="{{strict:true}}",
    ),
    route("quiet", route_configuration_id="shared")
    .error_handler(no_error_handler())
    .from_("direct:quiet")
    .to("direct:next"),
)
