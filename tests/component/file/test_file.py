"""The `file` component, on a real disk."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from caravana.component.file import FileComponent
from caravana.kit.component import Producer
from caravana.kit.departure import Departure, Withheld, departing
from caravana.kit.effect import Kind
from caravana.kit.errors import ConfigurationError, Refused
from caravana.kit.ports import Accepted, Arrival, Unavailable
from caravana.kit.uri import Uri
from tests.component.harness import (
    Hub,
    Inbox,
    SteppedClock,
    make_effect,
    make_exchange,
    producer_of,
    readme_endpoints,
    run_producer,
)

PAST = 1_700_000_000


def _put(folder: Path, name: str, content: bytes = b"x") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@asynccontextmanager
async def _looking(folder: Path, options: str, inbox: Inbox) -> AsyncIterator[SteppedClock]:
    """A consumer after its first look."""
    clock = SteppedClock()
    consumer = FileComponent(Hub(clock=clock)).endpoint(Uri.parse(f"file:{folder}?{options}")).consumer(inbox)
    await consumer.start()
    await clock.asleep()
    await clock.step(1)
    yield clock
    await consumer.stop()


def _names(inbox: Inbox) -> list[str]:
    return [one.headers["CamelFileName"] for one in inbox.accepted]


async def test_each_file_becomes_a_message_and_is_moved(tmp_path: Path) -> None:
    """In the order of names, with bytes as body and Camel's headers; then the files lie in `.camel`."""
    for name in ("b.csv", "a.csv"):
        os.utime(_put(tmp_path, name, name.encode()), (PAST, PAST))
    inbox = Inbox()
    async with _looking(tmp_path, "", inbox):
        assert [one.body for one in inbox.accepted] == [b"a.csv", b"b.csv"]
    first = inbox.accepted[0]
    assert first.key == f"a.csv:{PAST}000000000:5"
    assert first.headers["CamelFileName"] == "a.csv"
    assert first.headers["CamelFileLength"] == 5
    assert first.headers["CamelFileLastModified"] == PAST * 1000
    assert sorted(one.name for one in tmp_path.iterdir()) == [".camel"]
    assert (tmp_path / ".camel" / "a.csv").read_bytes() == b"a.csv"


async def test_a_file_that_comes_later_is_taken_at_the_next_look(tmp_path: Path) -> None:
    """The directory is looked at again every `delay`, and made when it is missing."""
    inbox, folder = Inbox(), tmp_path / "new"
    async with _looking(folder, "delay=10s&delete=true", inbox) as clock:
        _put(folder, "a")
        await clock.step(10)
    assert _names(inbox) == ["a"]
    assert list(folder.iterdir()) == []


async def test_what_is_not_meant_stays(tmp_path: Path) -> None:
    """Names that do not fit, hidden files, links, files below and fresh files are left alone."""
    old = _put(tmp_path, "A.CSV")
    for path in (_put(tmp_path, "b.txt"), _put(tmp_path, ".c.csv"), _put(tmp_path, "below/d.csv"), old):
        os.utime(path, (PAST, PAST))
    _put(tmp_path, "fresh.csv")
    (tmp_path / "link.csv").symlink_to(old)
    inbox = Inbox()
    async with _looking(tmp_path, r"include=.*\.csv&minAge=1h&noop=true", inbox):
        assert _names(inbox) == ["A.CSV"]


async def test_files_below_are_taken_when_wanted(tmp_path: Path) -> None:
    """With recursive the name holds the directory; the directory of taken files is passed over."""
    _put(tmp_path, "q/a")
    _put(tmp_path, "q/done/old")
    inbox = Inbox()
    async with _looking(tmp_path, "recursive=true&move=done", inbox) as clock:
        await clock.step(1)
    assert _names(inbox) == ["q/a"]
    assert (tmp_path / "q/done/a").exists()


async def test_noop_takes_each_version_once(tmp_path: Path) -> None:
    """The file stays; when it changes it is a new message."""
    path, inbox = _put(tmp_path, "a"), Inbox()
    async with _looking(tmp_path, "noop=true", inbox) as clock:
        await clock.step(1)
        assert _names(inbox) == ["a"]
        path.write_bytes(b"longer")
        await clock.step(1)
    assert [one.body for one in inbox.accepted] == [b"x", b"longer"]


async def test_a_file_taken_before_a_crash_is_only_put_away(tmp_path: Path) -> None:
    """The key makes it a duplicate, and it is moved."""
    path, inbox = _put(tmp_path, "a"), Inbox()
    async with _looking(tmp_path, "", inbox):
        pass
    (tmp_path / ".camel" / "a").replace(path)
    async with _looking(tmp_path, "", inbox):
        pass
    assert len(inbox.accepted) == 1
    assert not path.exists()


class _Overtaken(Inbox):
    """While the first version is stored, the partner writes another."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    async def accept(self, arrivals: Sequence[Arrival], *, cursor: Any = None) -> list[Accepted]:
        if not self.accepted:
            self._path.write_bytes(b"another")
        return await super().accept(arrivals, cursor=cursor)


@pytest.mark.parametrize("options", ["", "delete=true"])
async def test_a_version_that_comes_while_one_is_stored_is_taken_too(tmp_path: Path, options: str) -> None:
    """Storing may take long; what was not read is not put away."""
    path = _put(tmp_path, "a")
    inbox = _Overtaken(path)
    async with _looking(tmp_path, options, inbox) as clock:
        await clock.step(1)
        assert not path.exists()
    assert [one.body for one in inbox.accepted] == [b"x", b"another"]


async def test_a_journal_that_takes_nothing_leaves_the_file(tmp_path: Path) -> None:
    """It is taken when the journal is back."""
    path, inbox = _put(tmp_path, "a"), Inbox()
    inbox.failure = Unavailable("full", 7)
    async with _looking(tmp_path, "", inbox) as clock:
        assert path.exists()
        inbox.failure = None
        await clock.step(7)
    assert _names(inbox) == ["a"]


async def test_a_file_that_cannot_be_taken_holds_up_no_other(tmp_path: Path) -> None:
    """What is not in the charset or too large stays, the next one is taken as text."""
    _put(tmp_path, "a", b"\xff")
    _put(tmp_path, "b", b"12345678")
    _put(tmp_path, "c", "año".encode())
    inbox = Inbox()
    async with _looking(tmp_path, "charset=utf-8&maxBytes=7", inbox) as clock:
        await clock.step(1)
    assert [one.body for one in inbox.accepted] == ["año"]
    assert (tmp_path / "a").exists()
    assert (tmp_path / "b").exists()


def _producer(folder: Path, options: str = "") -> Producer:
    return producer_of(FileComponent(Hub()), f"file:{folder}?{options}")


@pytest.mark.parametrize(("body", "content"), [("año", "año".encode()), (b"\xff", b"\xff"), ({"a": [1]}, b'{"a":[1]}')])
async def test_the_body_becomes_a_file(tmp_path: Path, body: Any, content: bytes) -> None:
    """Text, bytes and JSON; the header names the file, the body stays, nothing else is left in the directory."""
    exchange = make_exchange(body, {"CamelFileName": "q/a.txt"})
    await run_producer(_producer(tmp_path), exchange)
    assert (tmp_path / "q/a.txt").read_bytes() == content
    assert exchange.headers["CamelFileNameProduced"] == str(tmp_path / "q/a.txt")
    assert exchange.body == body
    assert [one.name for one in (tmp_path / "q").iterdir()] == ["a.txt"]


async def test_the_name_is_the_option_else_the_header_else_the_effect(tmp_path: Path) -> None:
    """As in Camel, where each message, also each part of a split, has an id of its own."""
    headers = {"CamelFileName": "h"}
    await run_producer(_producer(tmp_path, "fileName=o"), make_exchange("x", headers))
    await run_producer(_producer(tmp_path), make_exchange("x", headers))
    await run_producer(_producer(tmp_path), make_exchange("x"))
    await run_producer(_producer(tmp_path), make_exchange("y"), effect=make_effect("key-2"))
    first, second, *named = sorted((one.name for one in tmp_path.iterdir()), key=len, reverse=True)
    assert sorted(named) == ["h", "o"]
    assert {first[:3], second[:3]} == {"x1-"}
    assert first != second


@pytest.mark.parametrize(
    ("exist", "content", "kind"),
    [
        ("Override", b"new", Kind.IDEMPOTENT),
        ("Append", b"oldnew", Kind.BLIND),
        ("Ignore", b"old", Kind.IDEMPOTENT),
    ],
)
async def test_what_happens_when_the_file_is_there(tmp_path: Path, exist: str, content: bytes, kind: Kind) -> None:
    """The option decides, and with it how the call may be repeated."""
    path = _put(tmp_path, "a", b"old")
    producer = _producer(tmp_path, f"fileName=a&fileExist={exist}")
    await run_producer(producer, make_exchange("new"))
    assert (path.read_bytes(), producer.kind) == (content, kind)
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


async def test_fail_refuses_and_can_tell_whether_it_wrote(tmp_path: Path) -> None:
    """The file there stays; the same content counts as ours, other content or none does not."""
    producer = _producer(tmp_path, "fileName=a&fileExist=Fail")
    request = producer.request(make_exchange("new"))
    assert producer.kind is Kind.VERIFIABLE
    assert await producer.verify(request, make_effect()) is None
    await producer.send(request, make_effect())
    assert await producer.verify(request, make_effect()) is not None
    other = producer.request(make_exchange("other"))
    assert await producer.verify(other, make_effect()) is None
    with pytest.raises(Refused, match="already"):
        await producer.send(other, make_effect())
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"new"]


@pytest.mark.parametrize("name", ["../a", "/etc/a", "q/../../a", "..\\a", "a\0b"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    """A name from a message writes below the directory and nowhere else."""
    with pytest.raises(Refused, match="out of"):
        _producer(tmp_path).request(make_exchange("x", {"CamelFileName": name}))


async def test_a_link_that_leads_out_is_refused(tmp_path: Path) -> None:
    """Also a directory below may be a link to elsewhere."""
    folder, outside = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    outside.mkdir()
    (folder / "q").symlink_to(outside)
    with pytest.raises(Refused, match="out of"):
        await run_producer(_producer(folder), make_exchange("x", {"CamelFileName": "q/a"}))
    assert list(outside.iterdir()) == []


def test_a_message_without_a_body_makes_no_file(tmp_path: Path) -> None:
    """As in Camel without allowNullBody."""
    with pytest.raises(Refused, match="no body"):
        _producer(tmp_path).request(make_exchange())


@pytest.mark.parametrize(
    "address",
    [
        "file:",
        "file:a?include=(",
        "file:a?charset=klingon",
        "file:a?delete=true&noop=true",
        "file:a?fileName=../b",
        "file:a?fileExist=Move",
        "file:a?move=${header.x}",
    ],
)
def test_wrong_addresses_are_refused(address: str) -> None:
    """Every mistake is told before start."""
    with pytest.raises(ConfigurationError):
        FileComponent(Hub()).endpoint(Uri.parse(address))


def test_the_readme_is_right() -> None:
    """The addresses shown can be read from and written to."""
    source, target = readme_endpoints(FileComponent(Hub()))
    source.consumer(Inbox())
    target.producer()


async def test_a_consumer_takes_only_the_named_file(tmp_path: Path) -> None:
    """`fileName` at `from`, as in Camel; an expression has no message there and is refused."""
    for name in ("a.csv", "b.csv"):
        os.utime(_put(tmp_path, name), (PAST, PAST))
    inbox = Inbox()
    async with _looking(tmp_path, "fileName=b.csv", inbox):
        assert _names(inbox) == ["b.csv"]
    with pytest.raises(ConfigurationError, match="no expression"):
        FileComponent(Hub()).endpoint(Uri.parse("file:a?fileName=${header.x}")).consumer(inbox)


async def test_a_file_is_held_back(tmp_path: Path) -> None:
    """Whoever wanted it lost the right to write it while it waited for a thread."""
    token = departing.set(Departure(lambda: False))
    with pytest.raises(Withheld):
        await run_producer(producer_of(FileComponent(Hub()), f"file:{tmp_path}?fileName=a"), make_exchange("x"))
    departing.reset(token)
    assert list(tmp_path.iterdir()) == []
