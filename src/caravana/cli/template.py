"""The commented files that `caravana init` writes, from a template in each language."""

import json
import re
import secrets
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from caravana.cli.speech import language

FOLDER = Path(__file__).parent / "templates"
URL = "https://empresa-xyz.odoo.com"
ZONE = "America/Guayaquil"
MEANINGS = {
    "odoo_key": "the API key of the hub's own user in Odoo (Preferences, Account Security)",
    "placetopay_login": "the login that PlacetoPay gave",
    "placetopay_key": "the secret key that PlacetoPay gave",
    "payphone_token": "the token of the application of type WEB at PayPhone Developer",
    "payphone_store": "the id of the store, which PayPhone shows beside the token",
    "stripe_key": "Stripe's secret or restricted key (Developers, API keys)",
    "stripe_webhook": "the signing secret of the endpoint for notifications (Developers, Webhooks)",
    "datil_key": "the API key that Dátil shows in its settings",
    "datil_password": "the password of the signing certificate that Dátil holds",
    "ecuafact_key": "the API key from Ecuafact's portal",
    "sri_firma.p12": "the file of the company's signing certificate",
    "sri_password": "the password of that file",
}
COMPANIES = ("placetopay", "payphone", "stripe")
"""Payment companies, in the order in which customers are offered them."""
ISSUERS = ("sri", "datil", "ecuafact")
"""Who issues electronic documents: the first among the partners at the first emission point."""
NO_RUC = "9999999999001"
"""Stands for a RUC that is not told."""


@dataclass(frozen=True)
class Branch:
    """A branch by its name, and the `key` under which exchanges carry it."""

    name: str
    key: str


@dataclass(frozen=True)
class Answers:
    """What a company says of itself; None stands for the default."""

    company: str | None
    partners: Collection[str]
    odoo_url: str | None
    database: str | None
    branches: Sequence[str]
    profile: str
    ruc: str | None = None

    def secrets(self) -> dict[str, str]:
        """Return the secrets that a person must write, each with what it is."""
        return {name: text for name, text in MEANINGS.items() if name.partition("_")[0] in self.partners}

    @property
    def cards(self) -> bool:
        """Whether orders are paid by card."""
        return "odoo" in self.partners and bool(self.companies)

    @property
    def companies(self) -> list[str]:
        """The payment companies among the partners."""
        return [one for one in COMPANIES if one in self.partners]

    @property
    def issuers(self) -> list[str]:
        """The e-invoicing companies among the partners."""
        return [one for one in ISSUERS if one in self.partners]

    @property
    def issues(self) -> bool:
        """Whether what is posted in Odoo becomes an electronic document."""
        return "odoo" in self.partners and bool(self.issuers)

    @property
    def flows(self) -> list[str]:
        """The flows that the partners make possible."""
        return [name for name, wanted in (("cards", self.cards), ("einvoice", self.issues)) if wanted]

    def values(self) -> dict[str, Any]:
        """Return what the template is filled with."""
        url = self.odoo_url or URL
        return {
            "company": self.company or "Empresa XYZ",
            "odoo": "odoo" in self.partners,
            **{one: one in self.partners for one in (*COMPANIES, *ISSUERS)},
            "connected": "odoo" in self.partners or bool(self.companies or self.issuers),
            "companies": bool(self.companies),
            "flows": f"[{', '.join(self.flows)}]",
            "issues": self.issues,
            "issuer": next(iter(self.issuers), "sri"),
            "ruc": self.ruc or NO_RUC,
            "ambiente": "2" if self.profile == "live" else "1",
            "stores": _stores(self.companies),
            "names_stores": not self.branches and self.companies not in ([], ["placetopay"]),
            "cards": self.cards,
            "odoo_url": url,
            "database": self.database or database_of(url),
            "branches": list(_branches(self.branches)),
            "example": Branch("Quito", "quito"),
            "profile": self.profile,
            "mode": "shadow" if self.profile == "live" else "live",
            "go_live": _next_midnight() if self.profile == "live" else None,
        }


def write(folder: Path, answers: Answers, ignore: str, *, force: bool) -> Iterator[Path]:
    """Write the files that are not there (`force`: all of them), and a secret to sign links with; yields each path written."""
    files = {
        "caravana.yaml": _filled(f"caravana.{language()}.yaml", answers),
        "routes/greeting.yaml": (FOLDER / f"greeting.{language()}.yaml").read_text(encoding="utf-8"),
        ".gitignore": ignore,
    }
    for name, text in files.items():
        path = folder / name
        if path.exists() and not force:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        yield path
    key = folder / "secrets" / "pay_link"
    if answers.cards and not key.exists():
        key.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(32))
        yield key


def _filled(name: str, answers: Answers) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701 -- YAML, not HTML; `quoted` writes what people typed
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        comment_start_string="[#",
        comment_end_string="#]",
        variable_start_string="[[",  # {{secret:name}} is Caravana's own
        variable_end_string="]]",
        block_start_string="[%",
        block_end_string="%]",
    )
    environment.filters["quoted"] = _quoted
    return environment.get_template(name).render(answers.values())


def _stores(companies: Sequence[str]) -> str:
    """The merchant accounts as a setting: one by its name, several as a list."""
    return f"[{', '.join(companies)}]" if len(companies) > 1 else next(iter(companies), "placetopay")


def _quoted(text: str) -> str:
    """`text` as YAML reads it back, whatever it is."""
    return json.dumps(text, ensure_ascii=False)


def database_of(url: str) -> str:
    """Return what the database is called on Odoo Online: the first part of the host; `odoo` for a bare IP address."""
    first = (urlsplit(url).hostname or "").partition(".")[0]
    return first if first and not first.isdigit() and ":" not in first else "odoo"


def address_of(text: str) -> str:
    """Return Odoo's address as the configuration has it, of what a person typed or copied from a browser.

    Raises `ValueError`.
    """
    typed = text.strip()
    parts = urlsplit(typed if "://" in typed else f"https://{typed}")
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[\w.:-]+", host):
        raise ValueError(f"`{text}` is no address: write one like https://xyz.odoo.com")
    return f"{parts.scheme}://{parts.netloc}"


def _branches(names: Sequence[str]) -> Iterator[Branch]:
    """Give each branch a key of its own."""
    taken: set[str] = set()
    for name in names:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "branch"
        key, number = stem, 1
        while key in taken:
            number += 1
            key = f"{stem}_{number}"
        taken.add(key)
        yield Branch(name, key)


def _next_midnight() -> str:
    """The coming midnight of the company: what is older is not the hub's."""
    day = datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE)).isoformat()
