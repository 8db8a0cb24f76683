"""Forwarded headers: who really calls, told by proxies that the configuration names and by nobody else."""

import re
from collections.abc import Iterator, MutableMapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
SCHEMES = frozenset({"http", "https"})
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]+)(:\d{1,5})?")
_BRACKETED = re.compile(r"\[([^\]]+)\](?::\d{1,5})?")
_WITH_PORT = re.compile(r"(\d+\.\d+\.\d+\.\d+):\d{1,5}")


class Proxies:
    """The proxies before the listener. Without any, forwarded headers are headers like all others."""

    def __init__(self, trusted: Sequence[str] = ()) -> None:
        """`trusted`: addresses and networks, e.g. `127.0.0.1` or `10.0.0.0/8`. Raises `ValueError` for anything else."""
        self._networks = [read_network(text) for text in trusted]
        self._is_trusted = lru_cache(1024)(self._look_up)

    def __bool__(self) -> bool:
        """Whether any proxy is trusted."""
        return bool(self._networks)

    def believe(self, scope: MutableMapping[str, Any]) -> bool:
        """Put caller, scheme and host as the trusted proxies saw them into an ASGI scope; returns whether they told any.

        The caller is the last address that no trusted proxy is: whatever stands before it in X-Forwarded-For, he may have
        written himself. A malformed address ends the search at the proxy that passed it on.
        """
        peer = read_address(scope["client"][0]) if scope.get("client") else None
        if peer is None or not self._is_trusted(peer):
            return False
        told = _values(scope, b"x-forwarded-for")
        caller, hops = self._caller(peer, told)
        if hops:
            scope["client"] = (str(caller), 0)
        depth = max(hops, 1)
        self._set_scheme(scope, _at(_values(scope, b"x-forwarded-proto"), depth))
        self._set_host(scope, _at(_values(scope, b"x-forwarded-host"), depth))
        return hops > 0

    def _caller(self, peer: Address, told: Sequence[str]) -> tuple[Address, int]:
        """The first address from the right that is no trusted proxy's, and how many were believed to find it."""
        caller, hops = peer, 0
        for text in reversed(told):
            following = read_address(text) if self._is_trusted(caller) else None
            if following is None:
                break
            caller, hops = following, hops + 1
        return caller, hops

    def _look_up(self, address: Address) -> bool:
        return any(address in network for network in self._networks)

    @staticmethod
    def _set_scheme(scope: MutableMapping[str, Any], scheme: str) -> None:
        if scheme.lower() in SCHEMES:
            scope["scheme"] = scheme.lower()

    @staticmethod
    def _set_host(scope: MutableMapping[str, Any], host: str) -> None:
        if _HOST.fullmatch(host):
            others = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scope["headers"] = [(b"host", host.encode()), *others]


def read_network(text: str) -> Network:
    """Return an address or network in CIDR notation. Raises `ValueError`."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError(f"`{text}` is no address or network; write 127.0.0.1 or 10.0.0.0/8") from None


def read_address(text: str) -> Address | None:
    """Return the address in one part of X-Forwarded-For, with or without port and brackets; None when it is none.

    An IPv4 address that an IPv6 socket shows as `::ffff:…` is the IPv4 address.
    """
    text = text.strip()
    inside = _BRACKETED.fullmatch(text) or _WITH_PORT.fullmatch(text)
    try:
        address = ip_address(inside[1] if inside else text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _values(scope: MutableMapping[str, Any], name: bytes) -> list[str]:
    """Every value of a header that may come several times and with commas, in order."""
    return list(_parts(scope, name))


def _parts(scope: MutableMapping[str, Any], name: bytes) -> Iterator[str]:
    for known, value in scope["headers"]:
        if known == name:
            yield from (part.strip() for part in value.decode("latin-1").split(","))


def _at(values: Sequence[str], depth: int) -> str:
    """The value that the proxy wrote which saw the caller; proxies further in append theirs, or replace it by one."""
    return values[-min(depth, len(values))] if values else ""


__all__ = ["Proxies", "read_address", "read_network"]
