"""Issuing: what is to be done for a wish, what Odoo's record becomes, and what is kept before anything is sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from caravana.commerce.einvoice import ledger, own_edi, words
from caravana.commerce.einvoice.base import Document, EInvoiceMapping, Variables, record_of
from caravana.commerce.einvoice.mapping_sources import sources_of
from caravana.commerce.einvoice.source import Mapped, Source, Wanted
from caravana.kit.callables import pure
from caravana.kit.codec import canonical_hash
from caravana.kit.edocument.problem import Problem, stops
from caravana.kit.einvoice import NAMES, Operation, State, Verdict
from caravana.kit.errors import EffectError, Transient, Unmappable
from caravana.kit.exchange import Exchange
from caravana.kit.redaction import cap

FRESH = timedelta(hours=1)
"""So long it holds which fields Odoo has."""
UNTOLD = "company"
"""Code of a problem that the company's component tells in its own words only."""
FINAL_CONSUMER = "07"
"""tipoIdentificacion of consumidor final."""


class Issuing(EInvoiceMapping):
    """From a wish to a package that is kept, and its standing."""

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """The mapping of each model of Odoo."""
        return sources_of(self._settings)

    @pure
    def action(self, variables: Variables) -> str:
        """Return what is to be done for the wish.

        - `make`: a package is made of the record as it is, kept and sent
        - `again`: the package that is kept is sent once more, for the company said that it can be
        - `ask`: something was sent, or may have been: the company is asked first
        - `hold`: the emission point stands still
        - `nothing`: it is over, or a person has to do something else

        `document`: of the ledger; `package`: the last one kept; `halt`: what a person must look at before the point goes on.
        """
        document, package = variables["document"], variables["package"]
        if document is not None and document["state"] in ledger.OVER:
            return "nothing"
        if package is not None and (document is None or package["n"] > document["n"]):
            return "ask"
        if document is not None and document["n"] and document["state"] in ledger.UNSURE:
            return "ask"
        if self._is_held(variables):
            return "hold"
        if package is not None and document["class"] == Verdict.AGAIN and document["state"] == State.QUEUED:
            return "again"
        return "make"

    def _is_held(self, variables: Variables) -> bool:
        """Whether the emission point stands still because of another document."""
        halt = variables["halt"]
        return halt is not None and halt["record"] != record_of(variables["wish"]["key"])

    @pure
    def ids(self, variables: Variables) -> dict[str, Any]:
        """Return the record of the wish, as a read's argument."""
        return {"ids": [record_of(variables["wish"]["key"])["id"]]}

    @pure
    def model(self, variables: Variables) -> str:
        """Return the model of the wish's record."""
        return str(record_of(variables["wish"]["key"])["model"])

    @pure
    def fields_are_old(self, variables: Variables, exchange: Exchange) -> bool:
        """Whether Odoo must be asked which fields it has; `known`: what it said, and when."""
        known = variables["known"]
        return known is None or exchange.created - datetime.fromisoformat(known["at"]) > FRESH

    @pure
    def fields_questions(self, variables: Variables) -> list[dict[str, Any]]:
        """Return the question for the fields that Odoo may have, of each model that the mapping reads."""
        optional = {model: [*names] for model, names in self._source(variables).optional().items()}
        if record_of(variables["wish"]["key"])["model"] == own_edi.MODEL:
            optional[own_edi.MODEL] = [*optional.get(own_edi.MODEL, ()), own_edi.DOCUMENTS]
        return [{"model": model, "names": names} for model, names in optional.items()]

    @pure
    def fields_found(self, body: Any, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return the fields that there are, by model, and when Odoo was asked."""
        asked = self.fields_questions(variables)
        answers = body if isinstance(body, list) else []
        found = {one["model"]: sorted(answer) for one, answer in zip(asked, answers, strict=True)}
        return {"at": exchange.created.isoformat(), "fields": found}

    @pure
    def fields(self, variables: Variables) -> str:
        """Return what is read of the record."""
        known, model = variables["known"]["fields"], str(record_of(variables["wish"]["key"])["model"])
        return ",".join(dict.fromkeys([*self._source(variables).fields(known), *own_edi.fields(model, known)]))

    def _source(self, variables: Variables) -> Source:
        model = record_of(variables["wish"]["key"])["model"]
        if model not in self.sources:
            raise Unmappable(f"no electronic document is made of records of {model}")
        return self.sources[model]

    @pure
    def mapped(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what the record, or the file, becomes: `document`, `problems` and the `digest` of both.

        `nothing`: there is nothing to issue. `records`: as read from Odoo.
        """
        found = self._from_odoo(variables, exchange.created)
        problems = [one.to_json() for one in found.problems]
        nothing = found.document is None and not problems
        wrong = found.document is None or stops(found.problems)
        told = {"document": found.document, "problems": problems, "digest": canonical_hash([found.document, problems])}
        return {**told, "stops": wrong, "nothing": nothing}

    def _from_odoo(self, variables: Variables, now: datetime) -> Mapped:
        wish = variables["wish"]
        if not variables["records"]:
            text = "El documento ya no existe en Odoo.", "The record is no longer in Odoo."
            return Mapped(None, [Problem("record.gone", wish["key"], *text)])
        [record] = variables["records"]
        today = now.astimezone(ZoneInfo(self._settings.zone)).date().isoformat()
        cod_doc = wish["key"].rpartition("/")[2] if wish["key"].count("/") > 1 else None
        wanted = Wanted(wish["key"], cod_doc, self._settings, today, wish["document"])
        found = self._source(variables).mapped(record, wanted)
        return Mapped(found.document, [*own_edi.problems(record), *found.problems])

    @pure
    def head(self, variables: Variables) -> dict[str, Any]:
        """Return what the ledger says of the document beside its state."""
        wish, document = variables["wish"], variables["mapped"]["document"] or {}
        connection = self._connection(variables)
        company = None if connection is None else self._company(connection)
        number = (
            f"{document['estab']}-{document['ptoEmi']}-{document['secuencial']}" if document.get("secuencial") else None
        )
        receptor = document.get("receptor") or {}
        return {
            "name": wish["name"],
            "cod_doc": document.get("codDoc"),
            "point": self._at(variables),
            "connection": connection,
            "company": None if company is None else company["company"],
            "environment": None if company is None else company["environment"],
            "number": number,
            "total": document.get("importeTotal"),
            "receiver": _receiver(document),
            "final_consumer": receptor.get("tipoIdentificacion") == FINAL_CONSUMER,
            "from_file": wish["document"] is not None,
        }

    def _connection(self, variables: Variables) -> str | None:
        document = variables["mapped"]["document"]
        return None if document is None else self._point(self._at(variables))["connections"].get(document["codDoc"])

    def _at(self, variables: Variables) -> str:
        """The emission point: the document's, which a file may name, else where it was expected."""
        document = variables["mapped"]["document"] or {}
        told = f"{document.get('estab')}-{document.get('ptoEmi')}"
        return told if told in self._settings.points else str(variables["wish"]["point"])

    @pure
    def preparing(self, variables: Variables) -> dict[str, Any]:
        """Return what the company makes its package of; where it numbers, without a number."""
        document, connection = dict(variables["mapped"]["document"]), self._connection(variables)
        if connection is None:
            raise Unmappable(
                f"no connection issues documents of type {document['codDoc']} at {variables['wish']['point']}"
            )
        if self._point(self._at(variables))["numbering"] == "provider":
            document.pop("secuencial", None)
        return {"document": document, "connection": connection}

    @pure
    def refused(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return what was mapped, with the problems for which the company's component refused to prepare it."""
        mapped, found = variables["mapped"], _problems_of(exchange.exception)
        problems = [*mapped["problems"], *found]
        return {**mapped, "problems": problems, "stops": True}

    @pure
    def number_key(self, variables: Variables) -> str | None:
        """Return under what it is kept whose number the package's is; None where the company numbers."""
        prepared = variables.get("prepared")
        return None if prepared is None or not prepared["number"] else f"{prepared['cod_doc']}/{prepared['number']}"

    @pure
    def was_given_back(self, variables: Variables) -> bool:
        """Whether the record that had the number has gone out under another one since. `rival`: its document, or None."""
        rival, number = variables["rival"], variables["prepared"]["number"]
        return rival is not None and rival["number"] not in (None, number) and rival["renumbered"] != number

    @pure
    def doubled(self, variables: Variables) -> dict[str, Any]:
        """Return what was mapped, with the problem when another record has the number.

        `owner`: whose it is; None: of one that has just come with it.
        """
        mapped, owner, key = variables["mapped"], variables["owner"], variables["wish"]["key"]
        if owner == key:
            return dict(mapped)
        number, of = variables["prepared"]["number"], "" if owner is None else f" ({owner.removeprefix('odoo/')})"
        es = f"El número {number} ya lo tiene otro documento de este Odoo{of}. Corrija el número."
        en = f"The number {number} belongs to another record of this Odoo{of}. Mend the number."
        told = Problem("number.doubled", "secuencial", es, en, "Número de documento")
        return {**mapped, "problems": [*mapped["problems"], told.to_json()], "stops": True}

    @pure
    def package(self, variables: Variables) -> dict[str, Any]:
        """Return the package to be kept: its number `n`, and what it `corrects` by its name there; None: it is new."""
        before, prepared = variables["package"], variables["prepared"]
        corrects = self._corrects(variables["document"], prepared["connection"])
        return {**prepared, "n": 1 if before is None else before["n"] + 1, "corrects": corrects}

    def _corrects(self, document: Document | None, connection: str) -> str | None:
        known = None if document is None else ledger.known_as(document, connection)
        return known if known and Operation.REISSUE in self._company(connection)["operations"] else None

    @pure
    def reissues(self, variables: Variables) -> bool:
        """Whether the company has the document: what it refused, mended, or what is to go again as it is."""
        return self._known_as(variables) is not None

    def _known_as(self, variables: Variables) -> str | None:
        """What the company calls the document that the package corrects, or repeats."""
        document, package = variables["document"], variables["package"]
        found: str | None = package.get("corrects")
        repeated = document is not None and document["n"] == package["n"]
        return self._corrects(document, package["connection"]) if found is None and repeated else found

    @pure
    def corrected(self, variables: Variables) -> dict[str, Any]:
        """Return the package with the company's name of the document that it corrects."""
        return {**variables["package"], "request_id": self._known_as(variables)}

    @pure
    def has_changed(self, variables: Variables) -> bool:
        """Whether the package that waits is to be made anew: the record is another, or its connection issues no more here."""
        package, point = variables["package"], self._settings.points.get(self._at(variables))
        other = variables["mapped"]["digest"] != variables["document"]["digest"]
        serving = [] if point is None else [point[name].get(package["cod_doc"]) for name in ("connections", "standby")]
        return other or package["connection"] not in serving

    @pure
    def may_stand_by(self, variables: Variables) -> bool:
        """Whether another company takes the document when the first is away; only a package just made of the record."""
        package = variables["package"]
        if variables["action"] != "make" or package["connection"] != self._connection(variables):
            return False
        return package["cod_doc"] in self._point(self._at(variables))["standby"]

    @pure
    def standing_by(self, variables: Variables) -> dict[str, Any]:
        """Return what the stand-by company makes its package of."""
        package = variables["package"]
        name = self._point(self._at(variables))["standby"][package["cod_doc"]]
        return {"document": variables["mapped"]["document"], "connection": name}

    @pure
    def second_package(self, variables: Variables) -> dict[str, Any]:
        """Return the stand-by company's package. Raises `Unmappable` when it has another clave or number than the first."""
        first, second = variables["package"], variables["prepared"]
        if (first["access_key"], first["number"]) != (second["access_key"], second["number"]):
            raise Unmappable(
                "the stand-by company would issue it under another clave or number: nothing was sent to it"
            )
        return {**second, "n": first["n"] + 1, "corrects": None}

    @pure
    def second_news(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return that the stand-by company's package is kept and is about to be sent."""
        news, package = self.kept_news(variables, exchange), variables["package"]
        company = self._company(package["connection"])["company"]
        return {**news, "head": {**news["head"], "connection": package["connection"], "company": company}}

    # News for the ledger.

    @pure
    def problem_news(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return that the document was found wrong."""
        told = {name: variables["mapped"][name] for name in ("problems", "digest")}
        return self._news("problems", variables, exchange) | told

    @pure
    def nothing_news(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return that there is nothing to issue for the record, as it is now."""
        return {"key": variables["wish"]["key"], "kind": "nothing", **_branch(exchange)}

    @pure
    def held_news(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return that the document waits for its emission point."""
        wish = variables["wish"]
        head = {"name": wish["name"], "point": wish["point"]}
        return {"key": wish["key"], "kind": "held", "head": head, **_branch(exchange)}

    @pure
    def kept_news(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return that a package is kept and is about to be sent."""
        package = variables["package"]
        news = self._news("kept", variables, exchange) | {"n": package["n"], "digest": variables["mapped"]["digest"]}
        told = {name: package[name] for name in ("access_key", "number") if package.get(name)}
        return {**news, "head": {**news["head"], **told}, "corrects": package.get("corrects")}

    @pure
    def answer_news(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return how the company says that the package stands: its answer to sending it, or to the question about it."""
        told = {"n": variables["package"]["n"], "standing": variables["standing"], "sent": variables["sent"]}
        return {"key": variables["wish"]["key"], "kind": "answered", **told, **_branch(exchange)}

    @pure
    def refusal_news(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return that the company refused the package as it is: it took nothing."""
        told = {"n": variables["package"]["n"], "problems": _problems_of(exchange.exception)}
        return {"key": variables["wish"]["key"], "kind": "refused", **told, **_branch(exchange)}

    @pure
    def unsure_news(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return that nobody knows yet whether the company has the package: it is asked about, and sent again, by the clock."""
        return {"key": variables["wish"]["key"], "kind": "unanswered", **_branch(exchange)}

    @pure
    def why(self, exchange: Exchange) -> dict[str, str]:
        """Return why nothing can be sent for now: `es` as a clerk reads it, `en` as commands in English show it."""
        error = exchange.exception
        told = [one for one in _problems_of(error) if one["code"] != UNTOLD]
        kind = words.AWAY if isinstance(error, Transient) else words.TO_MEND
        whys = {"es": words.plain(error), "en": str(error)}
        return {name: kind[name].format(why="; ".join(one[name] for one in told) or why) for name, why in whys.items()}

    @pure
    def blocked_news(self, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        """Return that nothing could be sent for now, and why: a key or a certificate must be mended, or the company is away."""
        told = {"head": self.head(variables)} if "mapped" in variables else {}
        return {
            "key": variables["wish"]["key"],
            "kind": "blocked",
            "why": variables["why"],
            **told,
            **_branch(exchange),
        }

    def _news(self, kind: str, variables: Variables, exchange: Exchange) -> dict[str, Any]:
        return {"key": variables["wish"]["key"], "kind": kind, "head": self.head(variables), **_branch(exchange)}

    # In doubt.

    @pure
    def question(self, variables: Variables) -> dict[str, Any]:
        """Return what the company is asked about the package that is kept."""
        package, document = variables["package"], variables.get("document") or {}
        known = document.get("request_id") if document.get("n") == package["n"] else None
        return {name: package.get(name) for name in NAMES} | {"request_id": known}

    @pure
    def is_known(self, variables: Variables) -> bool:
        """Whether the company has what was sent, or may have been."""
        document, package, standing = variables["document"], variables["package"], variables["standing"]
        if document is None or document["n"] < package["n"]:  # the ledger's news of this package is on its way
            document = {"state": State.SUBMITTING, "corrects": package.get("corrects")}
        return not ledger.lacks(document, standing)

    @pure
    def is_taken(self, variables: Variables) -> bool:
        """Whether the company says that another document has the number."""
        return bool(variables["standing"]["class"] == Verdict.TAKEN)

    @pure
    def of_own(self, variables: Variables) -> dict[str, Any]:
        """Return the standing that counts when the number was said to be taken: our own document's, if the company has it."""
        first, own = variables["standing"], variables["own"]
        found: dict[str, Any] = own if own["known"] and own["class"] != Verdict.TAKEN else first
        return found


def _problems_of(error: BaseException | None) -> Sequence[dict[str, Any]]:
    """The problems in a refusal; what is too long to be recorded is told by its sentence, now and on a re-run."""
    body = cap(error.body) if isinstance(error, EffectError) else None
    if isinstance(body, list) and all(isinstance(one, Mapping) and "es" in one for one in body):
        return [Problem(**one).to_json() for one in body]
    text = str(error)
    return [Problem(UNTOLD, "document", text, text).to_json()]


def _branch(exchange: Exchange) -> dict[str, Any]:
    return {} if exchange.branch is None else {"branch": exchange.branch}


def _receiver(document: Mapping[str, Any]) -> str | None:
    """The address of who gets the document; a guía's is that of its recipient, where it has one only."""
    people = [one["receptor"] for one in document.get("destinatarios") or ()] or [document.get("receptor") or {}]
    return people[0].get("email") if len(people) == 1 else None
