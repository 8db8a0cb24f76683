"""Settlement files of the merchant accounts: which profile reads them."""

import hashlib
from pathlib import Path, PurePath
from typing import Any

from caravana.component.pay.profile import FOLDER, OF_ACCOUNT, Profile, chosen, load_profiles
from caravana.component.pay.settlement import Settlement, read_settlement
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import ConfigurationError, Refused
from caravana.kit.exchange import Exchange
from caravana.kit.merchant import accounts_of
from caravana.kit.ports import Context


class SettlementFiles:
    """The files that payment companies write of what they paid out."""

    def __init__(self, context: Context) -> None:
        """`context`: knows the accounts, their components and the settings."""
        self._context = context

    @property
    def only(self) -> str:
        """The account of a company that has one. Raises `ConfigurationError` where there are several."""
        accounts = accounts_of(self._context)
        if len(accounts) != 1:
            raise ConfigurationError(f"lay the file into a folder named after its account: {', '.join(accounts)}")
        return accounts[0]

    def read(self, content: bytes, connection: str, profile: str | None = None) -> Settlement:
        """Return what a file of an account says. Raises `ConfigurationError` for an account or a profile that is not there."""
        self.check(connection)
        return read_settlement(content, self._profile(connection, profile))

    def check(self, connection: str) -> None:
        """Raise `ConfigurationError`, with the accounts that there are, when this is none."""
        accounts = accounts_of(self._context)
        if connection not in accounts:
            raise ConfigurationError(
                f"there is no merchant account `{connection}`", suggestion=f"one of {', '.join(accounts)}"
            )

    def _profile(self, connection: str, name: str | None) -> Profile:
        """The profile named; else that of the account's setting, else the one that is called as the company's component."""
        folder = self._context.setting(FOLDER)
        profiles = load_profiles(None if folder is None else Path(str(folder)))
        default = self._context.setting(f"{OF_ACCOUNT}.{connection}")
        return chosen(profiles, name or str(default or self._context.component_of(connection).scheme))


class SettlementProducer(Producer):
    """`pay:settlement`: reads the file in the body; its folder, or the address, says the account. Asks nobody."""

    kind = Kind.READ

    def __init__(self, files: SettlementFiles, connection: str | None) -> None:
        """`connection`: the address's own account; without it the file lies in a folder of the account's name."""
        self._files = files
        self._connection = connection

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return name, account and content. Raises `Refused` for a body that is no file."""
        content = exchange.body.encode() if isinstance(exchange.body, str) else exchange.body
        if not isinstance(content, bytes):
            raise Refused("the body is no file: bytes or text are expected", code="body")
        path = PurePath(str(exchange.headers.get("CamelFileName") or "file"))
        folder = path.parts[0] if len(path.parts) > 1 else None
        return {"name": path.name, "connection": self._connection or folder, "content": content}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Read it; what is wrong stands in the reply."""
        about = {"name": request["name"], "connection": request["connection"], "dry": False}
        try:
            found = self._files.read(request["content"], request["connection"] or self._files.only)
        except ConfigurationError as error:
            return Reply({**about, "state": "refused", "problems": [{"line": None, "reason": str(error)}]})
        about["connection"] = request["connection"] or self._files.only
        return Reply(told(about, request["content"], found))


def told(about: dict[str, Any], content: bytes, found: Settlement) -> dict[str, Any]:
    """Return what a file says as routes take it, or `{state: refused, problems}`."""
    if found.problems:
        return {**about, "state": "refused", "problems": found.problems}
    digest = hashlib.sha256(content).hexdigest()
    return {**about, "state": "read", "digest": digest, "lines": found.lines, "passed": found.passed}
