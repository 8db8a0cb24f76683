"""A mail catcher: takes every mail and keeps it, for tests and the demo. Speaks as much SMTP as `smtplib` needs (RFC 5321)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path


@dataclass
class MailCatcher:
    """What it caught, and what it shall do to the next mails.

    `refuse`: reply code with which the next recipient is refused; `cut`: how many mails are taken and never answered;
    `folder`: where each mail is also written, as `0001.eml` and on.
    """

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refuse: list[int] = field(default_factory=list)
    cut: int = 0
    folder: Path | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to: list[str] = []
        self._say(writer, "220 catcher")
        while line := (await reader.readline()).decode("utf-8", "replace").strip():
            word = line.split(" ")[0].upper()
            if word == "RCPT" and self.refuse:
                self._say(writer, f"{self.refuse.pop(0)} no such mailbox")
            elif word == "RCPT":
                to.append(line.partition("<")[2].partition(">")[0])
                self._say(writer, "250 ok")
            elif word == "DATA":
                self._say(writer, "354 go on")
                self._keep(await reader.readuntil(b"\r\n.\r\n"), to)
                to = []
                if self.cut:
                    self.cut -= 1
                    return
                self._say(writer, "250 taken")
            elif word == "QUIT":
                self._say(writer, "221 bye")
                return
            else:
                self._say(writer, "250 ok")
            await writer.drain()

    def _keep(self, raw: bytes, to: list[str]) -> None:
        content = raw[: -len(b".\r\n")].replace(b"\r\n..", b"\r\n.")
        found = message_from_bytes(content, policy=default)
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        self.recipients.append(to)
        if self.folder is not None:
            (self.folder / f"{len(self.mails):04}.eml").write_bytes(content)

    def _say(self, writer: asyncio.StreamWriter, text: str) -> None:
        writer.write(f"{text}\r\n".encode())


@asynccontextmanager
async def caught(catcher: MailCatcher, port: int = 0) -> AsyncIterator[int]:
    """Catch mails while the block runs; yields the port on this machine. `port` 0: one that is free."""
    server = await asyncio.start_server(catcher.serve, "127.0.0.1", port, limit=32 * 2**20)
    async with server:
        found: int = server.sockets[0].getsockname()[1]
        yield found


__all__ = ["MailCatcher", "caught"]
