"""Values as they stand in the database: sealed with the installation's key, where it has one.

    bytes   0xCE, id of the key (4), salt (16), nonce (12), AES-256-GCM's text with its tag (16 more than the value)
    text    `sealed:`, id of the key in hexadecimal, `:`, all of the above in base64

Which columns are sealed is a type of the schema (`caravana.journal.tables`); values without the mark were written before there
was a key, and are read as they are. Each process derives a key of its own from the installation's and a salt, so that nonces
drawn at random do not meet however long the installation lives.
"""

import base64
import binascii
import hashlib
import hmac
import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from caravana.journal import compiled as s
from caravana.journal.journal import Unreadable
from caravana.journal.operation import Operation, Rows, Statement, Work, operation
from caravana.kit.errors import ConfigurationError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

R = TypeVar("R")
Places = Sequence[tuple[int, bool]]
"""Where sealed columns stand in a row, with each whether it is text."""
KEY_BYTES = 32
SALT_BYTES = 16
NONCE_BYTES = 12
ID_BYTES = 4
MARK = b"\xce"
"""No value without seal begins with it: those begin with a letter or `#`."""
TEXT_MARK = "sealed:"
PROOF = b"caravana"
"""What a journal keeps sealed with each key that it was written with, in a setting whose name begins with:"""
NAME = "sealing."
CACHED = 1_000
"""Derived keys kept; each process that ever wrote has one."""


class Keyring:
    """The key that seals, and the older ones that only open. Safe to use from several threads."""

    def __init__(self, key: str, old: Sequence[str] = ()) -> None:
        """`key`, `old`: each 32 bytes in base64. Raises `ConfigurationError` naming the setting."""
        primary = _read(key, "encryption.key")
        older = [_read(one, f"encryption.old_keys.{number}") for number, one in enumerate(old)]
        self._keys = {_id(one): one for one in (primary, *older)}
        self._id = _id(primary)
        self._salt = os.urandom(SALT_BYTES)
        self._ciphers: dict[bytes, AESGCM] = {}

    @property
    def mark(self) -> bytes:
        """How values begin that are sealed with the present key."""
        return MARK + self._id

    @property
    def text_mark(self) -> str:
        """How texts begin that are sealed with the present key."""
        return f"{TEXT_MARK}{self.id}:"

    @property
    def ids(self) -> set[str]:
        """The ids of all keys, in hexadecimal."""
        return {one.hex() for one in self._keys}

    @property
    def id(self) -> str:
        """The id of the key that seals, in hexadecimal."""
        return self._id.hex()

    def seal(self, value: bytes) -> bytes:
        """Return `value` as it is stored."""
        nonce = os.urandom(NONCE_BYTES)
        head = self._id + self._salt
        return MARK + head + nonce + self._cipher(head).encrypt(nonce, value, None)

    def unseal(self, stored: bytes) -> bytes:
        """Return what was sealed, or what never was. Raises `Unreadable`."""
        if stored[:1] != MARK:
            return stored
        head_end = 1 + ID_BYTES + SALT_BYTES
        text = head_end + NONCE_BYTES
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher(stored[1:head_end]).decrypt(stored[head_end:text], stored[text:], None)
        except (InvalidTag, ValueError):
            raise Unreadable("a sealed value was changed, or is not whole") from None

    def seal_text(self, value: str) -> str:
        """Return the text `value` as it is stored."""
        sealed = self.seal(value.encode("utf-8", "surrogatepass"))
        return self.text_mark + base64.b64encode(sealed).decode()

    def unseal_text(self, stored: str) -> str:
        """Return the text that was sealed, or never was (also one that only looks like it). Raises `Unreadable`."""
        if not stored.startswith(TEXT_MARK):
            return stored
        try:
            sealed = base64.b64decode(stored.rpartition(":")[2], validate=True)
        except (binascii.Error, ValueError):
            return stored
        return self.unseal(sealed).decode("utf-8", "surrogatepass") if sealed[:1] == MARK else stored

    def _cipher(self, head: bytes) -> "AESGCM":
        """Return the cipher of a key's id and a salt. Raises `Unreadable`."""
        found = self._ciphers.get(head)
        if found is None:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            key = self._keys.get(head[:ID_BYTES])
            if key is None:
                raise Unreadable(
                    f"a value is sealed with the key `{head[:ID_BYTES].hex()}`: name it in `encryption.old_keys`"
                )
            if len(self._ciphers) >= CACHED:
                self._ciphers = {}
            found = self._ciphers[head] = AESGCM(hmac.digest(key, head[ID_BYTES:], "sha256"))
        return found

    # Whole operations, so that neither they nor the writers know of seals.

    def sealed(self, operation: Operation[R]) -> Operation[R]:
        """Return `operation` with what it writes sealed and what it reads opened."""

        def start() -> Work[R]:
            work = operation.start()
            try:
                statement, parameters = next(work)
                while True:
                    rows = yield statement, self._close(statement, parameters)
                    statement, parameters = work.send(self._open(statement.opened, rows))
            except StopIteration as stop:
                result: R = stop.value
                return result

        return Operation(operation.name, start)

    def opened(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the rows of a select with everything opened in them that bears a mark."""
        return [{name: self._opened(value) for name, value in row.items()} for row in rows]

    def _opened(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.unseal_text(value)
        return self.unseal(value) if isinstance(value, bytes) else value

    def _close(self, statement: Statement, parameters: dict[str, Any]) -> dict[str, Any]:
        if not statement.sealed:
            return parameters
        closed = dict(parameters)
        for name, is_text in statement.sealed:
            if (value := closed[name]) is not None:
                closed[name] = self.seal_text(value) if is_text else self.seal(value)
        return closed

    def _open(self, columns: Places, rows: Rows) -> Rows:
        if not columns:
            return rows
        opened = []
        for row in rows:
            values = list(row)
            for place, is_text in columns:
                if (value := values[place]) is not None:
                    values[place] = self.unseal_text(value) if is_text else self.unseal(bytes(value))
            opened.append(tuple(values))
        return opened


def _read(text: str, place: str) -> bytes:
    """Return a key. Raises `ConfigurationError`, which never shows it."""
    try:
        key = base64.b64decode(text.strip().replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationError(
            f"a key is {KEY_BYTES} bytes in base64", place=place, suggestion="make one: openssl rand -base64 32"
        )
    return key


def _id(key: bytes) -> bytes:
    """Return what names a key without telling anything of it."""
    return hashlib.blake2b(key, digest_size=ID_BYTES, person=b"caravana key").digest()


@operation
def admit(keys: Keyring | None) -> Work[None]:
    """Enter a new key, and forget one with which nothing is sealed any more. Raises `Unreadable` when a key is missing.

    To be carried out alone, before anything is read or written under `keys`.
    """
    rows = yield s.FIND_SETTINGS, {"low": NAME, "high": NAME + "\U0010ffff"}
    known = {name.removeprefix(NAME): bytes(proof) for name, proof in rows}
    if keys is None:
        if known:
            raise Unreadable(f"the journal is encrypted: set `encryption.key` to its key (`{'`, `'.join(known)}`)")
        return
    for identity, proof in known.items():
        if identity not in keys.ids:
            yield from _forget(identity)
        elif keys.unseal(proof) != PROOF:
            raise Unreadable(f"the proof of the key `{identity}` is damaged")
    if keys.id not in known:
        row = {"name": NAME + keys.id, "value": keys.seal(PROOF), "updated_at": time.time_ns() // 1_000}
        yield s.PUT_SETTING, row


def _forget(identity: str) -> Work[None]:
    """Forget a key that nothing needs. Raises `Unreadable` when something does."""
    marks = {"mark": MARK + bytes.fromhex(identity), "text_mark": f"{TEXT_MARK}{identity}:"}
    needed = [f"{count} in {place}" for place, count in (yield s.COUNT_SEALED, marks) if count]
    if needed:
        raise Unreadable(
            f"the journal holds values sealed with the key `{identity}` ({', '.join(needed)}), which is neither "
            "`encryption.key` nor in `encryption.old_keys`: add it there, or set the right `encryption.key`"
        )
    yield s.DROP_SETTING, {"name": NAME + identity}
