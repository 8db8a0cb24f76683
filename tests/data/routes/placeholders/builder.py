"""The route `placeholders` written in Python."""

from caravana.route.builder import constant, document, route, simple

DOCUMENT = document(
    route("placeholders", auto_startup="{{start}}")
    .from_("{{source}}")
    .to("http:{{host:localhost}}/x", user="{{?user}}", password="{{secret:shop}}")
    .split(simple("${body}"), timeout="{{env:SPLIT_TIMEOUT:5s}}")
    .to("{{sink:log:sink}}")
    .end()
    .set_body(constant('{\n  "shop": "{{shop}}"\n}\n'))
)
