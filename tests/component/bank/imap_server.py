"""A small IMAP server on loopback (RFC 3501, as far as a reading client goes), with mails, folders and faults."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass
class Letter:
    """One mail: `seen` tells whether a client marked it."""

    uid: int
    raw: bytes
    arrived: datetime
    seen: bool = False


@dataclass
class Folder:
    """One folder; another `validity` means that UIDs begin anew."""

    validity: int = 7
    letters: list[Letter] = field(default_factory=list)
    following: int = 1


class ImapServer:
    """`folders` by name; `faults`: what the next sessions do wrong: `drop` after login; `mute`: it gives no mail's text."""

    def __init__(self, user: str = "caja", password: str = "secreto") -> None:
        self.user, self.password = user, password
        self.folders = {"INBOX": Folder()}
        self.faults: list[str] = []
        self.mute = False
        self.logins = 0
        self.port = 0

    def deliver(self, raw: bytes, folder: str = "INBOX", arrived: datetime | None = None) -> None:
        """Put a mail into a folder."""
        place = self.folders[folder]
        place.letters.append(Letter(place.following, raw, arrived or datetime(2026, 11, 23, 12, tzinfo=UTC)))
        place.following += 1

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ImapServer"]:
        """Serve while the block runs."""
        server = await asyncio.start_server(self._session, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = _Talk(self, reader, writer)
        try:
            await talk.run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


class _Talk:
    def __init__(self, server: ImapServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.folder: Folder | None = None

    def say(self, text: str) -> None:
        self.writer.write(text.encode() + b"\r\n")

    async def run(self) -> None:
        self.say("* OK ready")
        while line := (await self.reader.readline()).decode().strip():
            tag, _, rest = line.partition(" ")
            word, _, arguments = rest.partition(" ")
            if word.upper() == "UID":
                word, _, arguments = arguments.partition(" ")
            answer = getattr(self, f"do_{word.lower()}")(arguments)
            if answer is None:
                return
            self.say(f"{tag} {answer}")
            await self.writer.drain()
            if word.upper() == "LOGOUT":
                return

    def do_capability(self, _: str) -> str:
        self.say("* CAPABILITY IMAP4rev1")
        return "OK done"

    def do_login(self, arguments: str) -> str | None:
        user, password = (one.strip('"') for one in arguments.split(" ", 1))
        if (user, password) != (self.server.user, self.server.password):
            return "NO [AUTHENTICATIONFAILED] wrong"
        self.server.logins += 1
        if self.server.faults and self.server.faults.pop(0) == "drop":
            return None
        return "OK in"

    def do_examine(self, arguments: str) -> str:
        self.folder = self.server.folders.get(arguments.strip('"'))
        if self.folder is None:
            return "NO no such folder"
        self.say(f"* {len(self.folder.letters)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.folder.validity}] is")
        self.say(f"* OK [UIDNEXT {self.folder.following}] is")
        return "OK [READ-ONLY] open"

    def do_search(self, arguments: str) -> str:
        assert self.folder is not None
        letters = self.folder.letters
        if found := re.search(r"UID (\d+):\*", arguments):
            first = int(found[1])
            chosen = [one.uid for one in letters if one.uid >= first] or [one.uid for one in letters[-1:]]
        else:
            day = datetime.strptime(arguments.split()[-1], "%d-%b-%Y").replace(tzinfo=UTC)
            chosen = [one.uid for one in letters if one.arrived >= day]
        self.say("* SEARCH" + "".join(f" {one}" for one in chosen))
        return "OK found"

    def do_fetch(self, arguments: str) -> str:
        assert self.folder is not None
        number, _, what = arguments.partition(" ")
        [letter] = [one for one in self.folder.letters if one.uid == int(number)]
        if "PEEK" not in what and "BODY" in what:
            letter.seen = True
        if "BODY" in what and self.server.mute:
            return "OK fetched"
        if "BODY" in what:
            self.writer.write(
                f"* 1 FETCH (UID {number} BODY[] {{{len(letter.raw)}}}\r\n".encode() + letter.raw + b")\r\n"
            )
        else:
            moment = letter.arrived.strftime("%d-%b-%Y %H:%M:%S +0000")
            self.say(f'* 1 FETCH (UID {number} RFC822.SIZE {len(letter.raw)} INTERNALDATE "{moment}")')
        return "OK fetched"

    def do_logout(self, _: str) -> str:
        self.say("* BYE")
        return "OK bye"
