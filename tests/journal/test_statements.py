"""The statements that run are those that are defined."""

from caravana.journal import compiled
from caravana.journal.operation import Statement
from tools.compile_statements import TARGET, definitions, module


def test_compiled_statements_are_the_defined_ones() -> None:
    """`compiled.py` is what `python tools/compile_statements.py` writes now: run it after changing a statement or a table."""
    assert TARGET.read_text(encoding="utf-8") == module()


def test_every_definition_has_a_name_of_its_own() -> None:
    """Statements are told apart by their names, each the lower-case name of its constant."""
    found = {name: one.name for name, one in vars(compiled).items() if isinstance(one, Statement)}
    assert found == {name: name.lower() for name in definitions()}
