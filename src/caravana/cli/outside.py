"""What a hub without a public address does, and what needs one: told when it starts."""

from collections.abc import Iterable, Iterator, Mapping

from caravana.cli.speech import spoken
from caravana.kit.address import is_loopback

INSIDE: Mapping[str, str] = {
    "odoo": "watching Odoo",
    "file": "files",
    "timer": "timers",
    "cron": "schedules",
    "placetopay": "asking PlacetoPay again and again (sweeps)",
    "payphone": "asking PayPhone again and again (sweeps)",
    "stripe": "reading Stripe's list of events (sweeps)",
}
"""By scheme: what the hub fetches or begins by itself."""
OUTSIDE: Mapping[str, str] = {
    "platform-http": "pages and services for others, the pay page among them",
    "placetopay": "notifications of PlacetoPay: payments are found later, by the sweep",
    "payphone": "customers of PayPhone: its page takes only who comes from the application's domain",
    "stripe": "notifications of Stripe: payments are found later, in its list of events",
    "webhook": "webhooks of partners",
}
"""By scheme: what others have to reach."""
NOWHERE = "links and images in messages: nobody else can open them"


def without_public_address(schemes: Iterable[str], listener: str) -> Iterator[str]:
    """Yield the lines for a hub whose routes begin at addresses of `schemes` and which listens at `listener`."""
    used = set(schemes)
    works = [text for scheme, text in INSIDE.items() if scheme in used]
    waits = [text for scheme, text in OUTSIDE.items() if scheme in used]
    nearby = "this machine" if is_loopback(listener) else "this network"
    text = f"There is no listener.public_url: only {nearby} reaches {listener}."
    yield text
    if works:
        yield spoken(f"  works: {', '.join(map(spoken, works))}")
    for one in (*waits, NOWHERE) if waits else ():
        yield spoken(f"  does not: {one}")
    if waits:
        yield spoken(
            "  → put a proxy or tunnel with TLS before the listener and set listener.public_url to its address"
        )
