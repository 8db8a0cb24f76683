"""The route `data-formats` written in Python."""

from caravana.route.builder import document, json_format, route

DOCUMENT = document(
    route("data-formats")
    .from_("direct:data")
    .marshal()
    .marshal(json_format(pretty_print=True, include="NON_NULL", content_type_header=False), variable_send="order")
    .unmarshal(json_format(library="Gson", use_list=True), allow_null_body=True, variable_receive="order")
    .unmarshal(json_format(unmarshal_type="java.util.Map"))
)
