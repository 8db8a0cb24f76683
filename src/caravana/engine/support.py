"""What of Camel this installation supports, from what its floors declare."""

from caravana.engine.registry import component_classes
from caravana.language import REFUSED_FUNCTIONS, SIMPLE_FUNCTIONS, SIMPLE_OPERATORS
from caravana.route.support import Declared, Row, support_table


def support_rows() -> tuple[Row, ...]:
    """Return the support table of this installation: routes, languages, functions, components."""
    components = component_classes()
    declared = Declared(
        SIMPLE_FUNCTIONS,
        SIMPLE_OPERATORS,
        {
            scheme: frozenset(field.alias or name for name, field in cls.options.model_fields.items())
            for scheme, cls in components.items()
        },
        REFUSED_FUNCTIONS,
        refused_options={scheme: cls.not_supported for scheme, cls in components.items()},
        departures={scheme: cls.departures for scheme, cls in components.items()},
    )
    return support_table(declared)
