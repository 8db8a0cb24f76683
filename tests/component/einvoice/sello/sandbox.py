"""Sello's service: takes documents under the caller's clave, or numbers them itself, and has them authorised after a while."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from caravana.kit.sandbox import Sandbox

KEY = "llave-de-sello"


@dataclass
class Paper:
    """One document. `word`: proceso, autorizado, rechazado, devuelto."""

    folio: str
    clave: str
    numero: str
    tipo: str
    content: str
    word: str = "proceso"
    says: list[dict[str, str]] = field(default_factory=list)
    asked: int = 0
    mailed: list[str] = field(default_factory=list)


@dataclass
class SelloSandbox(Sandbox):
    """One account.

    - `questions`: how often a document is asked about until it is authorised
    - `returns`: by number, what the next submission of it is told (code and text), once each
    - `denies`: by number, what its authorisation says instead, once each
    - `foreign`: numbers that another system used
    - `locked`: whether our key is refused when something is issued; `unwilling`: whether a document is refused as malformed
    - `renumbers`: whether it takes a number and answers with another
    """

    questions: int = 1
    papers: dict[str, Paper] = field(default_factory=dict)
    returns: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    denies: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    bodies: list[str] = field(default_factory=list)
    url: str = ""
    last: int = 0
    renumbers: bool = False
    locked: bool = False
    unwilling: bool = False

    def partner_routes(self) -> list[Route]:
        """Return the addresses."""
        verbs = {"emitir": self.issue, "corregir": self.mend, "ver": self.show, "xml": self.xml, "pdf": self.pdf}
        verbs |= {"correo": self.mail, "buscar": self.find}
        return [Route(f"/v1/{name}", self._endpoint(name, act), methods=["POST"]) for name, act in verbs.items()]

    def _endpoint(self, name: str, act):  # type: ignore[no-untyped-def]  # a table of bound methods
        async def endpoint(request: Request) -> Response:
            async def run() -> Response:
                if request.headers.get("X-Llave") != KEY:
                    return JSONResponse({"error": "llave"}, 401)
                if name == "emitir" and self.locked:
                    return JSONResponse({"error": "llave"}, 401)
                answer: Response = act(json.loads(await request.body()))
                return answer

            return await self.perform(request, name, run)

        return endpoint

    @property
    def authorised(self) -> list[Paper]:
        """The documents that are authorised."""
        return [one for one in self.papers.values() if one.word == "autorizado"]

    # The verbs.

    def issue(self, given: dict[str, Any]) -> Response:
        """Take a document; the same clave a second time is the same document."""
        if self.unwilling:
            return JSONResponse({"error": "campo"}, 400)
        self.bodies.append(given["contenido"])
        clave, numero = given["clave"], given["numero"]
        if numero is None:
            self.last += 1
            numero = f"{given['punto']}-{self.last:09d}"
            clave = f"{self.last:049d}"
        known = self.papers.get(clave)
        if known is not None and known.word != "devuelto":
            return self._shown(known)
        same = [one for one in self.papers.values() if one.numero == numero and one.tipo == given["tipo"]]
        taken = [one for one in same if one.word != "devuelto"]
        if numero in self.foreign or [one for one in taken if one.clave != clave]:
            return JSONResponse(
                {"estado": "devuelto", "mensajes": [{"codigo": "45", "texto": "SECUENCIAL REGISTRADO"}]}
            )
        paper = Paper(f"S-{len(self.papers) + 1:04d}", clave, numero, given["tipo"], given["contenido"])
        self.papers[clave] = paper
        self.effects["emitir"] += 1
        return self._judged(paper)

    def mend(self, given: dict[str, Any]) -> Response:
        """Take the correction of a document that was returned or denied."""
        self.bodies.append(given["contenido"])
        paper = next(one for one in self.papers.values() if one.folio == given["folio"])
        if paper.word not in ("devuelto", "rechazado"):
            return JSONResponse({"error": "estado"}, 422)
        self.papers.pop(paper.clave)
        paper.clave, paper.numero = given["clave"], given["numero"]
        self.papers[paper.clave] = paper
        paper.content, paper.word, paper.says, paper.asked = given["contenido"], "proceso", [], 0
        self.effects["corregir"] += 1
        return self._judged(paper)

    def _judged(self, paper: Paper) -> Response:
        told = self.returns.get(paper.numero)
        if told:
            code, text = told.pop(0)
            paper.word, paper.says = "devuelto", [{"codigo": code, "texto": text}]
        return self._shown(paper)

    def show(self, given: dict[str, Any]) -> Response:
        """Show a document by clave or folio; asking often enough, it is authorised."""
        paper = self._found(given)
        if paper is None:
            return JSONResponse({"error": "desconocido"}, 404)
        paper.asked += 1
        if paper.word == "proceso" and paper.asked >= self.questions:
            self.decide(paper)
        return self._shown(paper)

    def decide(self, paper: Paper) -> None:
        """The SRI decides."""
        denied = self.denies.get(paper.numero)
        if denied:
            code, text = denied.pop(0)
            paper.word, paper.says = "rechazado", [{"codigo": code, "texto": text}]
        else:
            paper.word, paper.says = "autorizado", []

    def find(self, given: dict[str, Any]) -> Response:
        """Show the documents of a number."""
        found = [self._as_json(one) for one in self.papers.values() if one.numero == given["numero"]]
        return JSONResponse({"documentos": found})

    def xml(self, given: dict[str, Any]) -> Response:
        """Give the XML."""
        paper = self._found(given)
        return Response(status_code=404) if paper is None else Response(f"<autorizacion>{paper.content}</autorizacion>")

    def pdf(self, given: dict[str, Any]) -> Response:
        """Give the printed form."""
        paper = self._found(given)
        return Response(status_code=404) if paper is None else Response(b"%PDF-1.4 " + paper.clave.encode())

    def mail(self, given: dict[str, Any]) -> Response:
        """Mail the document."""
        paper = self._found(given)
        if paper is None:
            return Response(status_code=404)
        paper.mailed += given["para"]
        self.effects["correo"] += 1
        return self._shown(paper)

    def _found(self, given: dict[str, Any]) -> Paper | None:
        named = (one for one in self.papers.values() if one.folio == given.get("folio"))
        return next(named, None) or self.papers.get(given.get("clave") or "")

    def _shown(self, paper: Paper) -> Response:
        return JSONResponse(self._as_json(paper))

    def _as_json(self, paper: Paper) -> dict[str, Any]:
        now = self.clock.now().isoformat(timespec="seconds")
        numero = f"{paper.numero[:8]}900000009" if self.renumbers else paper.numero
        told = {"folio": paper.folio, "clave": paper.clave, "numero": numero, "estado": paper.word}
        return {**told, "mensajes": paper.says, "fecha": now if paper.word == "autorizado" else None}

    @staticmethod
    def encoded(content: bytes) -> str:
        """Return content as base64."""
        return b64encode(content).decode()
