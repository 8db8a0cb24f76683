"""The bank flow: which ways in a company has set up, and the journals of its accounts. Importing is the component `bank`."""

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


def bank_journals(settings: Mapping[str, Any]) -> dict[str, int]:
    """Return account of the bank → number of Odoo's journal, of the setting `bank.journals`. Raises `ConfigurationError`.

    An account has the number under which the bank's book keeps it.
    """
    place = "settings.bank.journals"
    given = settings.get("bank.journals")
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(one, int) and one > 0 for one in given.values()):
        raise ConfigurationError("write a map: account of the bank → number of Odoo's journal", place=place)
    return {kept_as(str(account), settings): number for account, number in given.items()}


def kept_as(account: str, settings: Mapping[str, Any]) -> str:
    """Return the number under which the bank's book keeps an account, however a person writes it."""
    others, bare = settings.get("bank.accounts"), "".join(account.split())
    return str(others.get(bare, bare)) if isinstance(others, Mapping) else bare
