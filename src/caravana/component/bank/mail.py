"""`from bank:mail`: statements attached to mails in a mailbox become messages, each once.

A mail's text is never money: of a mail without a statement only the news is taken, and whoever polls looks at once.
"""

import asyncio
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from pathlib import PurePath

import structlog

from caravana.component.bank.book import REVIEW, digest_of
from caravana.component.bank.mailbox import Look, Mail, MailError, Position, look
from caravana.component.bank.spec import BankOptions, MailSettings
from caravana.kit.polling import PollingConsumer
from caravana.kit.ports import Arrival, Context, Receiver

log = structlog.get_logger(__name__)
NEWS = "bank"
"""Topic that has news when a bank's notice came."""
_LONGEST_NAME = 200


class MailConsumer(PollingConsumer):
    """Looks into one folder again and again; its position and what was taken are stored together."""

    def __init__(self, settings: MailSettings, options: BankOptions, receiver: Receiver, context: Context) -> None:
        """`settings`: the mailbox."""
        first = options.initial_delay
        super().__init__(f"bank:mail:{options.connection}", context.clock, options.delay, first=first)
        self._settings = settings
        self._options = options
        self._receiver = receiver
        self._context = context
        self._told: str | None = ""  # nothing yet, not even that all is well

    async def start(self) -> None:
        """Begin to look; news make it look at once."""
        self._context.listen(NEWS, self.tell)
        await super().start()

    async def look(self) -> None:
        """Take what is there."""
        try:
            after = await self._position()
            found = await asyncio.to_thread(
                look, self._settings, self._options.folder, after, self._receiver.go_live, self._options.max_bytes
            )
            await self._take(found, after)
        except MailError as error:
            await self._complain(error)
        else:
            await self._ask(None)

    async def _position(self) -> Position | None:
        stored = await self._receiver.cursor()
        return None if stored is None else Position(stored["validity"], stored["uid"])

    async def _take(self, found: Look, before: Position | None) -> None:
        """Hand over each mail's statements with the position behind it."""
        news, line = False, self._receiver.go_live
        for mail in found.mails:
            arrivals = list(self._arrivals(mail, found.position.validity))
            news = news or not arrivals
            if mail.raw is None and (line is None or mail.arrived >= line):
                await self._leave(mail, found.position.validity)
            await self._receiver.accept(arrivals, cursor=Position(found.position.validity, mail.uid).as_json())
        if not found.mails and found.position != before:
            await self._receiver.accept([], cursor=found.position.as_json())
        if news:
            self._context.wake(NEWS)
            self.seen()  # this folder was just looked at

    def _arrivals(self, mail: Mail, validity: int) -> Iterator[Arrival]:
        if mail.raw is None:
            return
        message = message_from_bytes(mail.raw, policy=policy.default)
        if not self._is_trusted(message, mail):
            return
        found = list(attachments(message))
        fitting = [one for one in found if re.fullmatch(self._options.include, one[0], re.IGNORECASE)]
        if found and not fitting:
            kinds = sorted({PurePath(name).suffix.lower() for name, _ in found})  # their names may name persons
            log.info("bank.mail_without_statement", uid=mail.uid, attachments=kinds, hint="`include` leaves them out")
        for name, content in fitting:
            headers = {"CamelFileName": name, "CaravanaMailSubject": _line(message["Subject"])}
            yield Arrival(content, headers, key=f"{validity}:{mail.uid}:{digest_of(content)}", time=mail.arrived)

    def _is_trusted(self, message: EmailMessage, mail: Mail) -> bool:
        options = self._options
        if options.sender is not None and not _is_from(message, options.sender):
            domain = parseaddr(str(message["From"]))[1].rpartition("@")[2]
            log.info("bank.mail_of_another", uid=mail.uid, domain=_line(domain), hint="`sender` does not name it")
            return False
        if options.signed_by is not None and not _is_signed(message, options.signed_by):
            log.warning("bank.mail_unsigned", uid=mail.uid, hint="the mail server did not find its signature right")
            return False
        return True

    async def _leave(self, mail: Mail, validity: int) -> None:
        """Put a mail that is too large, or that the server did not give, on the list of what waits for a person."""
        name, most = self._options.connection, self._options.max_bytes
        reason = f"it has {mail.size} bytes, more than `maxBytes` ({most})"
        if mail.size <= most:
            reason = "the server did not give its text"
        log.error("bank.mail_left", uid=mail.uid, bytes=mail.size)
        item = {
            "kind": "bank_mail",
            "title": f"mailbox {name}: a mail of {mail.arrived:%Y-%m-%d %H:%M} UTC was not read",
            "reason": reason,
            "since": self._context.clock.now().isoformat(),
            "remedy": "if a statement is attached, save it and use: caravana bank import FILE",
        }
        await self._receiver.store.put(REVIEW, f"bank/mail/{name}/{validity}.{mail.uid}", item)

    async def _complain(self, error: MailError) -> None:
        """Tell once of what does not change, and a person of what he has to mend."""
        if str(error) != self._told:
            tell = log.error if error.person else log.warning
            tell("bank.mail_unread", connection=self._options.connection, reason=str(error))
            if error.person:
                await self._ask(str(error))
            self._told = str(error)

    async def _ask(self, reason: str | None) -> None:
        """Put the mailbox on the list of what waits for a person, or take it off, unless that was done."""
        if reason == self._told:
            return
        name = self._options.connection
        item = {
            "kind": "bank_mail",
            "title": f"mailbox {name}: no statement comes from it",
            "reason": reason,
            "since": self._context.clock.now().isoformat(),
            "remedy": "mend user, password or folder: it goes off the list by itself",
        }
        await self._receiver.store.put(REVIEW, f"bank/mail/{name}", item if reason else None)
        self._told = reason


def attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every attachment, also of mails within the mail. The name is that of the file alone."""
    for part in message.walk():
        name = part.get_filename()
        if not name or part.is_multipart():
            continue
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            yield re.split(r"[/\\]", str(name))[-1][-_LONGEST_NAME:], content


def _is_from(message: EmailMessage, wanted: str) -> bool:
    """Whether its one sender is one of `wanted`, addresses or @domains divided by commas."""
    senders = getaddresses([str(one) for one in message.get_all("From", [])])
    if len(senders) != 1:
        return False
    address = senders[0][1].lower()
    known = [one.strip().lower() for one in wanted.split(",") if one.strip()]
    return any(address.endswith(one) if one.startswith("@") else address == one for one in known)


def _is_signed(message: EmailMessage, server: str) -> bool:
    """Whether our own mail server, which writes the first such header, found DKIM or DMARC of the sender's domain right."""
    results = message.get_all("Authentication-Results", [])
    first = str(results[0]) if results else ""
    name, _, verdicts = first.partition(";")
    if name.split()[:1] != [server]:
        return False
    domain = parseaddr(str(message["From"]))[1].rpartition("@")[2].lower()
    for verdict in verdicts.lower().split(";"):
        passed = re.match(r"\s*(dkim|dmarc)\s*=\s*pass\b", verdict)
        named = re.search(r"header\.(?:d|from|i)\s*=\s*@?([\w.-]+)", verdict)
        if passed and named is not None and (domain == named[1] or domain.endswith(f".{named[1]}")):
            return True
    return False


def _line(value: object) -> str:
    return " ".join(str(value or "").split())[:_LONGEST_NAME]
