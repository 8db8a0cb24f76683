"""What of Camel's catalogue this installation supports."""

from caravana.engine.registry import component_classes
from caravana.language import REFUSED_FUNCTIONS, SIMPLE_FUNCTIONS, SIMPLE_OPERATORS
from caravana.route.support import Declared, Row, support_table


def support_rows() -> tuple[Row, ...]:
    """Return the support table of this installation: routes, languages, functions, components."""
    schemes = {
        scheme: frozenset(field.alias or name for name, field in cls.options.model_fields.items())
        for scheme, cls in component_classes().items()
    }
    return support_table(Declared(SIMPLE_FUNCTIONS, SIMPLE_OPERATORS, schemes, REFUSED_FUNCTIONS))
