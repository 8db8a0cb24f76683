"""Beans: Python callables and objects by name."""

from collections.abc import Mapping

from caravana.route import option
from caravana.route.element import Node, element

_JAVA = "belongs to Java's way of making objects; write a Python factory and name it in `type`"


@element(
    "beans",
    refused={
        "script": "source text cannot run here: register a Python callable and name it in `type`",
        "scriptLanguage": "source text cannot run here",
        "scriptPropertyPlaceholders": "source text cannot run here",
        "builderClass": _JAVA,
        "builderMethod": _JAVA,
        "factoryBean": _JAVA,
        "factoryMethod": _JAVA,
        "initMethod": _JAVA,
        "destroyMethod": _JAVA,
    },
)
class BeanDeclaration(Node):
    """One bean: `type` names a registered Python callable (`module:name`, or a name), called with the values."""

    name: str = option.text("Name that routes use.")
    type: str = option.text("The callable, or the alias of a Java class.")
    constructors: Mapping[str, object] = option.values("Positional values by their index, from 0.", default={})
    properties: Mapping[str, object] = option.values("Named values.", default={})


@element("beans")
class Beans(Node):
    """The beans of one `beans` entry, in order."""

    beans: tuple[BeanDeclaration, ...] = option.children("BeanDeclaration", "The beans.", default=())
