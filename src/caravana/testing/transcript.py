"""Transcripts: conversations written down as they shall go, run against a company of imitations.

    # What stands after a hash is a comment.
    customer: hola
    company: Hola Ana, *
    company: [Buscar un producto] *
    customer: [Buscar un producto]
    customer: (voice)
    customer: (order CAM-001 x 2)

Each `company:` line must be one line of the answer, in order; `*` stands for anything. What may be chosen is a line
`[Title] description`.
A customer writes, taps `[Title]`, or sends `(voice)`, `(photo)`, `(place)`, `(poll)` or `(order CODE x N, …)`.

CaravanaError
└── TranscriptFailed    the conversation went another way: file, line, what was expected and what was said
"""

import asyncio
import fnmatch
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from caravana.component.whatsapp.sandbox.customer import Customer
from caravana.kit.errors import CaravanaError, ConfigurationError
from caravana.testing.talk import Talk, lines_of

_ORDER = re.compile(r"\(order (?P<items>.+)\)")
_ITEM = re.compile(r"\s*(?P<code>\S+)\s*(?:x\s*(?P<quantity>-?\d+))?\s*")
SENT = ("(voice)", "(photo)", "(place)", "(poll)")


class TranscriptFailed(CaravanaError):
    """The conversation went another way than it is written."""


@dataclass(frozen=True)
class Step:
    """What a customer does, and what must be answered: (line, pattern) each; none: whatever."""

    line: int
    said: str
    expected: list[tuple[int, str]] = field(default_factory=list)


def read_transcript(text: str, file: str) -> list[Step]:
    """Return the steps. Raises `ConfigurationError` naming the line that is none."""
    steps: list[Step] = []
    for number, line in enumerate(text.splitlines(), 1):
        who, _, words = line.partition(":")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if who.strip() == "customer" and words.strip():
            steps.append(Step(number, words.strip()))
        elif who.strip() == "company" and words.strip() and steps:
            steps[-1].expected.append((number, words.strip()))
        else:
            raise ConfigurationError("write `customer: …`, then `company: …`", place=f"{file}:{number}")
    if not steps:
        raise ConfigurationError("no customer says anything", place=f"{file}:1")
    return steps


async def run_transcript(talk: Talk, file: Path, phone: str = "593990000009", name: str = "Ana") -> int:
    """Play the customer of a transcript; returns how many lines were compared. Raises `TranscriptFailed`, `ConfigurationError`."""  # noqa: E501
    text = await asyncio.to_thread(file.read_text, "utf-8")
    steps, customer, compared = read_transcript(text, str(file)), talk.customer(phone, name), 0
    for step in steps:
        before = len(customer.received)
        say(customer, step.said, f"{file}:{step.line}")
        answer = [line for one in await talk.answer(customer, before) for line in lines_of(one)]
        for number, pattern in _missing(step.expected, answer):
            told = "\n".join(f"  {one}" for one in answer) or "  (nothing)"
            raise TranscriptFailed(
                f"{file}:{number}: `{step.said}` was not answered with\n  {pattern}\nbut with\n{told}"
            )
        compared += len(step.expected)
    return compared


def say(customer: Customer, said: str, place: str = "") -> None:
    """Do what a line of a customer says. Raises `TranscriptFailed` when nothing offers what is to be tapped."""
    try:
        if said in SENT:
            _send(customer, said)
        elif found := _ORDER.fullmatch(said):
            customer.order(list(_items(found["items"])))
        elif said.startswith("[") and said.endswith("]"):
            customer.tap(said[1:-1])
        else:
            customer.text(said)
    except ValueError as error:
        raise TranscriptFailed(f"{place}: {error}" if place else str(error)) from None


def _send(customer: Customer, what: str) -> None:
    match what:
        case "(voice)":
            customer.file("audio", b"OggS", "audio/ogg", voice=True)
        case "(photo)":
            customer.file("image", b"\xff\xd8\xff", "image/jpeg")
        case "(place)":
            customer.location(-0.18, -78.46)
        case _:
            customer.unsupported()


def _items(text: str) -> Iterator[dict[str, object]]:
    for one in text.split(","):
        found = _ITEM.fullmatch(one)
        if found is None:
            raise ValueError(f"`{one.strip()}` is no product: write CODE x N")
        quantity = int(found["quantity"] or 1)
        yield {"product_retailer_id": found["code"], "quantity": quantity, "item_price": 0.01, "currency": "USD"}


def _missing(expected: Sequence[tuple[int, str]], answer: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield the first line that the answer does not have in its place."""
    at = 0
    for number, pattern in expected:
        glob = re.sub(r"([\[\]?])", lambda one: _ESCAPED[one[1]], pattern)
        found = next((n for n in range(at, len(answer)) if fnmatch.fnmatchcase(answer[n], glob)), None)
        if found is None:
            yield number, pattern
            return
        at = found + 1


_ESCAPED: Mapping[str, str] = {"[": "[[]", "]": "]", "?": "[?]"}
"""Only `*` means anything."""
