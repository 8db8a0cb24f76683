"""Expression languages: texts of a route compiled once into closures over the exchange. Nothing is ever handed to `eval`."""

from caravana.language.convert import convert, find_type
from caravana.language.expression import LANGUAGES, Expression, compile_expression
from caravana.language.functions import SIMPLE_FUNCTIONS
from caravana.language.operators import SIMPLE_OPERATORS
from caravana.language.refusals import REFUSED_FUNCTIONS

__all__ = [
    "LANGUAGES",
    "REFUSED_FUNCTIONS",
    "SIMPLE_FUNCTIONS",
    "SIMPLE_OPERATORS",
    "Expression",
    "compile_expression",
    "convert",
    "find_type",
]
