"""What people type finds what they mean: typing errors, accents, plurals, codes and categories."""

import csv
from pathlib import Path

import pytest

from caravana.component.goods.index import Index, words

FOLDER = Path(__file__).parents[2] / "data" / "goods"


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of test data."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def index() -> Index:
    """The products of an invented trading company."""
    return Index([{"product": n, **one} for n, one in enumerate(rows("products.csv"), 1)])


def test_sixty_spanish_queries(index: Index) -> None:
    """Of 60 queries as people type them, at least 95 % find the product meant among the first three."""
    queries = rows("queries-es.csv")
    missed = {}
    for one in queries:
        found = [each.item["code"] for each in index.search(one["query"], 3)]
        if one["code"] not in found:
            missed[one["query"]] = found
    assert len(queries) == 60
    assert len(missed) <= 3, missed


@pytest.mark.parametrize("text", ["", "   ", "¿?", "🙂🙂", "x" * 5000, "qwertyuiop", "مرحبا", "0", "a b c d e f g"])
def test_what_means_nothing_finds_nothing(index: Index, text: str) -> None:
    """Signs, pictures, another script or letters at random are no product, however long they are."""
    assert index.search(text) == []


def test_a_category_finds_its_products(index: Index) -> None:
    """A category's name brings products of it, and categories are told with their number of products."""
    assert {one.item["category"] for one in index.search("ferreteria")} == {"Ferretería"}
    assert index.categories(2) == [{"name": "Ferretería", "count": 25}, {"name": "Cocina", "count": 20}]


def test_a_code_is_one_product(index: Index) -> None:
    """A code finds its product alone, however it is written; with one wrong sign the nearest are told."""
    assert [(one.item["code"], one.exact) for one in index.search("fer 001")] == [("FER-001", True)]
    assert "FER-001" in [one.item["code"] for one in index.search("FER-0O1")]


def test_words_as_they_sound() -> None:
    """Spanish spellings that sound alike are one word, and so are singular and plural."""
    assert words("zapatillas") == words("sapatiya")
    assert words("vasos de vidrio") == words("baso de bidrio")
    assert words("botones") == words("boton")


def test_a_number_alone_names_nothing() -> None:
    """A code that there is not is no other product with the same number in it."""
    index = Index(
        [{"product": 1, "code": "TE-1", "name": "Té verde"}, {"product": 2, "code": "GOR-001", "name": "Gorra"}]
    )
    assert index.search("OLD-1") == []
    assert [one.item["code"] for one in index.search("te 1")] == ["TE-1"]


SMALL = Index(
    [
        {"product": 1, "code": "CAM-001", "name": "Camiseta de algodón"},
        {"product": 2, "code": "GOR-001", "name": "Gorra bordada"},
        {"product": 3, "code": "ZAP-001", "name": "Zapato deportivo"},
    ]
)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("2 camisetas", ["CAM-001"]),
        ("camiseta y gorra", ["GOR-001", "CAM-001"]),
        ("camiseta roja talla m", ["CAM-001"]),
        ("hacen envios", []),
        ("devolver mi plata", []),
    ],
)
def test_what_is_more_than_a_product(text: str, codes: list[str]) -> None:
    """How many, in which colour, or two at once: what is named is found; where nothing is, nothing."""
    assert [one.item["code"] for one in SMALL.search(text)] == codes
