"""`caravana einvoice` through a hub that runs."""

import asyncio
import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from caravana.cli import app, einvoice_issue
from tests.commerce.einvoicing import POINT, Office, open_office, sello_is_known
from tests.commerce.test_einvoice_company import DOCUMENT
from tests.support.leaping import LeapingClock

pytestmark = pytest.mark.usefixtures(sello_is_known.__name__)
__all__ = ["sello_is_known"]


class Desk:
    """A clerk at the command line, before a hub that runs."""

    def __init__(self, office: Office, file: Path) -> None:
        self.office = office
        self.file = file

    async def run(
        self, *arguments: str, code: int = 0, given: str | None = None, lang: str = "en", group: str | None = "einvoice"
    ) -> Result:
        """Run the command while the hub answers; `code` is the exit code that is expected."""
        command = ["--lang", lang, *([group] if group else []), *arguments, "--config", str(self.file)]

        async def done() -> Result:
            return await asyncio.to_thread(CliRunner().invoke, app, command, input=given)

        result: Result = await self.office.becomes(done, timeout=60)
        assert result.exit_code == code, (result.output, result.exception)
        return result


async def test_a_clerk_at_the_command_line(
    tmp_path: Path, clock: LeapingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listed, shown, checked, issued from a file, written to disk, annulled and mailed again; refusals are said in words."""
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "caravana.yaml"
    points = {POINT: {"connection": "sello", "mail": "provider"}}
    async with open_office(tmp_path, clock, file=file, settings={"einvoice.points": points}) as office:
        desk = Desk(office, file)
        assert "no electronic documents" in (await desk.run("list")).stdout
        invoice = office.invoice()
        document = await office.reaches(invoice, "authorised")
        number = document["number"]
        [one] = json.loads((await desk.run("list", "--state", "authorised", "--json")).stdout)
        assert (one["number"], one["total"]) == (number, "115.00")
        assert number in (await desk.run("list", "--type", "01", "--point", POINT)).stdout
        assert document["access_key"] in (await desk.run("show", f"account.move,{invoice}")).stdout
        assert "autorizado" in (await desk.run("show", number, lang="es")).stdout
        assert "no electronic document is called" in (await desk.run("show", "7", code=1)).stderr
        assert "authorised" in (await desk.run("query", number)).stdout
        await desk.run("ride", number, "--to", "ride.pdf")
        await desk.run("ride", document["access_key"], "--xml", "--to", "factura.xml")
        assert ((tmp_path / "ride.pdf").read_bytes()[:5], (tmp_path / "factura.xml").read_text()[:6]) == (
            b"%PDF-",
            "<autor",
        )
        checked = await desk.run("check", document["key"].partition("/")[2])
        assert "was issued, nothing is to be done" in checked.stdout
        wrong = office.invoice(customer=office.customer(None))
        await office.reaches(wrong, "draft")
        told = await desk.run("check", f"account.move,{wrong}", code=1, lang="es")
        assert "Contacto ›" in told.stdout
        assert "to be mended" in (await desk.run("issue", f"account.move,{wrong}", code=1)).stdout
        with (tmp_path / "factura.yaml").open("w") as target:
            YAML().dump(DOCUMENT, target)
        assert "can be issued" in (await desk.run("check", "factura.yaml", "--for", f"account.move,{wrong}")).stdout
        issued = await desk.run("issue", "factura.yaml", "--for", f"account.move,{wrong}")
        assert f"{POINT}-000000077" in issued.stdout
        assert (
            "there is no file none" in (await desk.run("issue", "none.yaml", "--for", "account.move,1", code=1)).stderr
        )
        (tmp_path / "broken.yaml").write_text("a: [")
        assert "cannot be read" in (await desk.run("issue", "broken.yaml", "--for", "account.move,1", code=1)).stderr
        assert "the company mails it" in (await desk.run("resend", number, "--to", "x@cliente.example")).stdout
        await desk.run("annul", number, given="n\n", code=1)
        assert "annulled" in (await desk.run("annul", number, "--reason", "error", "--yes")).stdout
        await office.idle()
        office.sello.foreign.add(f"{POINT}-000000003")
        await office.reaches(office.invoice(), "needs_attention")
        doctor = await desk.run("doctor", "--json", code=1, group=None)
        found = [one for one in json.loads(doctor.stdout) if one["place"] == "electronic documents"]
        assert [one["message"].partition(":")[0] for one in found] == [f"the emission point {POINT} stands still"]
        assert "it is annulled already" in (await desk.run("annul", number, "--yes", code=1)).stderr


def test_issue_waits_for_what_becomes_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """That the hub looked at the record meanwhile is not the answer; what the document became is."""
    was = {"key": "odoo/account.move,5/07", "state": "draft", "n": 0, "asks": 1}
    seen = [[{**was, "asks": 2}], [{**was, "state": "submitting", "n": 1}], [{**was, "state": "authorised", "n": 1}]]
    monkeypatch.setattr(einvoice_issue, "operate", lambda *given: seen.pop(0))
    monkeypatch.setattr("caravana.cli.einvoice_issue.time.sleep", lambda seconds: None)
    found = einvoice_issue._awaited(Path(), {"key": was["key"], "was": was})
    assert (found["state"], seen) == ("authorised", [])


async def test_why_a_document_waits_is_told_in_both_languages(
    tmp_path: Path, clock: LeapingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The company does not know our key: the document and what a person must look at say so in his language."""
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "caravana.yaml"
    async with open_office(tmp_path, clock, file=file, settings={"einvoice.late": "1m"}) as office:
        desk = Desk(office, file)
        office.sello.locked = True
        invoice = office.invoice()
        await office.reaches(invoice, "queued")

        async def late() -> bool:
            return bool(await office.reviews("late"))

        await office.becomes(late)
        name = f"account.move,{invoice}"
        english, spanish = [(await desk.run("show", name, lang=lang)).stdout for lang in ("en", "es")]
        assert "Why it waits" in english
        assert "The connection of e-invoicing must be mended: Sello does not know our key" in english
        assert "Por qué espera" in spanish
        assert "Hay que arreglar la conexión de facturación" in spanish
        english, spanish = [(await desk.run("review", lang=lang, group=None)).stdout for lang in ("en", "es")]
        assert "einvoice late" in english
        assert "still not sent" in english
        assert "comprobante sin enviar" in spanish
        assert "sigue sin enviarse" in spanish
        office.sello.locked = False
        await office.reaches(invoice, "authorised", timeout=40)
