"""The configuration file: read whole, every mistake told at once with its place."""

import json
import os
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from caravana.engine.branch_mistakes import mistakes
from caravana.engine.limits import Limits
from caravana.engine.proxies import read_network
from caravana.kit.branch import Branch, Name
from caravana.kit.errors import ConfigurationError
from caravana.kit.nearest import nearest
from caravana.kit.options import Duration, describe_one, parse_duration

Mode = Literal["off", "shadow", "live"]
JOURNALS = ("sqlite:///", "postgresql://")
"""How the address of a journal begins."""
_PLACEHOLDER = re.compile(r"\{\{(secret|env):([\w.\-]+)\}\}")


class Section(BaseModel):
    """Base of the sections: unknown settings are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Company(Section):
    """Who runs the hub."""

    name: str = Field("Empresa XYZ", description="Name that customers read on the pay page.")
    country: str = Field("EC", description="ISO country code; told to components, read by none of the shipped ones.")
    currency: str = Field("USD", description="ISO 4217 code; likewise: amounts bring theirs from Odoo.")
    timezone: str = Field("America/Guayaquil", description="The company's time zone.")
    locale: str = Field("es_EC", description="Language and country; likewise: pages follow the browser's language.")

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"there is no time zone `{name}`; write one as America/Guayaquil") from None
        return name


class Port(Section):
    """An HTTP port."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(8080, description="Port; 0 lets the system choose.", ge=0, le=65535)


class ListenerPort(Port):
    """The public port: webhooks, pay and return pages."""

    public_url: str | None = Field(None, description="Address under which partners and customers reach the listener.")
    trusted_proxies: list[str] = Field(
        default_factory=list,
        description="Addresses or networks (CIDR) of proxies whose X-Forwarded-For, -Proto and -Host are believed.",
    )

    @field_validator("public_url")
    @classmethod
    def _whole(cls, url: str | None) -> str | None:
        if url and not re.match(r"https?://[^/]", url):
            raise ValueError("write the address with http:// or https://")
        return url.rstrip("/") if url else None

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, texts: list[str]) -> list[str]:
        for text in texts:
            read_network(text)
        return texts


class ControlPort(Port):
    """The private port: command line, health, metrics."""

    port: int = Field(8081, description="Port; 0 lets the system choose.", ge=0, le=65535)


LIVE = 16
"""Live calls at once of a connection that says nothing else."""


class ConnectionLimits(Section):
    """Limits of one connection."""

    rate: float = Field(0.0, description="Calls a second of all processes together; 0 = no limit.")
    live: int | None = Field(
        None, description="Live calls at once, in each process; 16, odoo 32: it makes waiting calls one."
    )
    bulk: int = Field(4, description="Bulk calls at once, in each process.")
    failures: int = Field(5, description="Calls in a row that did nothing before the circuit opens.")
    open_for: Duration = Field(
        parse_duration("5s"),
        description="How long the circuit stays open; twice as long after each probe that fails, up to 1m.",
    )
    max_wait: Duration = Field(
        parse_duration("24h"), description="How long an exchange waits for a partner that is away."
    )

    def limits(self, places: int | None = None) -> Limits:
        """Return them as the gate wants them; `places`: the component's own default of `live`."""
        live = self.live or places or LIVE
        return Limits(
            self.rate, live, self.bulk, self.failures, self.open_for.total_seconds(), self.max_wait.total_seconds()
        )


class LimitSettings(Section):
    """How much at once."""

    live: int = Field(64, description="Live exchanges carried out at once.")
    bulk: int = Field(16, description="Bulk exchanges carried out at once.")
    connections: dict[str, ConnectionLimits] = Field(default_factory=dict, description="By connection, `odoo:odoo`.")


class Modes(Section):
    """off (nothing comes in, what is there waits), shadow (everything but the effects) or live."""

    default: Mode = Field("live", description="Mode of every route that is not named below.")
    routes: dict[str, Mode] = Field(
        default_factory=dict,
        description="By route id, or by a pattern of ids (`card-*`); a whole id counts before a pattern.",
    )
    connections: dict[str, Mode] = Field(
        default_factory=dict,
        description="By connection, `placetopay:placetopay`: what its calls are at most, whatever the route says.",
    )

    def of_route(self, route: str) -> Mode:
        """Return the mode of a route."""
        if route in self.routes:
            return self.routes[route]
        return next((mode for name, mode in self.routes.items() if fnmatchcase(route, name)), self.default)

    def is_off(self, connection: str | None) -> bool:
        """Whether nothing may be asked of a connection now."""
        return self.connections.get(connection or "") == "off"


class Retention(Section):
    """How long ended exchanges are kept."""

    done: Duration = Field(parse_duration("30d"), description="Done and discarded.")
    failed: Duration = Field(parse_duration("90d"), description="Failed (told to the caller).")
    dead: Duration = Field(parse_duration("365d"), description="Dead.")
    ledger: Duration = Field(parse_duration("400d"), description="Idempotency keys.")


class Encryption(Section):
    """Keys of the journal's content."""

    key: str | None = Field(
        None, description="32 bytes in base64, as `{{secret:NAME}}`; messages and records are encrypted with it."
    )
    old_keys: list[str] = Field(default_factory=list, description="Earlier keys, which still open what they encrypted.")


class Configuration(Section):
    """`caravana.yaml`."""

    profile: Literal["test", "live"] = Field("test", description="A profile is test or live as a whole.")
    company: Company = Company()
    journal: str = Field(
        "sqlite:///var/caravana.db", description="sqlite:///file.db or postgresql://user@host/database."
    )
    encryption: Encryption = Encryption()
    routes: list[str] = Field(default_factory=lambda: ["routes/*.yaml"], description="Route files, with wildcards.")
    flows: list[str] = Field(default_factory=list, description="Shipped flows to run, e.g. `cards`.")
    callables: dict[str, str] = Field(
        default_factory=dict, description="Python callables: name → package.module:function."
    )
    listener: ListenerPort = ListenerPort()
    control: ControlPort = ControlPort()
    connections: dict[str, dict[str, Any]] = Field(default_factory=dict, description="Partners, by name.")
    branches: dict[Name, Branch] = Field(default_factory=dict, description="The company's branches, by name.")
    placeholders: dict[str, Any] = Field(default_factory=dict, description="Values of {{name}} in route files.")
    secrets_dir: Path | None = Field(None, description="Folder with one file per secret.")
    modes: Modes = Modes()
    go_live: datetime | None = Field(None, description="Records older than this are never taken.")
    limits: LimitSettings = LimitSettings()
    retention: Retention = Retention()
    settings: dict[str, Any] = Field(default_factory=dict, description="Settings of the flows, by dotted name.")

    _file: Path | None = None
    _content: Any = None

    @property
    def file(self) -> Path | None:
        """Where it was read; None when it was made otherwise."""
        return self._file

    def line_of(self, *names: str) -> int:
        """Return the line of the setting under `names`, or of the nearest thing above it; 0 when there is no file."""
        return _line(self._content, names) if self._content is not None else 0

    @field_validator("journal")
    @classmethod
    def _names_a_journal(cls, address: str) -> str:
        if not address.startswith(JOURNALS):
            raise ValueError(f"`{address.partition(':')[0]}` is no journal; write sqlite:///file.db or postgresql://…")
        return address

    @field_validator("go_live")
    @classmethod
    def _in_the_companys_zone(cls, moment: datetime | None, info: ValidationInfo) -> datetime | None:
        """A time without a zone is the company's; a wrong company is told by its own field."""
        company = info.data.get("company")
        if moment is None or moment.tzinfo is not None or company is None:
            return moment
        return moment.replace(tzinfo=ZoneInfo(company.timezone))

    def secret(self, name: str) -> str:
        """Return a secret: environment `CARAVANA_SECRET_<NAME>`, else its file. Raises `ConfigurationError`."""
        variable = "CARAVANA_SECRET_" + re.sub(r"\W", "_", name).upper()
        if variable in os.environ:
            return os.environ[variable]
        if self.secrets_dir is not None and (self.secrets_dir / name).is_file():
            return (self.secrets_dir / name).read_text().strip()
        raise ConfigurationError(
            f"secret `{name}` is not set", suggestion=f"set {variable}, or write a file {name} in secrets_dir"
        )

    def connection(self, name: str) -> dict[str, Any]:
        """Return the settings of a connection as they are written. Raises `ConfigurationError` when there is none."""
        if name not in self.connections:
            known = ", ".join(sorted(self.connections)) or "none"
            suggestion = nearest(name, self.connections) or f"add `connections.{name}`"
            raise ConfigurationError(f"there is no connection `{name}` (there are: {known})", suggestion=suggestion)
        return self.connections[name]

    def setting(self, name: str, default: Any = None) -> Any:
        """Return a setting as it is written, by its dotted name: of the company, a branch, else of `settings`.

        `folder`: where the file stands, from which relative paths in it count.
        """
        section, _, rest = name.partition(".")
        if section == "company" and rest in type(self.company).model_fields:
            return getattr(self.company, rest)
        if name in ("profile", "flows"):
            return getattr(self, name)
        if name == "folder":
            return default if self._file is None else self._file.parent
        if section == "branches":
            return self.branches.get(rest, default) if rest else self.branches
        return self.settings.get(name, default)

    def filled(self, value: Any) -> Any:
        """Return `value` with `{{secret:name}}` and `{{env:NAME}}` filled in. Raises `ConfigurationError`."""
        if isinstance(value, dict):
            return {key: self.filled(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        if not isinstance(value, str):
            return value
        return _PLACEHOLDER.sub(lambda found: self._look_up(found[1], found[2]), value)

    def unset(self) -> list[str]:
        """Return what the connections name and this machine does not have: secrets, environment; each once."""
        missing: dict[str, None] = {}
        for found in _PLACEHOLDER.finditer(json.dumps(self.connections, default=str)):
            try:
                self._look_up(found[1], found[2])
            except ConfigurationError as error:
                missing[str(error)] = None
        return list(missing)

    def _look_up(self, kind: str, name: str) -> str:
        if kind == "secret":
            return self.secret(name)
        if name not in os.environ:
            raise ConfigurationError(f"environment variable `{name}` is not set")
        return os.environ[name]


def read_configuration(path: Path) -> Configuration:
    """Return the configuration at `path`; relative paths in it count from its folder.

    Raises `ConfigurationError` naming every wrong or missing setting at once, each with its line.
    """
    yaml = YAML(typ="rt")
    try:
        content = yaml.load(path.read_text()) or {}
    except OSError as error:
        raise ConfigurationError(
            f"{path}: {error.strerror}", suggestion="`caravana init` writes a commented configuration"
        ) from None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigurationError(f"{error.problem}", place=f"{path}:{line}") from None
    plain = _plain(content)
    wrong: list[tuple[Sequence[int | str], str]] = [*mistakes(plain)] if isinstance(plain, dict) else []
    try:
        configuration = Configuration.model_validate(plain)
    except ValidationError as error:
        wrong = [
            *((one["loc"], describe_one(one, Configuration).replace(".[key]`", "`")) for one in error.errors()),
            *wrong,
        ]
    if wrong:
        raise ConfigurationError(_problems(path, content, wrong))
    return _anchored(configuration, path.resolve(), content)


def _problems(path: Path, content: Any, wrong: Iterable[tuple[Sequence[int | str], str]]) -> str:
    """Return all mistakes in the order of the file."""
    placed = sorted(
        (_line(content, place), ".".join(str(one) for one in place if one != "[key]"), text) for place, text in wrong
    )
    return "\n".join(f"{path}:{line}: {_told(name, text)}" for line, name, text in placed)


def _told(name: str, text: str) -> str:
    """A mistake with the setting's name before it, once."""
    return text if text.startswith(f"`{name}`") or not name else f"`{name}`: {text}"


def _line(content: Any, location: Sequence[int | str]) -> int:
    """Return the line of the setting, or of the nearest thing above it."""
    line = 1
    for part in location:
        marks = getattr(content, "lc", None)
        if marks is None:
            break
        try:
            line = marks.key(part)[0] + 1 if isinstance(content, dict) else marks.item(part)[0] + 1
            content = content[part]
        except (KeyError, IndexError, TypeError):
            break
    return line


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


def _anchored(configuration: Configuration, file: Path, content: Any) -> Configuration:
    """Make relative paths absolute, and remember where everything stands."""
    base = file.parent
    journal = configuration.journal
    if journal.startswith("sqlite:///"):
        journal = f"sqlite:///{base / journal.removeprefix('sqlite:///')}"
    routes = [str(base / pattern) for pattern in configuration.routes]
    secrets = configuration.secrets_dir
    anchored = configuration.model_copy(
        update={"journal": journal, "routes": routes, "secrets_dir": base / secrets if secrets else None}
    )
    anchored._file, anchored._content = file, content  # noqa: SLF001 -- a copy of this module's own
    return anchored
