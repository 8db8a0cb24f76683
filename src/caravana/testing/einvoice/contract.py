"""The contract: what every component of an e-invoicing company fulfils."""

import asyncio
import base64
import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import ClassVar, TypeVar

import pytest

from caravana.kit.authority import Plan, Showing
from caravana.kit.clock import ManualClock
from caravana.kit.edocument.document import TYPES
from caravana.kit.effect import Kind
from caravana.kit.einvoice import EInvoiceComponent, Operation, State, Verdict
from caravana.kit.errors import ConfigurationError, EffectError, RateLimited, Refused, Transient, Unknown
from caravana.kit.sandbox import Action
from caravana.kit.uri import Uri
from caravana.testing.edocuments import EXAMPLES
from caravana.testing.einvoice.desk import POINT, Body, Company, Desk, asking
from caravana.testing.harness import START, Hub, make_effect

PACKAGE = {"provider", "connection", "cod_doc", "reference", "access_key", "number", "key", "content", "digest"}
NOT_SUCCESS = set(State) - {State.AUTHORISED}

T = TypeVar("T", bound="EInvoiceContract")


def played(test: Callable[[T, Desk], Awaitable[None]]) -> Callable[[T], None]:
    """Make a test of a coroutine that takes a desk."""

    def run(self: T) -> None:
        async def play() -> None:
            async with self.desk() as desk:
                await test(self, desk)

        asyncio.run(play())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


class EInvoiceContract(ABC):
    """Inherit, name the component and its imitation, and pytest runs the contract."""

    component: ClassVar[type[EInvoiceComponent]]
    """The class under test."""

    @abstractmethod
    def company(self, clock: ManualClock) -> AbstractAsyncContextManager[Company]:
        """Serve the imitation, whose clock this is, while the block runs."""

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        """Run component and company over loopback."""
        clock = ManualClock(START)
        async with self.company(clock) as company:
            hub = Hub(clock=clock, connections={POINT: dict(company.settings)})
            component = self.component(hub)
            hub.components[POINT] = component
            try:
                yield Desk(component, hub, company, clock)
            finally:
                await component.close()

    # What it says of itself.

    @played
    async def test_its_capabilities_fit_together(self, desk: Desk) -> None:
        """Documents are prepared, sent and asked about, and both files can be had; what the flags say has its operation."""
        can = desk.component.capabilities_of(POINT)
        needed = {Operation.PREPARE, Operation.SUBMIT, Operation.QUERY, Operation.XML, Operation.PDF}
        assert needed <= can.operations <= desk.component.capabilities.operations
        assert can.idempotent <= can.documents <= TYPES.keys()
        assert can.signed_notifications == "none" or Operation.NOTIFICATION in desk.component.capabilities.operations
        assert 1 <= can.poll.total_seconds() <= can.poll_max.total_seconds()

    @played
    async def test_a_sandbox_is_a_test(self, desk: Desk) -> None:
        """The connection's environment is 1, and so a live profile refuses to start with it."""
        assert desk.component.environment(POINT) == "1"
        assert desk.component.side(POINT).profile == "test"

    @played
    async def test_what_it_cannot_do_is_told_at_the_start(self, desk: Desk) -> None:
        """An operation that the company lacks is no address."""
        for operation in set(Operation) - desk.component.capabilities.operations:
            with pytest.raises(ConfigurationError):
                desk.component.endpoint(Uri.parse(f"{desk.component.scheme}:{operation}"))

    # Packages.

    @played
    async def test_a_package_is_whole_before_anything_is_sent(self, desk: Desk) -> None:
        """What will be sent is there as text, with its digest and our names of it; nobody has heard of it yet."""
        for cod_doc in sorted(desk.component.capabilities_of(POINT).documents):
            package = await desk.prepared(cod_doc)
            assert package.keys() >= PACKAGE
            assert (package["cod_doc"], package["reference"]) == (cod_doc, EXAMPLES[cod_doc]()["referencia"])
            assert package["digest"] == hashlib.sha256(package["content"].encode()).hexdigest()
            assert package["access_key"] is None or re.fullmatch("[0-9]{49}", package["access_key"])
            assert (package["key"] is not None) is (cod_doc in desk.component.capabilities_of(POINT).idempotent)
        assert desk.company.authority.audit() == []
        assert dict(desk.company.sandbox.effects) == {}

    @played
    async def test_a_document_that_cannot_be_issued_is_refused_with_its_problems(self, desk: Desk) -> None:
        """Of another environment: `invalid`, with code, place and a sentence for the clerk; nothing is sent."""
        with pytest.raises(Refused) as caught:
            await desk.prepared(ambiente="2")
        assert caught.value.code == "invalid"
        assert all(one["es"] and one["en"] and one["code"] and "where" in one for one in caught.value.body)
        assert desk.company.authority.audit() == []

    @played
    async def test_only_what_was_kept_is_sent(self, desk: Desk) -> None:
        """A package of another company or connection, or whose content was changed, is refused before any call."""
        package = await desk.prepared()
        changes = ({"provider": "otra"}, {"content": package["content"] + " "})
        for change in changes:
            with pytest.raises(Refused):
                await desk.submit({**package, **change})
        assert desk.company.authority.audit() == []

    # Issuing.

    @played
    async def test_every_type_ends_authorised(self, desk: Desk) -> None:
        """Each type is taken, asked about and authorised, with number, time and environment; each exactly once."""
        documents = sorted(desk.component.capabilities_of(POINT).documents)
        for cod_doc in documents:
            package, found = await desk.issued(cod_doc)
            assert (found["state"], found["final"], found["known"]) == (State.AUTHORISED, True, True)
            assert (found["reference"], found["environment"]) == (package["reference"], "1")
            assert re.fullmatch("[0-9]{49}", found["access_key"])
            assert found["authorization"] == found["access_key"]
            assert package["access_key"] in (None, found["access_key"])
            assert re.fullmatch("[0-9]{3}-[0-9]{3}-[0-9]{9}", found["number"])
            assert package["number"] in (None, found["number"])
            assert datetime.fromisoformat(found["authorized_at"]).utcoffset() is not None
            assert found["class"] is None
        assert len(desk.company.issued()) == len(documents)

    @played
    async def test_a_document_nobody_sent_is_not_known(self, desk: Desk) -> None:
        """Asked about by its clave it is unknown, and that is no end."""
        package = await desk.prepared()
        if not desk.component.capabilities_of(POINT).lookup or package["access_key"] is None:
            pytest.skip(f"{desk.component.title} finds no document by its clave")
        found = await desk.query(package)
        assert (found["known"], found["final"]) == (False, False)
        assert found["state"] in NOT_SUCCESS

    @played
    async def test_what_takes_long_is_asked_about_again(self, desk: Desk) -> None:
        """Ten minutes in process are no failure and no reason to send again."""
        desk.company.authority.plans.append(Plan(decided_after=600))
        package = await desk.prepared()
        found = await desk.submit(package)
        for _ in range(5):
            desk.clock.advance(60)
            found = await desk.query(package, found)
            assert (found["state"], found["final"]) == (State.IN_PROCESS, False)
        found = await desk.settled(package, found)
        assert (found["state"], len(desk.company.authority.audit())) == (State.AUTHORISED, 1)

    # Refusals.

    @played
    async def test_a_returned_document_is_mended_under_its_number(self, desk: Desk) -> None:
        """DEVUELTA with 52: refused for good, with the SRI's words; mended it is authorised, once, and keeps its number."""
        desk.company.authority.plans.append(Plan(returned=("52",)))
        package, found = await desk.issued()
        assert found["state"] in {State.REJECTED, State.NOT_AUTHORISED}
        assert (found["final"], found["class"], found["authorization"]) == (True, Verdict.MEND, None)
        [message] = [one for one in found["messages"] if one["code"] == "52"]
        assert (message["type"], bool(message["text"])) == ("ERROR", True)
        assert desk.company.issued() == []
        changed = [{"nombre": "Nota", "valor": "corregida"}]
        mended, found = await desk.corrected(package, found, infoAdicional=changed)
        assert found["state"] == State.AUTHORISED
        if desk.component.capabilities_of(POINT).reissue_keeps_number:
            assert mended["number"] == package["number"]
        assert desk.company.issued() == [found["number"]]

    @played
    async def test_received_is_not_authorised(self, desk: Desk) -> None:
        """NO AUTORIZADO after RECIBIDA is a refusal; a mended document follows."""
        desk.company.authority.plans.append(Plan(refused=("39",)))
        package, found = await desk.issued()
        assert (found["state"], found["final"], found["class"]) == (State.NOT_AUTHORISED, True, Verdict.MEND)
        assert [one["code"] for one in found["messages"] if one["type"] == "ERROR"] == ["39"]
        _, found = await desk.corrected(package, found, infoAdicional=[{"nombre": "Nota", "valor": "corregida"}])
        assert found["state"] == State.AUTHORISED
        assert len(desk.company.issued()) == 1

    @played
    async def test_each_refusal_says_what_it_asks_for(self, desk: Desk) -> None:
        """57: the taxpayer must act. 45: another document has the number. Neither is success."""
        for code, verdict in (("57", Verdict.TAXPAYER), ("45", Verdict.TAKEN)):
            desk.company.authority.plans[:] = [Plan(returned=(code,), times=5)]
            package = await desk.prepared(secuencial=f"{int(code):09}", referencia=f"odoo/account.move,{code}")
            effect = make_effect(key=f"submit-{code}")
            found = await desk.settled(package, await desk.submit(package, effect))
            assert (found["class"], found["final"]) == (verdict, True)
            assert found["state"] in NOT_SUCCESS
        assert desk.company.issued() == []

    @played
    async def test_only_the_word_itself_is_success(self, desk: Desk) -> None:
        """A word that nobody knows, or an empty list of messages, is no authorisation."""
        if not desk.company.shows_words:
            pytest.skip("its words are its own")
        desk.company.authority.plans.append(Plan(showing=Showing(messages="none", state="EN REVISION")))
        package = await desk.prepared()
        found = await desk.submit(package)
        for _ in range(10):
            desk.clock.advance(10)
            found = await desk.query(package, found)
        assert (found["state"], found["authorization"]) == (State.NEEDS_ATTENTION, None)

    @played
    async def test_a_late_authorisation_lands(self, desk: Desk) -> None:
        """Refused first, and authorised afterwards all the same: whoever asks again sees it."""
        desk.company.authority.plans.append(Plan(refused=("52",)))
        package, found = await desk.issued()
        assert found["state"] == State.NOT_AUTHORISED
        desk.company.authority.decide(found["access_key"])
        assert (await desk.query(package, found))["state"] == State.AUTHORISED

    # Unknown outcomes.

    @played
    async def test_a_company_that_asks_for_patience_gets_it(self, desk: Desk) -> None:
        """503 and 429 with Retry-After: nothing was done, and how long to wait is passed on."""
        package = await desk.prepared()
        for status, kind in ((503, Transient), (429, RateLimited)):
            desk.company.fault(Operation.SUBMIT, "status", status=status, retry_after=17)
            with pytest.raises(kind) as caught:
                await desk.submit(package)
            assert caught.value.retry_after == 17
        assert (await desk.settled(package, await desk.submit(package)))["state"] == State.AUTHORISED

    @played
    async def test_an_answer_that_was_lost_after_acceptance_is_found(self, desk: Desk) -> None:
        """The connection is cut when the document is in: it is found, or repeated under our key, and there is one of it."""
        await self._lose_and_recover(desk, "cut_after")

    @played
    async def test_what_never_arrived_is_sent_again_as_it_was(self, desk: Desk) -> None:
        """The connection is cut before anything was done: nothing is found, the same bytes go again, and there is one of it."""
        await self._lose_and_recover(desk, "cut_before")

    @played
    async def test_a_company_that_is_away_has_done_nothing_or_nobody_knows(self, desk: Desk) -> None:
        """503, a page instead of an answer, and a broken server: an error that the engine can act on, never an end."""
        package = await desk.prepared()
        for action, details in (("status", {"status": 503}), ("not_json", {}), ("status", {"status": 500})):
            desk.company.fault(Operation.SUBMIT, action, **details)
            with pytest.raises(EffectError) as caught:
                await desk.submit(package)
            assert isinstance(caught.value, Transient | Unknown)
            desk.judge_text(f"{caught.value} {caught.value.body}")
        assert desk.company.authority.audit() == []
        found = await desk.settled(package, await desk.submit(package))
        desk.company.fault(Operation.QUERY, "not_json")
        with pytest.raises((Transient, Unknown)):
            await desk.query(package, found)
        assert (await desk.query(package, found))["state"] == State.AUTHORISED

    async def _lose_and_recover(self, desk: Desk, how: Action) -> None:
        desk.company.fault(Operation.SUBMIT, how)
        package = await desk.prepared()
        await self._lose(desk, package)
        found = await self._recovered(desk, package)
        assert (await desk.settled(package, found))["state"] == State.AUTHORISED
        assert len(desk.company.issued()) == 1

    async def _lose(self, desk: Desk, package: Body) -> None:
        with pytest.raises((Unknown, Transient)):
            await desk.submit(package)

    async def _recovered(self, desk: Desk, package: Body) -> Body:
        """Do what the engine does about the unknown outcome of the one call of `submit`."""
        producer, request = desk.handed(Operation.SUBMIT, package)
        kind, effect = producer.kind_of(request), make_effect(key="submit-1", attempt=2)
        if kind is Kind.BLIND:
            pytest.skip("nobody can be asked: such a document waits for a person")
        if kind is Kind.VERIFIABLE:
            desk.clock.advance(producer.settle.total_seconds() + 1)
            reply = await producer.verify(request, effect)
            if reply is not None:
                found: Body = reply.body
                assert found["known"] is True
                return found
        return await desk.submit(package, effect)

    # Files.

    @played
    async def test_the_legal_xml_and_the_printed_form_can_be_had(self, desk: Desk) -> None:
        """Of each authorised document: XML with its clave and a PDF, named by type and number."""
        for cod_doc in sorted(desk.component.capabilities_of(POINT).documents):
            package, found = await desk.issued(cod_doc)
            asked = asking(package, found)
            name = f"{TYPES[cod_doc].prefix}-{found['number']}"
            xml = await desk.call(Operation.XML, asked)
            assert (xml["provisional"], xml["filename"]) == (False, f"{name}.xml")
            assert found["access_key"] in xml["content"]
            pdf = await desk.call(Operation.PDF, asked)
            assert (pdf["provisional"], pdf["filename"]) == (False, f"{name}.pdf")
            assert base64.b64decode(pdf["content"]).startswith(b"%PDF")

    @played
    async def test_a_number_tells_its_document(self, desk: Desk) -> None:
        """Where documents are found by their number: it is ours, under its clave."""
        if Operation.FIND not in desk.component.capabilities_of(POINT).operations:
            pytest.skip(f"{desk.component.title} has no find")
        _, found = await desk.issued()
        body = {"connection": POINT, "cod_doc": "01", "number": found["number"]}
        told = await desk.call(Operation.FIND, body)
        assert [one["access_key"] for one in told["documents"]] == [found["access_key"]]
        assert (await desk.call(Operation.FIND, {**body, "number": "001-001-000099999"}))["documents"] == []
