"""A mailbox read by IMAP, with the standard library's client, which blocks: it runs in a thread."""

import imaplib
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from caravana.component.bank.spec import MailSettings

TIMEOUT = 30.0
"""Seconds that the server may take for one answer."""
_MOST = 50
"""Mails read in one look."""


class MailError(Exception):
    """The mailbox cannot be read now; `person`: it will not be until somebody acts (password, folder)."""

    def __init__(self, reason: str, *, person: bool = False) -> None:
        """`reason`: without anything secret."""
        super().__init__(reason)
        self.person = person


@dataclass(frozen=True)
class Position:
    """How far a folder was read: its validity (another number: another folder) and the last UID."""

    validity: int
    uid: int

    def as_json(self) -> dict[str, int]:
        """Return it as the journal keeps it."""
        return {"validity": self.validity, "uid": self.uid}


@dataclass(frozen=True)
class Mail:
    """One mail as it lies there: `raw` is None when it is larger than asked for, or does not come."""

    uid: int
    size: int
    arrived: datetime
    raw: bytes | None


@dataclass(frozen=True)
class Look:
    """What one look found: the folder's position after it, and the mails in order."""

    position: Position
    mails: Sequence[Mail]


def look(settings: MailSettings, folder: str, after: Position | None, since: datetime | None, most_bytes: int) -> Look:
    """Return the mails behind `after`. Without it those since `since`, and without both none: only the position.

    Nothing is marked or moved. Raises `MailError`.
    """
    with _session(settings, folder) as (session, validity, following):
        if after is None and since is None:
            return Look(Position(validity, following - 1), ())
        known = after.uid if after is not None and after.validity == validity else 0
        uids = _uids(session, known, since if known == 0 else None)[:_MOST]
        mails = tuple(_fetch(session, uid, most_bytes) for uid in uids)
        return Look(Position(validity, mails[-1].uid if mails else max(known, 0)), mails)


@contextmanager
def _session(settings: MailSettings, folder: str) -> Iterator[tuple[Any, int, int]]:
    """A session in the folder, read only, with the folder's validity and the UID that the next mail will get."""
    try:
        session = _connect(settings)
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailError(f"{settings.host}:{settings.port} cannot be reached: {type(error).__name__}") from None
    try:
        _login(session, settings)
        _open(session, folder)
        yield session, _number(session, "UIDVALIDITY"), _number(session, "UIDNEXT")
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailError(f"{settings.host} broke off: {type(error).__name__}") from None
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            session.logout()
        with suppress(OSError):
            session.shutdown()


def _connect(settings: MailSettings) -> imaplib.IMAP4:
    if settings.tls:
        return imaplib.IMAP4_SSL(
            settings.host, settings.port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT
        )
    return imaplib.IMAP4(settings.host, settings.port, timeout=TIMEOUT)


def _login(session: imaplib.IMAP4, settings: MailSettings) -> None:
    try:
        session.login(settings.user, settings.password.get_secret_value())
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        raise MailError(f"{settings.host} refuses the user or password", person=True) from None


def _open(session: imaplib.IMAP4, folder: str) -> None:
    quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    answer, _ = session.select(quoted, readonly=True)
    if answer != "OK":
        raise MailError(f"there is no folder `{folder}`", person=True)


def _number(session: imaplib.IMAP4, name: str) -> int:
    _, found = session.response(name)
    text = found[0] if found else None
    if not isinstance(text, bytes) or not text.isdigit():
        raise MailError(f"the server does not tell {name}")
    return int(text)


def _uids(session: imaplib.IMAP4, after: int, since: datetime | None) -> list[int]:
    """The UIDs behind `after`, in order. IMAP's day is the server's, so one more is asked for."""
    wanted = [f"{after + 1}:*"]
    if since is not None:
        day = since.astimezone(UTC) - timedelta(days=1)
        wanted = ["SINCE", f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}"]
    criteria = ["UID", *wanted] if since is None else wanted
    answer, found = session.uid("SEARCH", *criteria)
    if answer != "OK":
        raise MailError("the server does not search")
    uids = {int(one) for part in found if part for one in part.split()}
    return sorted(one for one in uids if one > after)  # `n:*` names the last mail even when it is before n


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _fetch(session: imaplib.IMAP4, uid: int, most_bytes: int) -> Mail:
    """One mail, without marking it as read; of a larger one only its size."""
    _, described = session.uid("FETCH", str(uid), "(RFC822.SIZE INTERNALDATE)")
    line = described[0] if described else None
    size = re.search(rb"RFC822\.SIZE (\d+)", line) if isinstance(line, bytes) else None
    if size is None or not isinstance(line, bytes):
        raise MailError(f"the server does not tell of mail {uid}")
    moment = imaplib.Internaldate2tuple(line)
    arrived = datetime.fromtimestamp(time.mktime(moment), UTC) if moment is not None else datetime.now(UTC)
    count = int(size[1])
    if count > most_bytes:
        return Mail(uid, count, arrived, None)
    _, parts = session.uid("FETCH", str(uid), "(BODY.PEEK[])")
    raw = next((one[1] for one in parts if isinstance(one, tuple)), None)
    return Mail(uid, count, arrived, raw)
