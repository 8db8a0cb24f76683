"""What is hidden, and what looks like something to hide and is none: numbers of electronic documents and of taxpayers."""

import pytest

from caravana.kit.redaction import MASK, redact, redact_text

CLAVE = "2311202601179001691900110010010000001231234567819"
RUCS = ("1790016919001", "1792177758001", "1710034065001", "9999999999999", "0990000000001", "1190000000001")


def test_cards_are_hidden_however_they_are_written() -> None:
    """Sixteen, fifteen and thirteen digits, with blanks or dashes."""
    for card in ("4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "4222222222222"):
        assert redact_text(f"pago con {card}, hoy") == f"pago con {MASK}, hoy"


@pytest.mark.parametrize("digits", range(0, 1000, 7))
def test_numbers_of_documents_are_no_cards(digits: int) -> None:
    """`001-001-000000123` has fifteen digits, of which one in ten would pass as a card's."""
    text = f"la factura 001-001-{digits:09} fue devuelta"
    assert redact_text(text) == text


def test_rucs_and_claves_are_no_cards() -> None:
    """Thirteen digits that begin with no four, and forty-nine: the clerk must read them."""
    for text in (*RUCS, CLAVE):
        assert redact_text(f"«{text}» no es válido") == f"«{text}» no es válido"
    assert [one for one in range(1000) if MASK in redact_text(f"179{one:03}6919001")] == []


def test_a_clave_is_no_key() -> None:
    """The port calls it `access_key`; what else has that name is hidden."""
    told = {"access_key": CLAVE, "api_key": CLAVE, "inner": [{"access_key": None}, {"access_key": "AKIA1"}]}
    assert redact(told) == {
        "access_key": CLAVE,
        "api_key": MASK,
        "inner": [{"access_key": None}, {"access_key": MASK}],
    }
