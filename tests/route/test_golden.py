"""Golden triples: each construct as shorthand YAML, canonical YAML, canonical JSON and Python builder."""

import json
import runpy
from pathlib import Path

import pytest

from caravana.route import RouteDocument, canonical, read_file, walk, write_json, write_yaml
from caravana.route import model as m

FOLDER = Path(__file__).parents[1] / "data" / "routes"
CASES = sorted(path for path in FOLDER.iterdir() if (path / "shorthand.yaml").exists())


def built(folder: Path) -> RouteDocument:
    """Return the document that a case's builder makes."""
    document: RouteDocument = runpy.run_path(str(folder / "builder.py"))["DOCUMENT"]
    return document


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_all_spellings_give_one_model(folder: Path) -> None:
    """Shorthand, canonical YAML, canonical JSON and builder give equal models."""
    shorthand = read_file(folder / "shorthand.yaml")
    assert shorthand.warnings == ()
    assert read_file(folder / "canonical.yaml") == shorthand
    assert read_file(folder / "canonical.json") == shorthand
    assert built(folder) == shorthand


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_what_is_written_is_canonical(folder: Path) -> None:
    """The writers give the canonical files, sign by sign, whatever the model was made of."""
    for document in (read_file(folder / "shorthand.yaml"), built(folder)):
        assert write_yaml(document) == (folder / "canonical.yaml").read_text(encoding="utf-8")
        assert write_json(document) == (folder / "canonical.json").read_text(encoding="utf-8")
        assert canonical(document) == json.loads((folder / "canonical.json").read_text(encoding="utf-8"))


def test_every_construct_has_a_golden_triple() -> None:
    """No class of the model is without an example."""
    documents = [read_file(folder / "shorthand.yaml") for folder in CASES]
    seen = {type(node) for document in documents for item in document.items for node in walk(item)}
    wanted = set(m.ELEMENTS.values()) - {m.Node, m.Step, m.ErrorHandler}
    assert wanted - seen == set()
