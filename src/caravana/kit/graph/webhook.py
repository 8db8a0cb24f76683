"""What proves that a webhook is Meta's: the word at verification, the signature of every body."""

from collections.abc import Iterable, Mapping

from caravana.kit.signature import equal, verify_hmac

SIGNATURE = "X-Hub-Signature-256"
PREFIX = "sha256="


def challenge(query: Mapping[str, str], verify_token: str | None) -> str | None:
    """Return the text that Meta wants back when the webhook's address is entered; None when the word is wrong."""
    given = query.get("hub.verify_token", "")
    if query.get("hub.mode") != "subscribe" or not verify_token or not equal(given, verify_token):
        return None
    return query.get("hub.challenge")


def is_signed(raw: bytes, header: str, secrets: Iterable[str]) -> bool:
    """Whether `header` (`sha256=` and hex) signs the bytes as they came, under one of `secrets` (new and old)."""
    return header.startswith(PREFIX) and verify_hmac(raw, header.removeprefix(PREFIX), secrets)
