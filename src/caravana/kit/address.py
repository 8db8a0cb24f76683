"""What an address tells by itself."""

from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    """Whether `url` leads to this machine, where sandboxes are."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.startswith("127.")


def origin(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def partner_address(url: str, example: str) -> str:
    """Return a partner's address without the slash at its end.

    Raises `ValueError` when it is no such address (`example` is one), or when it would be reached without TLS.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"write an address like {example}")
    if parts.scheme == "http" and not is_loopback(url):
        raise ValueError("only a sandbox on this machine may be reached without TLS: write https://")
    return url.rstrip("/")
