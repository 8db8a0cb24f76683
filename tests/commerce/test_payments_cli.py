"""`caravana payments` through a hub that runs."""

import asyncio
import json
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from caravana.cli import app, payments, payments_refund, review
from caravana.kit.clock import ScaledClock
from caravana.kit.sentences import said
from tests.commerce.processes import open_processes
from tests.support.waiting import eventually

SETTLEMENT = """\
Referencia interna,Referencia,Tipo,Fecha,Valor,Comisión,Valor neto
{number},{reference},Pago,{day},115.00,4.03,110.97
{number},{reference},Devolución,{day},-100.00,,-100.00
"""


async def run(file: Path, *arguments: str, code: int = 0, given: str | None = None) -> Result:
    """Run the command while the hub answers; `code` is the exit code that is expected."""
    result = await asyncio.to_thread(
        CliRunner().invoke, app, ["payments", *arguments, "--config", str(file)], input=given
    )
    assert result.exit_code == code, (result.output, result.exception)
    return result


def day_of(one: dict[str, str]) -> str:
    """Return the day of an attempt in the company's zone."""
    return datetime.fromisoformat(one["created"]).astimezone(ZoneInfo("America/Guayaquil")).date().isoformat()


@pytest.mark.timeout(180)
async def test_a_clerk_looks_and_sends_money_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listed, shown, refused with the reason, asked before anything is sent, sent back once; also as JSON and in Spanish."""
    monkeypatch.setenv("COLUMNS", "200")
    async with open_processes(tmp_path, ScaledClock(time.time(), 60.0)) as (street, [hub]):
        order = street.order()
        street.provider.pay(str(await street.press(await street.link(order))))
        await eventually(lambda: "Pago con tarjeta recibido" in street.notes(order), timeout=60)
        await hub.idle()
        name = f"CV{order}-1"
        [one] = json.loads((await run(hub.file, "list", "--json")).stdout)
        assert (one["reference"], one["state"], one["amount"], one["refunds"]) == (name, "paid", "115.00", [])
        assert name in (await run(hub.file, "list", "--state", "paid")).stdout
        assert "no card payment of that kind" in (await run(hub.file, "list", "--order", "999")).stdout
        assert "no card payment of that kind" in (await run(hub.file, "list", "--state", "expired")).stdout
        assert "say created, pending" in (await run(hub.file, "list", "--state", "pagado", code=2)).stderr
        called = str(street.read("sale.order", order, "name"))
        assert called in (await run(hub.file, "list", "--order", called)).stdout
        assert "no card payment of that kind" in (await run(hub.file, "list", "--order", f"{called}9")).stdout
        number = one["payments"][0]["internal_reference"]
        assert number in (await run(hub.file, "show", name)).stdout
        too_much = (await run(hub.file, "refund", name, "--amount", "200", "-y", code=1)).stderr
        assert "more than is left of the payment (115.00 USD)" in too_much
        for wrong in ("15,00", "15.005", "NaN", "1E1", ""):
            assert "write it as 15.00" in (await run(hub.file, "refund", name, "--amount", wrong, "-y", code=1)).stderr
        for wrong in ("0", "-3"):
            unasked = await run(hub.file, "refund", name, "--amount", wrong, code=1)
            assert ("the amount must be above zero" in unasked.stderr, "send back" in unasked.stdout) == (True, False)
        assert "no payment is called `CV0-9`" in (await run(hub.file, "refund", "CV0-9", "-y", code=1)).stderr
        asked = await run(hub.file, "refund", name, given="n\n", code=1)
        assert "send back all that is left?" in asked.stdout
        assert street.provider.effects["reverse"] == 0
        by_hand = ("refunded", name, "--made", day_of(one), "--by", "transfer", "--amount")
        assert f"{name}-R1: done, 15.00 USD" in (await run(hub.file, *by_hand, "15.00", "--number", "T-77")).stdout
        assert "entered already" in (await run(hub.file, *by_hand, "15.00", "--number", "T-77", code=1)).stderr
        assert "say --made and --by, or --not-made" in (await run(hub.file, "refunded", name, code=2)).stderr
        assert "no refund of it waits" in (await run(hub.file, "refunded", f"{name}-R1", "--not-made", code=1)).stderr
        street.provider.site.settlement_delay = 0.0
        done = await run(hub.file, "refund", number, "--reason", "devuelto", "--yes")
        assert f"{name}-R2: done, 100.00 USD" in done.stdout
        assert street.provider.effects["reverse"] == 1
        text = (await run(hub.file, "show", name)).stdout
        assert (f"{name}-R2" in text, "person" in text) == (True, True)
        assert (await run(hub.file, "refund", name, "--yes", "--json", code=1)).stdout.count("too_much") == 1
        [compared] = json.loads((await run(hub.file, "compare", "--day", day_of(one), "--json")).stdout)
        assert (compared["connection"], compared["differences"]) == ("placetopay", [])
        assert "placetopay" in (await run(hub.file, "compare", "--day", day_of(one))).stdout
        nobody = (await run(hub.file, "compare", "--connection", "nobody", code=1)).stderr
        assert "no merchant account `nobody` (one of placetopay)" in nobody
        assert "or a day to come" in (await run(hub.file, "compare", "--day", "2126-11-28")).stdout
        assert "write it as 2026-11-27" in (await run(hub.file, "compare", "--day", "ayer", code=1)).stderr
        settlement = tmp_path / "liquidacion.csv"
        settlement.write_text(SETTLEMENT.format(number=number, reference=name, day=day_of(one)))
        to = ("--connection", "placetopay")
        told = (await run(hub.file, "import", str(settlement), *to, "--dry-run")).stdout
        assert ("2 new, 0 known" in told, "115.00 USD" in told, "nothing was stored" in told) == (True, True, True)
        taken = json.loads((await run(hub.file, "import", str(settlement), *to, "--json")).stdout)
        assert (taken["new"], [one["differences"] for one in taken["compared"]]) == (2, [[]])
        assert "0 new, 2 known" in (await run(hub.file, "import", str(settlement), *to)).stdout
        for net, *look in ((" 10.97 USD", "compare", "--day", day_of(one)), (" 110.97 USD", "show", name)):
            text = (await run(hub.file, *look)).stdout
            assert all(sum_ in text for sum_ in ("4.03 USD", net, "not booked in Odoo")), text
        settlement.write_text(SETTLEMENT.format(number=number, reference=name, day="ayer"))
        assert "liquidacion.csv, line 2: `ayer` is no day" in (
            (await run(hub.file, "import", str(settlement), *to, code=1)).stderr
        )
        assert "no merchant account `caja`" in (
            (await run(hub.file, "import", str(settlement), "--connection", "caja", code=1)).stderr
        )


@pytest.mark.timeout(180)
async def test_a_clerk_enters_a_dispute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entered with its last day, shown, and lost in the end; more than was paid is refused with the reason."""
    monkeypatch.setenv("COLUMNS", "200")
    async with open_processes(tmp_path, ScaledClock(time.time(), 60.0)) as (street, [hub]):
        order = street.order()
        street.provider.pay(str(await street.press(await street.link(order))))
        await eventually(lambda: "Pago con tarjeta recibido" in street.notes(order), timeout=60)
        await hub.idle()
        name = f"CV{order}-1"
        said = ["--number", "7781", "--amount", "15.00", "--reason", "no reconoce la compra", "--until", "2026-12-05"]
        assert "7781: open, 15.00 USD" in (await run(hub.file, "dispute", name, *said)).stdout
        shown = (await run(hub.file, "show", name)).stdout
        assert ("no reconoce la compra" in shown, "2026-12-05" in shown, "person" in shown) == (True, True, True)
        lost = await run(hub.file, "dispute", name, "--number", "7781", "--outcome", "lost", "--json")
        assert json.loads(lost.stdout)["state"] == "lost"
        refused = await run(hub.file, "dispute", name, "--amount", "200", code=1)
        assert "no more than was paid" in refused.stderr


WAITS = (
    "it waits its turn, perhaps behind a message of this order that is in doubt: see `caravana review`; "
    "it is carried out when that is settled: do not ask again"
)
"""What the desk says of a wish whose answer takes too long."""


@pytest.mark.parametrize("command", [("refund", "CV1-1", "-y"), ("refunded", "CV1-1-R1", "--not-made")])
@pytest.mark.parametrize(
    ("language", "state", "message", "code", "told"),
    [
        ("en", "in_doubt", "nobody knows", 1, ("in_doubt: nobody knows", "caravana messages settle x1 --done")),
        (
            "es",
            "in_doubt",
            "nobody knows",
            1,
            ("en duda: nobody knows", "vea si se hizo", "caravana messages settle x1"),
        ),
        ("en", "running", WAITS, 0, ("running: it waits its turn", "do not ask again")),
        ("es", "running", WAITS, 0, ("en curso: espera su turno", "no lo pida otra vez")),
    ],
)
def test_what_is_not_over_is_told_with_what_to_do(
    command: tuple[str, ...],
    language: str,
    state: str,
    message: str,
    code: int,
    told: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In doubt or still running, a refund is told in the person's language with its exchange and the next step."""
    found = {"state": state, "exchange": "x1", "message": message}
    monkeypatch.setattr(payments_refund, "operate", lambda *_, **__: found)
    result = CliRunner().invoke(app, ["--lang", language, "payments", *command])
    assert result.exit_code == code, (result.output, result.exception)
    assert [one for one in (*told, "caravana messages show x1") if one not in result.output] == []
    assert ("settle x1" in result.output) == (state == "in_doubt")


@pytest.mark.parametrize("command", [("refund", "CV1-1", "-y"), ("dispute", "CV1-1")])
@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "nothing was paid with this reference"), ("es", "con esta referencia no se pagó nada")],
)
def test_what_nobody_paid_is_said_so(
    command: tuple[str, ...], language: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attempt without a payment has nothing to send back or to dispute, and no number to give."""
    found = {"refused": "unpaid", "company": "PlacetoPay", "left": "0.00 USD", "until": None}
    for module in (payments, payments_refund):
        monkeypatch.setattr(module, "operate", lambda *_, **__: found)
    result = CliRunner().invoke(app, ["--lang", language, "payments", *command])
    assert (result.exit_code, f"PlacetoPay: {told}" in result.stderr) == (1, True), result.stderr


def test_the_list_says_what_a_doubt_is_about(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the route stand order, reference, amount and company: what to look for at the company."""
    monkeypatch.setenv("COLUMNS", "240")
    told = {
        "kind": "in_doubt",
        "id": "x1",
        "title": "card-refund",
        "reason": "Unknown: cut",
        "since": None,
        "remedy": "",
    }
    about = {"details": {"detail": "S00042, CV42-1, 115.00 USD, PlacetoPay"}}
    monkeypatch.setattr(review, "ask", lambda *_, **__: [{**told, **about}, {**told, "id": "x2", "details": {}}])
    shown = CliRunner().invoke(app, ["review"]).stdout
    assert shown.count("card-refund (S00042, CV42-1, 115.00 USD, PlacetoPay)") == 1
    assert shown.count("card-refund") == 2


def test_states_are_words_of_the_persons_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """In Spanish `--state` takes the word that the table prints, and the English one; a refund's `asked` is `pedida`."""
    given: list[str] = []

    def listed(config: Path, act: str, arguments: dict[str, str]) -> list[object]:
        given.append(arguments["state"])
        return []

    monkeypatch.setattr(payments, "operate", listed)
    for word in ("pagado", "paid", "por confirmar"):
        assert CliRunner().invoke(app, ["--lang", "es", "payments", "list", "--state", word]).exit_code == 0
    assert given == ["paid", "paid", "action_needed"]
    assert CliRunner().invoke(app, ["--lang", "es", "payments", "list", "--state", "pago"]).exit_code == 2
    assert said("asked", "es") == "pedida"


async def test_without_a_hub_nothing_is_sent_back(tmp_path: Path) -> None:
    """A refund needs a hub that runs; looking does not."""
    file = tmp_path / "caravana.yaml"
    file.write_text(f"journal: sqlite:///{tmp_path}/j.db\n")
    assert "nobody has paid by card" in (await run(file, "list")).stdout
    assert "no payment is called" in (await run(file, "show", "CV1-1", code=1)).stderr
    assert "no payment is called" in (await run(file, "refund", "CV1-1", "--yes", code=1)).stderr
    await run(file, "compare", code=1)
