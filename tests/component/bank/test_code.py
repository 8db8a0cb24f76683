"""Payment codes: each another, never mistaken for one another, and known again in whatever a bank makes of them."""

import asyncio
import random
from itertools import combinations, product
from math import gcd

import pytest

from caravana.component.bank.code import ALPHABET, FORM, MOST, code_of, codes_in, is_right, shown
from caravana.component.bank.codes import Codes
from caravana.component.bank.place import Place
from tests.component.harness import Hub

SOME = [code_of(random.Random(number).randrange(MOST)) for number in range(200)]


def test_each_number_has_a_code_of_its_own() -> None:
    """Of a hundred thousand in a row no two are equal, and all are right; the step meets every number before it comes round."""
    codes = [code_of(number) for number in range(100_000)]
    assert len(set(codes)) == len(codes)
    assert all(map(is_right, codes))
    assert MOST == 18**6 * 5
    assert gcd(61_803_397, MOST) == 1
    with pytest.raises(ValueError, match="no more"):
        code_of(MOST)


def test_no_sign_looks_like_another_one() -> None:
    """Nor is a code a word or a number: a digit stands among letters."""
    assert not set(ALPHABET) & set("IOLSZBQU01258")
    assert [len(place) for place in FORM] == [18, 18, 18, 5, 18, 18, 18]


def test_one_wrong_character_is_no_code() -> None:
    """Whichever character is another one, and whichever it is."""
    for code in SOME:
        places = [(code[:place], code[place + 1 :]) for place in range(len(code))]
        wrong = {f"{before}{sign}{after}" for before, after in places for sign in ALPHABET + "IOLSZBQU01258"}
        assert [one for one in wrong if is_right(one)] == [code]


def test_two_characters_that_changed_places_are_no_code() -> None:
    """Neighbours or not."""
    for code, (one, other) in product(SOME, combinations(range(8), 2)):
        signs = list(code)
        signs[one], signs[other] = signs[other], signs[one]
        assert "".join(signs) == code or not is_right("".join(signs))


@pytest.mark.parametrize(
    "form", ["{0}-{1}", "{0}{1}", "{0} {1}", "{0} - {1}", "{0}/{1}", "PAGO {0}{1} GRACIAS", "({0}.{1})"]
)
def test_a_code_is_found_as_people_and_banks_write_it(form: str) -> None:
    """Whole or in halves, in capitals or not, with words around it."""
    for code in SOME[:20]:
        text = form.format(code[:4], code[4:])
        assert codes_in(text) == codes_in(text.lower()) == [code]


def test_a_code_is_found_across_the_end_of_a_line() -> None:
    """Banks cut their lines anywhere."""
    code = SOME[0]
    assert codes_in("PAGO " + code[:3], code[3:]) == [code]
    assert codes_in("PAGO", None, shown(code), code) == [code]


def test_what_banks_write_is_no_code() -> None:
    """Numbers, words, references, invoice numbers: a code stands alone."""
    text = "TRANSFERENCIA DIRECTA 001-001-000000123 REF 20261123 RUC 1792146739001 CARTERAS KMPTXRTC"
    assert codes_in(text, f"X{SOME[0]}", f"{SOME[0]}7") == []


async def test_a_document_keeps_its_code() -> None:
    """Asked for by many at once it is one; another document, and the same name in another company, have others."""
    codes = Codes(Hub().store)
    at = "2026-11-28T12:00:00+00:00"
    names = ["S00001"] * 5 + [f"S{number:05}" for number in range(2, 22)]
    issued = await asyncio.gather(*(codes.issue(name, Place(), at) for name in names))
    assert len(set(issued[:5])) == 1
    assert len(set(issued)) == 21
    assert await codes.issue("S00001", Place(None, "odoo", 2), at) not in issued
    assert await codes.issue("S00002", Place(), at) == issued[5]
