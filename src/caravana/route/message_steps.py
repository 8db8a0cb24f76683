"""Steps that change the message and call nothing."""

from caravana.route import option
from caravana.route.element import Step, element
from caravana.route.expression import DataFormat, Expression


@element("setBody")
class SetBody(Step):
    """The body becomes the expression's result."""

    expression: Expression = option.expression("The new body.")


@element("transform")
class Transform(Step):
    """The same visible effect as `SetBody`."""

    expression: Expression = option.expression("The new body.")


@element("setHeader")
class SetHeader(Step):
    """One header becomes the expression's result; names are compared without case."""

    name: str = option.text("The header's name; Simple functions are admitted.")
    expression: Expression = option.expression("The new value.")


@element("setHeaders")
class SetHeaders(Step):
    """Several headers, set in order."""

    headers: tuple[SetHeader, ...] = option.children("SetHeader", "The headers to set, each with name and expression.")


@element("setProperty")
class SetProperty(Step):
    """One exchange property becomes the expression's result."""

    name: str = option.text("The property's name; Simple functions are admitted.")
    expression: Expression = option.expression("The new value.")


@element(
    "setVariable",
    departures={"name": "`global:` and `route:` are refused: nothing would keep such a variable over a restart"},
)
class SetVariable(Step):
    """One variable becomes the expression's result."""

    name: str = option.text("The variable's name.")
    expression: Expression = option.expression("The new value.")


@element("setVariables")
class SetVariables(Step):
    """Several variables, set in order."""

    variables: tuple[SetVariable, ...] = option.children("SetVariable", "The variables, each with name and expression.")


@element("removeHeader", shorthand="name")
class RemoveHeader(Step):
    """Take one header away."""

    name: str = option.text("The header's name.")


@element("removeHeaders", shorthand="pattern")
class RemoveHeaders(Step):
    """Take away all headers that fit `pattern`, but not those that fit `exclude_pattern`."""

    pattern: str = option.text("A name, a name ending in `*`, or a regular expression.")
    exclude_pattern: str | None = option.text("Headers that stay, written the same way.", default=None)


@element("removeProperty", shorthand="name")
class RemoveProperty(Step):
    """Take one exchange property away."""

    name: str = option.text("The property's name.")


@element("removeProperties", shorthand="pattern")
class RemoveProperties(Step):
    """Take away all exchange properties that fit `pattern`, but not those that fit `exclude_pattern`."""

    pattern: str = option.text("A name, a name ending in `*`, or a regular expression.")
    exclude_pattern: str | None = option.text("Properties that stay, written the same way.", default=None)


@element("removeVariable", shorthand="name")
class RemoveVariable(Step):
    """Take one variable away."""

    name: str = option.text("The variable's name.")


@element("convertBodyTo", shorthand="type")
class ConvertBodyTo(Step):
    """Convert the body to a type."""

    type: str = option.text("The type: java.lang.String, byte[], java.util.Map ... or its short name.")
    mandatory: bool = option.flag("A body that cannot be converted is an error; false: it becomes null.", default=True)
    charset: str | None = option.text("Character set between text and bytes; unset = UTF-8.", default=None)


@element("marshal")
class Marshal(Step):
    """Write the body (or a variable) in a data format; the result is bytes."""

    data_format: DataFormat = option.data_format("The data format.")
    variable_send: str | None = option.text("Take this variable instead of the body.", default=None)
    variable_receive: str | None = option.text("Put the result in this variable; body stays.", default=None)


@element("unmarshal")
class Unmarshal(Step):
    """Read the body (or a variable) in a data format."""

    data_format: DataFormat = option.data_format("The data format.")
    variable_send: str | None = option.text("Take this variable instead of the body.", default=None)
    variable_receive: str | None = option.text("Put the result in this variable; body stays.", default=None)
    allow_null_body: bool = option.flag("An empty body is no error.", default=False)
