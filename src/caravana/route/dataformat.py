"""The data formats that a route file may name, with their options."""

from caravana.route.language import OpenSpec, flag, text
from caravana.route.option import Kind, Option

_JVM = "belongs to the Java library and has no equal here"

DATA_FORMATS: dict[str, OpenSpec] = {
    "json": OpenSpec(
        "json",
        "",
        {
            option.key: option
            for option in (
                Option("id", "id", Kind.TEXT, "Name.", None),
                text(
                    "library",
                    "Java's library; every one gives the same result here.",
                    "Jackson",
                    ("Jackson", "Gson", "Jsonb", "Fastjson"),
                ),
                flag("prettyPrint", "Write JSON with line breaks and indents."),
                text("unmarshalType", "Type to read into; only maps and lists (java.util.Map, java.util.List)."),
                flag("useList", "Read into a list, a single object into a list of one."),
                text("include", "NON_NULL leaves null values out when writing.", None, ("NON_NULL", "ALWAYS")),
                flag("contentTypeHeader", "Set header Content-Type when writing.", default=True),
            )
        },
        ignored={
            "useDefaultObjectMapper": _JVM,
            "autoDiscoverObjectMapper": _JVM,
            "autoDiscoverSchemaResolver": _JVM,
            "combineUnicodeSurrogates": "texts are Unicode throughout",
        },
        refused={
            "objectMapper": _JVM,
            "jsonView": _JVM,
            "allowJmsType": _JVM,
            "allowUnmarshallType": "a type named by a header would let the sender choose it",
            "collectionType": _JVM,
            "moduleClassNames": _JVM,
            "moduleRefs": _JVM,
            "enableFeatures": _JVM,
            "disableFeatures": _JVM,
            "timezone": "dates are written by the route, not by the data format",
            "dateFormatPattern": "dates are written by the route, not by the data format",
            "schemaResolver": _JVM,
            "namingStrategy": _JVM,
            "maxStringLength": "limits are set at the consumer",
        },
    )
}
