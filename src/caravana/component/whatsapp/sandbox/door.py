"""The one way in: which node and edge a call is for, who calls, what misbehaves, and what the headers say."""

import hashlib
import hmac
import json
import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from caravana.component.whatsapp.sandbox.wire import Asked, File, GraphError, read, trace, unknown

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.sandbox import MetaSandbox

PUBLIC = frozenset({"oauth.access_token.get"})
MANAGED = ("account", "page", "catalog", "template", "post", "comment", "instagram")
"""Kinds of nodes whose calls count against a business's budget."""
PAGES = frozenset({"page", "post", "comment", "photo"})
_VERSION = re.compile(r"v\d+\.\d+")


@dataclass
class ErrorFault:
    """One refusal on demand, taken by the next `times` calls whose operation fits (`number.messages.post`, `*`).

    - `code`, `details`, `subcode`: Meta's; `status`: HTTP status, by default the code's
    - `inside_200`: the error comes in a 200; `plain_data`: `error_data` is a text
    - `html`: no error of Meta's, but a page, with `status`
    - `done`: the call is carried out all the same
    """

    operation: str = "*"
    code: int = 1
    details: str = "An unknown error has occurred"
    subcode: int | None = None
    status: int | None = None
    inside_200: bool = False
    plain_data: bool = False
    html: bool = False
    done: bool = False
    times: int = 1


class Door:
    """Answers every call to the Graph API."""

    def __init__(self, sandbox: "MetaSandbox") -> None:
        """`sandbox`: whose it is."""
        self._sandbox = sandbox
        self.errors: list[ErrorFault] = []
        self.asked: list[dict[str, Any]] = []
        """What was asked, without credentials: for tests."""

    @property
    def app_token(self) -> str:
        """The app's own token."""
        return f"{self._sandbox.account.app_id}|APP"

    @property
    def page_token(self) -> str:
        """The page's own token."""
        return f"{self._sandbox.account.token}-PAGE"

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that are known."""
        return (self._sandbox.account.token, self.page_token, self.app_token)

    def is_token(self, request: Request) -> bool:
        """Whether a request shows a known token in its header."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and token in self.tokens

    async def answer(self, request: Request) -> Response:
        """Answer one call."""
        raw = await request.body()  # before a fault cuts the connection: the call may still be carried out
        try:
            values, files = await read(request, raw)
            asked = self._read(request, values, files)
        except GraphError as error:
            return self._refusal(error, None)
        return await self._sandbox.perform(request, asked.operation, lambda: self._answer(request, asked))

    def _read(self, request: Request, values: dict[str, Any], files: dict[str, File]) -> Asked:
        parts = [one for one in request.url.path.split("/") if one]
        version = parts.pop(0) if parts and _VERSION.fullmatch(parts[0]) else ""
        if not version or len(parts) > 2:
            raise GraphError(2500, f"Unknown path components: {request.url.path}")
        node, edge = (*parts, "", "")[:2]
        kind = self._sandbox.kind(node)
        return Asked(request.method, kind, node, edge, values, files, str(request.base_url).rstrip("/"), version)

    async def _answer(self, request: Request, asked: Asked) -> Response:
        try:
            self._let_in(request, asked)
            fault = self._fault(asked)
            if fault is not None and not fault.done:
                return self._failing(fault, asked)
            answer = await self.carry_out(asked)
            if fault is not None:
                return self._failing(fault, asked)
        except GraphError as error:
            return self._refusal(error, asked)
        return JSONResponse(answer, headers=self._headers(asked))

    async def carry_out(self, asked: Asked) -> Any:
        """Do what is asked. Raises `GraphError`."""
        call = self._sandbox.table.get((asked.kind, asked.edge, asked.method))
        if call is None:
            raise (
                unknown(asked.node)
                if asked.kind == "unknown"
                else GraphError(
                    100, f"Tried accessing nonexisting field ({asked.edge})" if asked.edge else "Unsupported request"
                )
            )
        self._sandbox.count(asked)
        answer = await call(asked)
        if asked.method != "GET":
            self._sandbox.effects[asked.operation] += 1
        return answer

    def _let_in(self, request: Request, asked: Asked) -> None:
        """Look at token and proof. Raises `GraphError`."""
        account = self._sandbox.account
        proof, in_query = asked.values.pop("appsecret_proof", None), asked.values.pop("access_token", None)
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        given = token if kind.lower() == "bearer" and token else str(in_query or "")
        self._note(asked)
        if asked.operation in PUBLIC:
            return
        if not given:
            raise GraphError(104, "An access token is required to request this resource.", status=401)
        if given not in self.tokens:
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token", status=401)
        if account.standing == "expired":
            raise GraphError(190, "Error validating access token: Session has expired", status=401, subcode=463)
        if account.standing == "forbidden":
            raise GraphError(10, "Application does not have permission for this action")
        if account.need_page_token and asked.kind in PAGES and asked.edge and given != self.page_token:
            raise GraphError(210, "A page access token is required to request this resource.")
        wanted = hmac.new(account.app_secret.encode(), given.encode(), hashlib.sha256).hexdigest()
        if (proof is not None and proof != wanted) or (proof is None and account.need_proof):
            raise GraphError(100, "Invalid appsecret_proof provided in the API argument")

    def _note(self, asked: Asked) -> None:
        values = {name: value for name, value in asked.values.items() if name != "client_secret"}
        files = {name: len(one.content) for name, one in asked.files.items()}
        self.asked.append({"operation": asked.operation, "node": asked.node, "values": values, "files": files})

    def _fault(self, asked: Asked) -> ErrorFault | None:
        for fault in self.errors:
            if re.fullmatch(fault.operation.replace(".", r"\.").replace("*", ".*"), asked.operation):
                fault.times -= 1
                if fault.times <= 0:
                    self.errors.remove(fault)
                return fault
        return None

    def _failing(self, fault: ErrorFault, asked: Asked) -> Response:
        if fault.html:
            return Response(
                "<html><body>Sorry, something went wrong.</body></html>", fault.status or 500, media_type="text/html"
            )
        error = GraphError(fault.code, "Refused on demand", fault.details, status=fault.status, subcode=fault.subcode)
        status = 200 if fault.inside_200 else error.status
        return JSONResponse(error.answer(plain_data=fault.plain_data), status, self._headers(asked))

    def _refusal(self, error: GraphError, asked: Asked | None) -> Response:
        return JSONResponse(error.answer(), error.status, self._headers(asked))

    def _headers(self, asked: Asked | None) -> dict[str, str]:
        account = self._sandbox.account
        headers = {"facebook-api-version": "v26.0" if asked is None else asked.version, "x-fb-trace-id": trace()}
        used = account.usage
        if used < 0:
            return headers
        measures = {"call_count": used, "total_cputime": 1, "total_time": 1}
        if asked is not None and asked.kind in MANAGED:
            told = {"type": asked.kind, **measures, "estimated_time_to_regain_access": account.usage_minutes}
            headers["x-business-use-case-usage"] = json.dumps({account.waba_id: [told]})
        else:
            headers["x-app-usage"] = json.dumps(measures)
        return headers

    # Steering.

    async def set_errors(self, request: Request) -> Response:
        """POST a list of errors (fields of `ErrorFault`); it replaces those switched on."""
        known = {one.name for one in fields(ErrorFault)}
        body: Any = await request.json()
        if not isinstance(body, list) or any(not isinstance(one, dict) or set(one) - known for one in body):
            return JSONResponse({"error": f"send a list of objects with {sorted(known)}"}, 400)
        self.errors[:] = [ErrorFault(**one) for one in body]
        return JSONResponse([asdict(one) for one in self.errors])
