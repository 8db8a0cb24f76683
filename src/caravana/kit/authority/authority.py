"""The tax authority's imitation: receives documents, decides by its clock, answers for claves, and can show what it authorised.

It is the same behind every e-invoicing sandbox. Of its answers, its codes and what it does by time only what the sheet of the
offline scheme and public responses show is taken; it shares no code with the clients, only the table of structure.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from lxml import etree

from caravana.kit.authority.filing import Filing, Unreadable, parse, read_filing
from caravana.kit.authority.message import Mensaje, say
from caravana.kit.authority.plan import Plan, Showing
from caravana.kit.authority.register import AUTHORISED, REFUSED, Document, Received, Register
from caravana.kit.authority.rule import Rules, judge
from caravana.kit.authority.signature import Trust, judge_signature
from caravana.kit.authority.structure import Structure, UnknownSchema, by_table
from caravana.kit.clock import Clock
from caravana.kit.ecuador import ECUADOR

IN_PROCESS = "EN PROCESO"
TAKEN, RETURNED = "RECIBIDA", "DEVUELTA"


@dataclass(frozen=True)
class Receipt:
    """What reception answers: `estado` RECIBIDA or DEVUELTA. `clave` is empty where none could be read."""

    estado: str
    clave: str
    messages: tuple[Mensaje, ...] = ()

    @property
    def taken(self) -> bool:
        """Whether the document is registered now."""
        return self.estado == TAKEN

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its messages."""
        return tuple(one.code for one in self.messages)


@dataclass(frozen=True)
class Entry:
    """One `autorizacion`: `numero` (the clave) when it is authorised, `comprobante` the text that was sent."""

    estado: str
    numero: str | None
    fecha: datetime
    ambiente: str
    comprobante: str
    messages: tuple[Mensaje, ...] | None
    showing: Showing


@dataclass
class Authority:
    """One environment of the SRI.

    - `listed_after`: seconds until a query knows a received document; `decided_after`: seconds until it is decided
    - `structure`: the check of structure, by our table or a folder of schemas; None: names and forms of the head only
    - `again`: whether a refused document may come again under its own clave (not published)
    - `late`: codes that are told only as NO AUTORIZADO after RECIBIDA, instead of DEVUELTA
    - `plans`: exceptions, each used up by the documents that fit
    """

    clock: Clock
    ambiente: str = "1"
    rules: Rules = field(default_factory=Rules)
    trust: Trust = field(default_factory=Trust)
    structure: Structure | None = by_table
    register: Register = field(default_factory=Register)
    listed_after: float = 0.0
    decided_after: float = 2.0
    again: bool = True
    late: frozenset[str] = frozenset()
    plans: list[Plan] = field(default_factory=list)

    # Reception.

    def receive_xml(self, raw: bytes, *, signed: bool = True) -> Receipt:
        """Take the bytes of an SRI document. `signed`: it must carry a signature (the direct case)."""
        if not raw:
            return self._answer(None, [say("49", "El comprobante está vacío")])
        if len(raw) > self.rules.largest:
            return self._answer(None, [say("26", f"{len(raw)} bytes")])
        try:
            root = parse(raw)
            content = raw.decode(root.getroottree().docinfo.encoding or "UTF-8")
            self._check_structure(root)
            filing = read_filing(root, content)
        except (UnicodeDecodeError, LookupError):
            return self._answer(None, [say("35", "La codificación del archivo no es válida")])
        except Unreadable as error:
            return self._answer(None, [say(error.code, error.detail)])
        objections = judge_signature(root, filing.ruc, self.trust, self.clock.now()) if signed else []
        return self._receive(filing, objections)

    def receive(self, filing: Filing) -> Receipt:
        """Take what a provider files, who has signed it himself."""
        return self._receive(filing, [])

    def _receive(self, filing: Filing, objections: list[Mensaje]) -> Receipt:
        plan = self._take_plan(filing)
        if plan.returned:
            return self._answer(filing, [say(code) for code in plan.returned])
        known = self._known(filing)
        if known:
            return self._answer(filing, known)
        objections += judge(filing, self.rules, self.ambiente, self.clock.now().astimezone(ECUADOR).date())
        at_once = [one for one in objections if one.code not in self.late]
        if at_once:
            return self._answer(filing, at_once)
        refusals = [one for one in objections if one.code in self.late] + [say(code) for code in plan.refused]
        self._keep(filing, plan, refusals)
        return self._answer(filing, [])

    def _check_structure(self, root: etree._Element) -> None:
        version = f"{root.tag} {root.get('version', '')}"
        if version in self.rules.discontinued:
            raise Unreadable("36", version)
        if self.structure is None:
            return
        try:
            complaints = self.structure(root)
        except UnknownSchema as error:
            raise Unreadable("48", str(error)) from None
        if complaints:
            raise Unreadable("35", "; ".join(complaints)[:300])

    def _take_plan(self, filing: Filing) -> Plan:
        for plan in self.plans:
            if plan.fits(filing.clave, filing.cod_doc, filing.numero):
                plan.times -= 1
                if plan.times <= 0:
                    self.plans.remove(plan)
                return plan
        return Plan()

    def _known(self, filing: Filing) -> list[Mensaje]:
        """The objections of who has sent that clave or number before: refused documents do not count."""
        now = self.clock.now()
        for one in self.register.of_clave(filing.clave):
            if not one.is_decided(now):
                return [say("70", "La clave de acceso está en procesamiento")]
            if one.is_authorised(now) or not self.again:
                return [say("43", f"La clave de acceso {filing.clave} ya está registrada")]
        for one in self.register.of_name(filing.name):
            if one.clave != filing.clave and (one.is_authorised(now) or not one.is_decided(now)):
                return [say("45", f"El secuencial {filing.numero} ya está registrado")]
        return []

    def _keep(self, filing: Filing, plan: Plan, refusals: list[Mensaje]) -> None:
        now = self.clock.now()
        notices = [say("60")] if self.ambiente == "1" else []
        notices += [say(code) for code in plan.notices]
        listed = self.listed_after if plan.listed_after is None else plan.listed_after
        decided = self.decided_after if plan.decided_after is None else plan.decided_after
        self.register.add(
            filing,
            received=now,
            listed=now + timedelta(seconds=listed),
            decided=None if decided < 0 else now + timedelta(seconds=max(listed, decided)),
            state=REFUSED if refusals else AUTHORISED,
            messages=tuple(refusals or notices),
            showing=plan.showing or Showing(),
        )

    def _answer(self, filing: Filing | None, messages: list[Mensaje]) -> Receipt:
        estado = RETURNED if messages else TAKEN
        receipt = Receipt(estado, filing.clave if filing else "", tuple(messages))
        numero, content = (filing.numero, filing.content) if filing else ("", "")
        digest = hashlib.sha256(content.encode()).hexdigest()
        self.register.note(Received(self.clock.now(), receipt.clave, numero, digest, estado, receipt.codes))
        return receipt

    # Authorisation.

    def consult(self, clave: str) -> list[Entry]:
        """Return what is known under `clave`, newest first; nothing: the authority does not know it (yet)."""
        now = self.clock.now()
        found: list[Entry] = []
        for one in self.register.of_clave(clave):
            if one.listed <= now:
                found[:0] = [self._entry(one, now), *self._earlier(one)]
        return found

    def _entry(self, one: Document, now: datetime) -> Entry:
        word = "PRUEBAS" if self.ambiente == "1" else "PRODUCCIÓN"
        if not one.is_decided(now) or one.decided is None:
            return Entry(IN_PROCESS, None, now.astimezone(ECUADOR), word, "", (), one.showing)
        messages = {"usual": one.messages, "empty": (), "none": None}[one.showing.messages]
        authorised = one.state == AUTHORISED
        estado = one.showing.state if authorised and one.showing.state else one.state
        numero = one.clave if authorised else None
        when = one.decided.astimezone(ECUADOR)
        return Entry(estado, numero, when, word, one.content, messages, one.showing)

    def _earlier(self, one: Document) -> list[Entry]:
        """Refusals of earlier tries, where the plan wants some shown."""
        word = "PRUEBAS" if self.ambiente == "1" else "PRODUCCIÓN"
        first = one.received.astimezone(ECUADOR)
        refusal = Entry(REFUSED, None, first, word, one.content, (say("39"),), one.showing)
        return [replace(refusal, fecha=first - timedelta(minutes=n)) for n in range(1, one.showing.refusals + 1)]

    # What a test does to it, and what it asks at the end.

    def decide(self, clave: str, *codes: str) -> None:
        """Decide the newest document under `clave` now: authorised without `codes`, else refused with them.

        It may be decided again: a late authorisation. Raises `LookupError`.
        """
        documents = self.register.of_clave(clave)
        if not documents:
            raise LookupError(f"nothing was received under {clave}")
        messages = tuple(say(code) for code in codes) or ((say("60"),) if self.ambiente == "1" else ())
        self.register.decide(documents[-1], REFUSED if codes else AUTHORISED, self.clock.now(), messages)

    def show(self, clave: str, showing: Showing) -> None:
        """Let answers about the newest document under `clave` look so. Raises `LookupError`."""
        documents = self.register.of_clave(clave)
        if not documents:
            raise LookupError(f"nothing was received under {clave}")
        self.register.show(documents[-1], showing)

    def authorised(self) -> list[Document]:
        """Return the documents that are authorised at this moment, oldest first."""
        now = self.clock.now()
        return [one for one in self.register.documents() if one.is_authorised(now)]

    def issued_twice(self) -> list[str]:
        """Return the numbers (`ruc|ambiente|codDoc|estab|ptoEmi|secuencial`) and claves that were authorised more than once."""
        found = self.authorised()
        names = Counter(one.name for one in found)
        names.update(f"clave {one.clave}" for one in found)
        return sorted(name for name, count in names.items() if count > 1)

    def audit(self) -> list[Received]:
        """Return every call of reception with its answer, oldest first."""
        return self.register.receipts()


__all__ = ["IN_PROCESS", "RETURNED", "TAKEN", "Authority", "Entry", "Receipt"]
