"""What banks and payers make of a purpose: abbreviated, folded, glued, cut. Knows nothing of the matcher."""

import unicodedata
from random import Random

from bench.matching.people import FORMS, Customer
from bench.matching.world import Invoice

_BEFORE_TEXT = (
    "TRANSFERENCIA INTERNET/TRANSF INTERBANCARIA/SPI/TRF DIRECTA/DEP TRANSFERENCIA/CRED. TRANSF/BANCA MOVIL/PAGO DIRECTO/"
    "NC TRANSFERENCIA///"
)
BEFORE = _BEFORE_TEXT.split("/")
WORDS = (
    "FACTURA",
    "FACT",
    "FAC",
    "PAGO FACTURA",
    "PAGO FACT.",
    "CANCELACION FACTURA",
    "CANC FC",
    "F/",
    "FACT#",
    "Pago factura",
    "",
)
CLOSE = ("GRACIAS", "URGENTE", "NOVIEMBRE", "PROVEEDOR", "COMPRA MERCADERIA", "", "", "", "")
WIDTHS = (140, 140, 140, 70, 70, 50, 40)


def plain(text: str) -> str:
    """Return the text without accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def full(random: Random, invoice: Invoice) -> str:
    """Return the whole number, with or without its dashes."""
    return invoice.number if random.random() < 0.65 else invoice.number.replace("-", "")


def mangled(random: Random, invoice: Invoice) -> str:
    """Return the number as people and forms spoil it."""
    place, point, digits = invoice.number.split("-")
    number = int(digits)
    cut = random.randint(2, 7)
    return random.choice(
        (
            f"{place} {point} {digits}",
            f"{place}-{point}-{number}",
            f"{place}{point}-{digits}",
            f"{place}-{point} {number:07d}",
            f"{int(place)}-{int(point)}-{number}",
            f"{place}.{point}.{digits}",
            f"{place}/{point}/{number}",
            f"{place}-{point}-{digits[:cut]} {digits[cut:]}",
            f"{place} - {point} - {digits}",
            f"{invoice.number.replace('0', 'O')}",
            f"N{place}{point}{digits}X",
            f"{place}{point} {digits}",
        )
    )


def bare(random: Random, invoice: Invoice) -> str:
    """Return only the running number."""
    number = invoice.sequence
    return random.choice(
        (number, number, f"{int(number):09d}", f"{int(number):06d}", f"#{number}", f"No.{number}", f"No {number}")
    )


def numbered(random: Random, number: str) -> str:
    """Return the number with a word before it, glued now and then."""
    word = random.choice(WORDS)
    return f"{word}{number}" if word and random.random() < 0.15 else f"{word} {number}".strip()


def shown(random: Random, customer: Customer) -> str:
    """Return the customer's name as his bank has it."""
    if customer.is_person:
        given = customer.given if random.random() < 0.8 else customer.given[:1]
        parts = (*customer.surnames, *given) if random.random() < 0.7 else (*given, *customer.surnames)
        return _case(random, " ".join(parts))
    name = customer.name.removesuffix(customer.form).strip()
    form = random.choice((customer.form, customer.form, *FORMS[:4], "", ""))
    return _case(random, f"{name} {form}".strip())


def _case(random: Random, text: str) -> str:
    text = _slip(random, text) if random.random() < 0.04 else text
    text = plain(text).upper() if random.random() < 0.85 else text
    return text[: random.choice((22, 30, 35))] if random.random() < 0.15 else text


def _slip(random: Random, text: str) -> str:
    """One letter is wrong."""
    place = random.randrange(1, len(text) - 1)
    return text[:place] + random.choice("aeiosz") + text[place + 1 :]


def lines(random: Random, *parts: str, width: int | None = None) -> tuple[str, ...]:
    """Return the purpose as the statement has it: words of the bank, the parts, often in capitals, cut to the form's width."""
    text = " ".join(filter(None, (random.choice(BEFORE), *parts, random.choice(CLOSE))))
    text = text.upper() if random.random() < 0.8 else text
    if random.random() < 0.35:
        text = f"{text} DOC {random.randint(100_000, 99_999_999)}"
    text = text[: width or random.choice(WIDTHS)].strip()
    if len(text) > 40 and random.random() < 0.15:
        return text[:35], text[35:]
    return (text,)
