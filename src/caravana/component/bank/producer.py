"""`to bank:import`: the message's body is a file, or a notification; what it tells is kept, each entry once.

`to bank:settle`: what became of an entry. `to bank:code`: the payment code of an order or invoice.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from caravana.component.bank.desk import Desk
from caravana.component.bank.matches import ANY
from caravana.component.bank.spec import BankOptions
from caravana.kit.component import Producer
from caravana.kit.effect import Effect, Kind, Reply
from caravana.kit.errors import Refused, Transient
from caravana.kit.exchange import Exchange
from caravana.kit.ports import Unavailable


class ImportProducer(Producer):
    """Imports. The same file imported twice is imported once."""

    kind = Kind.IDEMPOTENT
    timeout = timedelta(minutes=10)

    def __init__(self, desk: Desk, options: BankOptions) -> None:
        """`desk`: the bank's part of the hub."""
        self._desk = desk
        self._options = options

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return `{name, content, profile, account}`, the content as bytes. Raises `Refused` for a body that is no file."""
        body = exchange.body
        if isinstance(body, Mapping) and "notification" in body:
            return {"name": str(body.get("name")), "notification": body["notification"], "profile": body.get("profile")}
        content = body.encode() if isinstance(body, str) else body
        if not isinstance(content, bytes):
            raise Refused("the body is no file: bytes or text are expected", code="body")
        name = exchange.headers.get("CamelFileName") or "file"
        return {
            "name": str(name),
            "content": content,
            "profile": self._options.profile,
            "account": self._options.account,
        }

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Import it. Raises `Transient` when the store takes nothing now."""
        try:
            if "notification" in request:
                report = await self._desk.notified(request["name"], request["notification"], request["profile"])
            else:
                report = await self._desk.file(
                    request["name"], request["content"], profile=request["profile"], account=request["account"]
                )
        except Unavailable as error:
            raise Transient(f"the store takes nothing now: {error.reason}", retry_after=error.retry_after) from error
        return Reply(report.as_json())

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Make the report the body."""
        exchange.body = reply.body


class SettleProducer(Producer):
    """Keeps what became of an entry, and what a person is asked of it; the body becomes whether it was kept.

    With `before` it is, only where the match still stands so: when a look, a person and the bank decide at the same moment, the
    first is heard, and the others learn that they were too late.
    """

    kind = Kind.IDEMPOTENT

    def __init__(self, desk: Desk) -> None:
        """`desk`: the bank's part of the hub."""
        self._desk = desk

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return `{match, review}`, and `before` where the body says it. Raises `Refused` for another body."""
        body = exchange.body
        if not isinstance(body, Mapping) or "match" not in body:
            raise Refused("the body is no match: {match, review} is expected", code="body")
        before = {"before": body["before"]} if "before" in body else {}
        return {"match": dict(body["match"]), "review": body.get("review"), **before}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Keep it. Raises `Transient` when the store takes nothing now, `Refused` without the entry."""
        try:
            kept = await self._desk.matches.settle(
                request["match"], request["review"], before=request.get("before", ANY)
            )
        except LookupError as error:
            raise Refused(str(error), code="entry") from None
        except Unavailable as error:
            raise Transient(f"the store takes nothing now: {error.reason}", retry_after=error.retry_after) from error
        return Reply(kept)

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return that it was kept. In shadow it is forgotten, so that going live begins with clean books."""
        return Reply(True)


class CodeProducer(Producer):
    """Issues the payment code of an order or invoice, for whoever pays it by transfer; always the same one."""

    kind = Kind.IDEMPOTENT

    def __init__(self, desk: Desk) -> None:
        """`desk`: the bank's part of the hub."""
        self._desk = desk

    def request(self, exchange: Exchange) -> dict[str, Any]:
        """Return `{name}`: the document's, from a body `{name}` or a text. Raises `Refused` for another body."""
        body = exchange.body
        name = body.get("name") if isinstance(body, Mapping) else body
        if not isinstance(name, str) or not name.strip():
            raise Refused("the body names no document: {name} is expected", code="body")
        return {"name": name.strip()}

    async def send(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Issue it for the company of the exchange's branch. Raises `Refused` without one, `Transient` when the store is full."""
        try:
            return Reply(await self._desk.code(request["name"], effect.branch))
        except LookupError as error:
            raise Refused(str(error), code="branch") from None
        except Unavailable as error:
            raise Transient(f"the store takes nothing now: {error.reason}", retry_after=error.retry_after) from error

    def would(self, request: dict[str, Any], effect: Effect) -> Reply:
        """Return nothing: a code that nobody keeps is told to nobody."""
        return Reply()

    def receive(self, exchange: Exchange, reply: Reply) -> None:
        """Make `{code, shown, accounts: [{number, name}]}` the body."""
        exchange.body = reply.body
