"""The bank flow: which ways in a company has set up. Importing itself is the component `bank`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from caravana.kit.errors import ConfigurationError

ROUTES = Path(__file__).parent / "routes" / "bank"
IMPORT = "4-import.yaml"


def bank_routes(placeholders: Mapping[str, Any], connections: Mapping[str, Any]) -> tuple[Path, ...]:
    """Return the route files of the ways in that are set up, and of the import. Raises `ConfigurationError` without any."""
    ways = {
        "1-folder.yaml": "bank.folder" in placeholders,
        "2-mail.yaml": "bank_mail" in connections,
        "3-notification.yaml": "bank.notification" in placeholders,
    }
    files = [ROUTES / name for name, wanted in ways.items() if wanted]
    if not files:
        raise ConfigurationError(
            "the flow `bank` has no way in",
            place="flows",
            suggestion="set the placeholders `bank.folder` or `bank.notification`, or add `connections.bank_mail`",
        )
    if "2-mail.yaml" in {one.name for one in files} and not placeholders.get("bank.mail.sender"):
        raise ConfigurationError(
            "say whose mail is read", place="placeholders.bank.mail.sender", suggestion="@bank.example, or addresses"
        )
    return (*files, ROUTES / IMPORT)
