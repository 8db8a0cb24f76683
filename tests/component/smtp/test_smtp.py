"""Mails, handed to a server on loopback that catches them."""

import base64
from typing import Any

import pytest

from caravana.component.smtp import SmtpComponent, SmtpProducer
from caravana.component.smtp.sandbox import MailCatcher, caught
from caravana.kit.component import Severity
from caravana.kit.departure import Departure, Withheld, departing
from caravana.kit.effect import Reply
from caravana.kit.errors import Refused, Transient, Unknown
from caravana.kit.uri import Uri
from caravana.testing.harness import Hub, make_effect, make_exchange

MAIL = {
    "to": ["rosa@cliente.example", "luis@cliente.example"],
    "subject": "Factura 001-001-000000001\nde Empresa XYZ",
    "text": "Adjunta la factura.\n.\nCon una línea que es un punto.",
    "files": [{"name": "FAC.xml", "content": b"<factura/>", "mimetype": "application/xml"}],
}


def component_at(port: int, **more: Any) -> SmtpComponent:
    """Return the component with a connection to the server at a port."""
    sender = "Empresa XYZ <facturas@xyz.example>"
    return SmtpComponent(
        Hub(connections={"smtp": {"host": "127.0.0.1", "port": port, "security": "none", "sender": sender, **more}})
    )


async def sent(port: int, body: Any) -> Reply:
    """Send a mail as the engine does."""
    producer = component_at(port, timeout="2s").endpoint(Uri.parse("smtp:send")).producer()
    assert isinstance(producer, SmtpProducer)
    return await producer.send(producer.request(make_exchange(body)), make_effect())


async def test_a_mail_arrives_whole() -> None:
    """Text, files and both receivers arrive; a second mail of the same effect has the same Message-ID."""
    catcher = MailCatcher()
    async with caught(catcher) as port:
        reply = await sent(port, MAIL)
        await sent(port, {**MAIL, "files": [{"name": "a.pdf", "content": base64.b64encode(b"%PDF").decode()}]})
    first, second = catcher.mails
    assert catcher.recipients[0] == ["rosa@cliente.example", "luis@cliente.example"]
    assert (first["Subject"], first["From"]) == (
        "Factura 001-001-000000001 de Empresa XYZ",
        "Empresa XYZ <facturas@xyz.example>",
    )
    [file] = first.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("FAC.xml", b"<factura/>")
    body = first.get_body()
    assert body is not None
    assert body.get_content().splitlines() == str(MAIL["text"]).splitlines()
    assert first["Message-ID"] == second["Message-ID"] == reply.body["message_id"]


@pytest.mark.parametrize(("code", "error"), [(550, Refused), (451, Transient)])
async def test_a_mail_is_refused(code: int, error: type[Exception]) -> None:
    """A mailbox that is not there is final, one that is full for now is not; nothing was sent."""
    catcher = MailCatcher(refuse=[code])
    async with caught(catcher) as port:
        with pytest.raises(error):
            await sent(port, MAIL)
    assert catcher.mails == []


async def test_an_answer_is_lost() -> None:
    """The line is cut after the mail was handed over: nobody knows. A server that is not there has surely done nothing."""
    catcher = MailCatcher(cut=1)
    async with caught(catcher) as port:
        with pytest.raises(Unknown):
            await sent(port, MAIL)
    assert len(catcher.mails) == 1
    with pytest.raises(Transient):
        await sent(port, MAIL)


async def test_a_mail_is_held_back() -> None:
    """Whoever wanted it lost the right to send it while the server was greeted: it is not handed over."""
    catcher = MailCatcher()
    departure = Departure(lambda: False)
    async with caught(catcher) as port:
        token = departing.set(departure)
        with pytest.raises(Withheld):
            await sent(port, MAIL)
        departing.reset(token)
    assert (catcher.mails, departure.left) == ([], False)


async def test_what_is_no_mail_is_refused_before_anything_is_sent() -> None:
    """Without an address, with a broken one, or with a file that is no base64."""
    producer = component_at(1).endpoint(Uri.parse("smtp:send")).producer()
    assert isinstance(producer, SmtpProducer)
    files = [{"name": "a", "content": "€"}]
    for wrong in ({**MAIL, "to": []}, {**MAIL, "to": ["nobody"]}, {**MAIL, "files": files}, {"to": "x"}, None):
        with pytest.raises(Refused):
            producer.request(make_exchange(wrong))


async def test_the_doctor_looks_without_sending() -> None:
    """Server reached, server away, a server that does not offer encryption; no mail in any case."""
    catcher = MailCatcher()
    async with caught(catcher) as port:
        [right] = await component_at(port).diagnose("smtp")
        [wrong] = await component_at(port, security="starttls").diagnose("smtp")
    [away] = await component_at(port).diagnose("smtp")
    assert [one.severity for one in (right, wrong, away)] == [Severity.OK, Severity.ERROR, Severity.ERROR]
    assert "does not offer" in wrong.message
    assert catcher.mails == []
