"""All classes of the route model in one place, for those who compile it."""

from caravana.route.beans import BeanDeclaration, Beans
from caravana.route.block_steps import (
    Choice,
    DoCatch,
    DoFinally,
    DoTry,
    Filter,
    Group,
    IdempotentConsumer,
    Otherwise,
    Pipeline,
    Split,
    When,
)
from caravana.route.call_steps import Bean, Delay, Log, Process, Stop, ThrowException, To, ToD, WireTap
from caravana.route.document import RouteDocument
from caravana.route.element import DESIGNER_KEYS, ELEMENTS, ElementSpec, Node, Step
from caravana.route.error_handling import (
    DeadLetterChannel,
    DefaultErrorHandler,
    ErrorHandler,
    NoErrorHandler,
    OnException,
    RedeliveryPolicy,
    effective,
)
from caravana.route.expression import DataFormat, Expression
from caravana.route.fan_steps import Enrich, Loop, Multicast, RecipientList, Validate
from caravana.route.location import Location
from caravana.route.message_steps import (
    ConvertBodyTo,
    Marshal,
    RemoveHeader,
    RemoveHeaders,
    RemoveProperties,
    RemoveProperty,
    RemoveVariable,
    SetBody,
    SetHeader,
    SetHeaders,
    SetProperty,
    SetVariable,
    SetVariables,
    Transform,
    Unmarshal,
)
from caravana.route.rest import Param, ResponseMessage, Rest, RestConfiguration, Security, Verb
from caravana.route.routes import From, Route, RouteConfiguration

STEPS: dict[str, type[Step]] = {
    cls.spec.key: cls for cls in ELEMENTS.values() if issubclass(cls, Step) and cls is not Step
}
"""The steps by their name in the file."""

ERROR_HANDLERS: dict[str, type[ErrorHandler]] = {
    cls.spec.key: cls for cls in (DeadLetterChannel, DefaultErrorHandler, NoErrorHandler)
}
"""The kinds of error handler by their name in the file."""

__all__ = [
    "DESIGNER_KEYS",
    "ELEMENTS",
    "ERROR_HANDLERS",
    "STEPS",
    "Bean",
    "BeanDeclaration",
    "Beans",
    "Choice",
    "ConvertBodyTo",
    "DataFormat",
    "DeadLetterChannel",
    "DefaultErrorHandler",
    "Delay",
    "DoCatch",
    "DoFinally",
    "DoTry",
    "ElementSpec",
    "Enrich",
    "ErrorHandler",
    "Expression",
    "Filter",
    "From",
    "Group",
    "IdempotentConsumer",
    "Location",
    "Log",
    "Loop",
    "Marshal",
    "Multicast",
    "NoErrorHandler",
    "Node",
    "OnException",
    "Otherwise",
    "Param",
    "Pipeline",
    "Process",
    "RecipientList",
    "RedeliveryPolicy",
    "RemoveHeader",
    "RemoveHeaders",
    "RemoveProperties",
    "RemoveProperty",
    "RemoveVariable",
    "ResponseMessage",
    "Rest",
    "RestConfiguration",
    "Route",
    "RouteConfiguration",
    "RouteDocument",
    "Security",
    "SetBody",
    "SetHeader",
    "SetHeaders",
    "SetProperty",
    "SetVariable",
    "SetVariables",
    "Split",
    "Step",
    "Stop",
    "ThrowException",
    "To",
    "ToD",
    "Transform",
    "Unmarshal",
    "Validate",
    "Verb",
    "When",
    "WireTap",
    "effective",
]
