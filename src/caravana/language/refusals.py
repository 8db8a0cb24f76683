"""Functions of Simple that Camel knows and Caravana refuses, each with the reason shown."""

_ABSENT = "Caravana does not have it"
_YOUNGER = "it is younger than Camel 4.18"
_JVM = "it names things of the Java virtual machine"
_EFFECT = "an expression changes nothing: use the step of that name"
_SYSTEM = "properties of the Java virtual machine do not exist here: write {{name}} or ${env.NAME}"

_ABSENT_NAMES = """
    assert attachment attachments attachmentsContent attachmentsContentAs attachmentsContentAsText
    attachmentsHeader attachmentsHeaderAs attachmentsKeys attachmentsSize camelId ceil clearAttachments concat
    filter floor forEach fromRouteId function hostName length load messageAs messageHistory originalBody pad ref
    routeGroup safeQuote shuffle split stepId substring xpath
"""
_JVM_NAMES = """
    bodyType camelContext exchange threadId threadName type
"""
_YOUNGER_NAMES = """
    htmlClean htmlDecode htmlParse listAdd listRemove mapAdd mapRemove simpleJsonpath sort toJson toJsonBody
    toPrettyJson toPrettyJsonBody
"""

REFUSED_FUNCTIONS: dict[str, str] = {
    **dict.fromkeys(_ABSENT_NAMES.split(), _ABSENT),
    **dict.fromkeys(_JVM_NAMES.split(), _JVM),
    **dict.fromkeys(_YOUNGER_NAMES.split(), _YOUNGER),
    "setHeader": _EFFECT,
    "setVariable": _EFFECT,
    "throwException": _EFFECT,
    "sys": _SYSTEM,
    "sysenv": "write `env`, its name since Camel 3",
}
"""Refused functions by name."""
