"""The route `idempotent` written in Python."""

from caravana.route.builder import document, header, ref, route

DOCUMENT = document(
    route("idempotent")
    .from_("direct:idempotent")
    .idempotent_consumer(header("MessageId"), "#seen")
    .to("mock:once")
    .end()
    .idempotent_consumer(
        ref("key"), "#seen", eager=False, completion_eager=True, skip_duplicate=False, remove_on_failure=False
    )
    .to("mock:all")
    .end()
)
