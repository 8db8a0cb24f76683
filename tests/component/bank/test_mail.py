"""Statements attached to mails, read from an IMAP server on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from structlog.testing import capture_logs

from caravana.component.bank import BankComponent
from caravana.kit.component import Severity
from caravana.kit.ports import Unavailable
from caravana.kit.uri import Uri
from tests.component.bank.imap_server import Folder, ImapServer
from tests.component.bank.telling import camt053, movement
from tests.component.harness import Hub, Inbox, SteppedClock
from tests.support.waiting import eventually

STATEMENT = camt053([movement("50.00", "R1", "ANA PEREZ")])
BANK = "extractos@banco.example"


def letter(*attachments: tuple[str, bytes], sender: str = BANK, results: str | None = None) -> bytes:
    """Return a mail."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["Subject"] = "Su estado de cuenta"
    if results is not None:
        mail["Authentication-Results"] = results
    mail.set_content("Estimado cliente: recibió USD 999.00.")
    for name, content in attachments:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


@dataclass
class World:
    """A server, and a hub that reads it."""

    server: ImapServer
    hub: Hub
    inbox: Inbox
    component: BankComponent
    clock: SteppedClock

    async def look(self, seconds: float = 60) -> None:
        """Let the consumer look once more."""
        await self.clock.step(seconds)

    def names(self) -> list[object]:
        """Return the names of what was taken."""
        return [one.headers["CamelFileName"] for one in self.inbox.accepted]


@asynccontextmanager
async def reading(
    options: str = "", *, password: str = "secreto", go_live: datetime | None = None
) -> AsyncIterator[World]:
    """Run a consumer; its first look has not been made."""
    async with ImapServer().running() as server:
        settings = {"host": "127.0.0.1", "port": server.port, "tls": False, "user": "caja", "password": password}
        hub = Hub(connections={"bank_mail": settings})
        assert isinstance(hub.clock, SteppedClock)
        component, inbox = BankComponent(hub), Inbox()
        inbox.go_live = go_live
        consumer = component.endpoint(Uri.parse(f"bank:mail?{options}")).consumer(inbox)
        assert consumer.exclusive
        await consumer.start()
        await hub.clock.asleep()
        try:
            yield World(server, hub, inbox, component, hub.clock)
        finally:
            await consumer.stop()


async def test_attached_statements_are_taken_once() -> None:
    """What was there before the first start stays; then each attachment that fits is a message, and the mail is unmarked."""
    async with reading() as world:
        world.server.deliver(letter(("old.xml", STATEMENT)))
        await world.look(1)
        assert world.inbox.accepted == []
        world.server.deliver(letter(("noviembre.xml", STATEMENT), ("logo.png", b"x")))
        await world.look()
        await world.look()
        assert world.names() == ["noviembre.xml"]
        assert world.inbox.accepted[0].body == STATEMENT
        assert world.inbox.stored_cursor == {"validity": 7, "uid": 2}
        assert not any(one.seen for one in world.server.folders["INBOX"].letters)


async def test_with_a_go_live_line_older_mail_is_taken_from_there_on() -> None:
    """The server is asked for mail since the line; the line itself is drawn by the receiver, by the time of arrival."""
    async with reading(go_live=datetime(2026, 11, 20, tzinfo=UTC)) as world:
        world.server.deliver(letter(("a.xml", STATEMENT)), arrived=datetime(2026, 11, 1, tzinfo=UTC))
        world.server.deliver(letter(("b.xml", STATEMENT)), arrived=datetime(2026, 11, 21, tzinfo=UTC))
        await world.look(1)
        assert world.names() == ["b.xml"]
        assert world.inbox.accepted[0].time == datetime(2026, 11, 21, tzinfo=UTC)


async def test_a_folder_made_anew_is_read_anew() -> None:
    """Another UIDVALIDITY: the numbers mean other mails; the key names both, so what was taken stays a duplicate of none."""
    async with reading() as world:
        await world.look(1)
        world.server.deliver(letter(("a.xml", STATEMENT)))
        await world.look()
        world.server.folders["INBOX"] = Folder(validity=8)
        world.server.deliver(letter(("b.xml", STATEMENT)))
        await world.look()
        assert world.names() == ["a.xml", "b.xml"]


async def test_the_text_of_a_notice_only_wakes_whoever_polls() -> None:
    """A mail without a statement is no money; it makes the other mailbox be read at once, without waiting."""
    async with reading() as world:
        await world.look(1)
        woken = []
        world.hub.listen("bank", lambda: woken.append(True))
        world.server.deliver(letter())
        await world.look()
        assert world.inbox.accepted == []
        await eventually(lambda: woken)
        logins = world.server.logins
        world.hub.wake("bank")
        await eventually(lambda: world.server.logins > logins)


@pytest.mark.parametrize(
    ("options", "mail", "taken"),
    [
        ("sender=@banco.example", letter(("a.xml", STATEMENT)), True),
        ("sender=otro@x.example,extractos@banco.example", letter(("a.xml", STATEMENT)), True),
        ("sender=@banco.example", letter(("a.xml", STATEMENT), sender="x@evilbanco.example"), False),
        ("sender=@banco.example", letter(("a.xml", STATEMENT), sender=f"{BANK}, x@evil.example"), False),
        ("signedBy=mx.empresa.example", letter(("a.xml", STATEMENT)), False),
        (
            "signedBy=mx.empresa.example",
            letter(("a.xml", STATEMENT), results="mx.empresa.example; spf=pass; dkim=pass header.d=banco.example"),
            True,
        ),
        (
            "signedBy=mx.empresa.example",
            letter(("a.xml", STATEMENT), results="mx.empresa.example; dkim=pass header.d=evil.example"),
            False,
        ),
        (
            "signedBy=mx.empresa.example",
            letter(("a.xml", STATEMENT), results="mx.evil.example; dkim=pass header.d=banco.example"),
            False,
        ),
    ],
)
async def test_only_the_banks_mail_is_taken(options: str, mail: bytes, taken: bool) -> None:
    """By its sender, and where asked for by the signature that our own mail server found right."""
    async with reading(options) as world:
        await world.look(1)
        world.server.deliver(mail)
        await world.look()
        assert (len(world.inbox.accepted) == 1) is taken


@pytest.mark.parametrize(
    ("mail", "event", "told"),
    [
        (
            letter(("estado.zip", b"PK"), ("foto.PDF", b"%PDF")),
            "bank.mail_without_statement",
            [".pdf", ".zip"],
        ),
        (letter(("e.xml", STATEMENT), sender="x@mail.banco.example"), "bank.mail_of_another", "mail.banco.example"),
    ],
)
async def test_mail_that_is_passed_over_is_logged(mail: bytes, event: str, told: object) -> None:
    """Who waits for his statements finds which attachments, or which sender, the settings leave out."""
    async with reading("sender=@banco.example") as world:
        await world.look(1)
        with capture_logs() as logs:
            world.server.deliver(mail)
            await world.look()
        [found] = [one for one in logs if one["event"] == event]
        assert told in (found.get("attachments"), found.get("domain"))
        assert world.inbox.accepted == []


async def test_a_mail_that_is_too_large_is_left_to_a_person() -> None:
    """It is passed over and told on the list, once, and the next is read."""
    async with reading("maxBytes=3000") as world:
        await world.look(1)
        world.server.deliver(letter(("big.xml", b"<" * 9000)))
        world.server.deliver(letter(("small.xml", b"<a/>")))
        await world.look()
        assert world.names() == ["small.xml"]
        [(key, item)] = await world.inbox.store.find("review")
        assert key.startswith("bank/mail/bank_mail/")
        assert item["kind"] == "bank_mail"
        assert "more than `maxBytes` (3000)" in item["reason"]
        assert "caravana bank import FILE" in item["remedy"]


async def test_a_large_mail_of_before_the_go_live_line_is_nobodys_task() -> None:
    """The server is asked by whole days: what came earlier on the line's day, or the day before, is a person's already."""
    async with reading("maxBytes=3000", go_live=datetime(2026, 11, 20, 12, tzinfo=UTC)) as world:
        for hour in (11, 13):
            world.server.deliver(letter(("big.xml", b"<" * 9000)), arrived=datetime(2026, 11, 20, hour, tzinfo=UTC))
        await world.look(1)
        [(key, _)] = await world.inbox.store.find("review")
        assert key == "bank/mail/bank_mail/7.2"


async def test_a_connection_that_breaks_off_is_tried_again() -> None:
    """Nothing is lost: the position stays where it was."""
    async with reading() as world:
        await world.look(1)
        world.server.deliver(letter(("a.xml", STATEMENT)))
        world.server.faults = ["drop"]
        await world.look()
        assert world.inbox.accepted == []
        await world.look()
        assert world.names() == ["a.xml"]


async def test_a_mail_whose_text_does_not_come_waits_for_a_person() -> None:
    """There may be a statement in it: it is not passed over in silence, and holds up no other mail."""
    async with reading() as world:
        await world.look(1)
        world.server.deliver(letter(("a.xml", STATEMENT)))
        world.server.mute = True
        await world.look()
        [(key, item)] = await world.inbox.store.find("review")
        assert (key, item["reason"]) == ("bank/mail/bank_mail/7.1", "the server did not give its text")
        world.server.mute = False
        world.server.deliver(letter(("b.xml", STATEMENT)))
        await world.look()
        assert world.names() == ["b.xml"]


async def test_while_the_journal_takes_nothing_nothing_is_passed_over() -> None:
    """The mail is read again once the journal is back."""
    async with reading() as world:
        await world.look(1)
        world.inbox.failure = Unavailable("disk full")
        world.server.deliver(letter(("a.xml", STATEMENT)))
        await world.look()
        world.inbox.failure = None
        await world.look()
        assert world.names() == ["a.xml"]


async def test_a_wrong_password_waits_for_a_person() -> None:
    """It is no reason to stop the hub; the list and the doctor say what to mend, until it is, the password in no text."""
    async with reading(password="falsch") as world:
        await world.look(1)
        [finding] = await world.component.diagnose("bank_mail")
        assert (finding.severity, finding.remedy) == (Severity.ERROR, "mend user and password")
        assert "falsch" not in finding.message
        [(key, item)] = await world.inbox.store.find("review")
        assert (key, item["reason"]) == ("bank/mail/bank_mail", "127.0.0.1 refuses the user or password")
        world.server.password = "falsch"
        await world.look()
        assert await world.inbox.store.find("review") == []
    async with reading() as world:
        [finding] = await world.component.diagnose("bank_mail")
        assert finding.severity is Severity.OK
