"""What the doctor tells apart at an Odoo, each fault planted in the sandbox or in the settings, each with its remedy."""

import ssl
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from caravana.component.odoo.doctor_rights import USES
from caravana.component.odoo.rights import needs
from caravana.kit.branch import Branch
from caravana.kit.clock import ManualClock
from caravana.kit.codec import dumps
from caravana.kit.component import Finding, Severity
from caravana.kit.sameness import SCOPE
from caravana.kit.sandbox import Fault
from caravana.kit.serving import serve
from tests.component.odoo.conftest import BOT_KEY, Odoo
from tests.component.odoo.hub import MemoryHub

Plant = Callable[[Odoo], None]


async def wrong(odoo: Odoo) -> list[Finding]:
    """Return what the doctor finds wrong or worth a look."""
    found = await odoo.component.diagnose("odoo")
    assert all(one.remedy for one in found if one.severity is not Severity.OK)
    assert BOT_KEY not in repr(found)
    return [one for one in found if one.severity is not Severity.OK]


def with_settings(**changes: Any) -> Plant:
    """Return what changes settings of the connection."""

    def plant(odoo: Odoo) -> None:
        odoo.hub.settings = {**odoo.hub.settings, **changes}

    return plant


def with_fault(operation: str, **fault: Any) -> Plant:
    """Return what lets the sandbox misbehave."""
    return lambda odoo: odoo.sandbox.faults.append(Fault(operation, times=99, **fault))


def expired(odoo: Odoo) -> None:
    """Let the key, which worked before, run out."""
    odoo.hub.store.values[SCOPE, "odoo"] = dumps({"known": {"uuid": "x"}})
    odoo.sandbox.expire_key(BOT_KEY)


def other_database(odoo: Odoo) -> None:
    """Remember another database."""
    odoo.hub.store.values[SCOPE, "odoo"] = dumps({"known": {"company": "1 of 2001-01-01 00:00:00"}})


FAULTS: dict[str, tuple[Plant, str, str]] = {
    "host": (with_settings(url="http://no-such-host.invalid"), "host", "DNS"),
    "refused": (with_settings(url="http://127.0.0.1:9"), "address", "host and port"),
    "database": (with_settings(database="nosuch"), "database", "connections.odoo.database"),
    "key": (with_settings(apiKey="0" * 40), "key", "`login`"),
    "key expired": (expired, "key expired", "new key"),
    "key expired by setting": (with_settings(apiKey="0" * 40, keyExpires="2020-01-01"), "key expired", "new key"),
    "plan": (with_fault("res.users.context_get", status=403), "plan", "Custom"),
    "down": (with_fault("*", status=503), "partner", "wait"),
    "another database": (other_database, "database", "caravana odoo confirm"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_each_fault_is_told_apart(odoo: Odoo, fault: str) -> None:
    """One fault gives one finding, under its own subject, with what to do."""
    plant, subject, advice = FAULTS[fault]
    plant(odoo)
    [found] = await wrong(odoo)
    assert (found.subject, found.severity) == (subject, Severity.ERROR)
    assert advice in found.remedy


@pytest.mark.parametrize("version", ["18.0"])
async def test_json_rpc_asks_for_a_login(odoo: Odoo, version: str) -> None:
    """Before 19 the key alone says not whose it is."""
    with_settings(login="")(odoo)
    [found] = await wrong(odoo)
    assert (found.subject, "connections.odoo.login" in found.remedy) == ("login", True)


@pytest.mark.parametrize("version", ["18.0", "16.0", "20.0"])
async def test_versions(odoo: Odoo, version: str) -> None:
    """A version that was never tried is told, and so is a protocol that it does not speak."""
    subjects = [one.subject for one in await wrong(odoo)]
    assert subjects == ([] if version == "18.0" else ["version"])
    if version < "19":
        with_settings(protocol="json2")(odoo)
        assert (await wrong(odoo))[0].severity is Severity.ERROR


async def test_the_end_of_the_key_is_told_in_time(odoo: Odoo) -> None:
    """Odoo shows the day on which the user's key runs out; where it does not, the setting tells."""
    clock = odoo.hub.clock = odoo.sandbox.clock = ManualClock(datetime.now(UTC).replace(microsecond=0))
    odoo.sandbox.expire_key(BOT_KEY, clock.now() + timedelta(days=10))
    [found] = await wrong(odoo)
    assert (found.subject, "in 10 days" in found.message) == ("key expires", True)
    odoo.sandbox.expire_key(BOT_KEY, clock.now() + timedelta(days=90))
    assert await wrong(odoo) == []
    del odoo.sandbox.store.models["res.users.apikeys"]
    with_settings(keyExpires=(clock.now() + timedelta(days=3)).date().isoformat(), timezone="UTC")(odoo)
    [found] = await wrong(odoo)
    assert (found.subject, "in 3 days" in found.message) == ("key expires", True)


async def test_the_key_lasts_until_the_company_s_midnight(odoo: Odoo) -> None:
    """At one in the morning in UTC it is still the evening of the last day in Quito: the key has a day more than UTC says."""
    clock = odoo.hub.clock = odoo.sandbox.clock = ManualClock(datetime(2026, 11, 29, 1, tzinfo=UTC))
    del odoo.sandbox.store.models["res.users.apikeys"]
    with_settings(keyExpires="2026-12-01", timezone="America/Guayaquil")(odoo)
    [found] = [one for one in await wrong(odoo) if one.subject == "key expires"]
    assert "in 3 days" in found.message
    assert clock.now().day == 29


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-27, "works, and `keyExpires` says that it ran out"),
        (-1, "works, and `keyExpires` says that it ran out"),
        (0, ", today"),
        (1, ", tomorrow"),
        (2, ", in 2 days"),
    ],
)
async def test_how_long_a_key_works_still(odoo: Odoo, days: int, words: str) -> None:
    """Today and tomorrow are told as such; who renewed the key and not the setting is told that."""
    clock = odoo.hub.clock = odoo.sandbox.clock = ManualClock(datetime(2026, 11, 29, 12, tzinfo=UTC))
    del odoo.sandbox.store.models["res.users.apikeys"]
    ends = clock.now().date() + timedelta(days=days)
    with_settings(keyExpires=ends.isoformat(), timezone="UTC")(odoo)
    [found] = [one for one in await wrong(odoo) if one.subject == "key expires"]
    assert words in found.message


@pytest.mark.parametrize("seconds", [0, 90, 3600])
async def test_a_clock_that_is_off(odoo: Odoo, seconds: int) -> None:
    """A clock that is somewhat off is worth a look, one that spoils signatures is wrong."""
    odoo.hub.clock = ManualClock(datetime.now(UTC) + timedelta(seconds=seconds))
    severity = {0: [], 90: [Severity.WARNING], 3600: [Severity.ERROR]}
    assert [one.severity for one in await wrong(odoo) if one.subject == "clock"] == severity[seconds]


@pytest.mark.parametrize(
    ("model", "named", "severity"),
    [
        ("sale.order", "Sales", Severity.ERROR),
        ("account.move", "Invoicing", Severity.ERROR),
        ("stock.warehouse", "Inventory", Severity.WARNING),
        ("l10n_ec.sri.payment", "l10n_ec", Severity.WARNING),
    ],
)
async def test_missing_apps(odoo: Odoo, model: str, named: str, severity: Severity) -> None:
    """An app that is not installed is known by its model, and is no missing right."""
    del odoo.sandbox.store.models[model]
    [found] = await wrong(odoo)
    assert (found.subject, found.severity) == ("app", severity)
    assert named in found.message


@pytest.mark.parametrize(
    ("model", "right"),
    sorted({(need.model, right) for need in needs((*USES, "catalogue")) for right in need.rights}),
)
async def test_each_missing_right(odoo: Odoo, model: str, right: str) -> None:
    """A right that the user lacks is named with its model and the group that gives it."""
    configured(odoo, flows=["catalogue"])
    closed = odoo.sandbox.store.models[model]
    closed.rights = {**closed.rights, right: "base.group_system"}
    [found] = [one for one in await wrong(odoo) if one.subject == "right"]
    assert found.message.startswith(f"the hub's user may not {right} {model}: ")
    assert "give it the group " in found.remedy


async def test_records_that_the_catalogue_names(odoo: Odoo) -> None:
    """Pricelist, company, country and customer of the catalogue are looked up; a number that leads nowhere is told."""
    env = odoo.sandbox.env
    country, company = env.ref("base.ec"), env["res.company"].search([])[0]
    pricelist = env["product.pricelist"].create({"name": "Web"})
    good = {"catalogue.pricelist": pricelist, "catalogue.company": company, "catalogue.country": country}
    configured(odoo, **good)
    assert await wrong(odoo) == []
    configured(odoo, **{**good, "catalogue.pricelist": 99, "catalogue.customer": 9999})
    assert [(one.subject, one.message.partition(":")[0]) for one in await wrong(odoo)] == [
        ("pricelist", "settings.catalogue.pricelist"),
        ("customer", "settings.catalogue.customer"),
    ]
    configured(odoo, **good, **{"catalogue.others": {"norte": {"meta": "catalog_norte", "pricelist": 98}}})
    assert [(one.subject, one.message.partition(":")[0]) for one in await wrong(odoo)] == [
        ("pricelist", "settings.catalogue.others.norte.pricelist")
    ]


@dataclass
class BranchHub(MemoryHub):
    """A hub whose configuration has branches and settings of flows."""

    configured: dict[str, Any] = field(default_factory=dict)

    def setting(self, name: str, default: Any = None) -> Any:
        return self.configured.get(name, default)


def configured(odoo: Odoo, **settings: Any) -> None:
    """Give the hub settings beside those of the connection."""
    odoo.component.context = BranchHub(odoo.hub.settings, store=odoo.hub.store, configured=settings)


async def test_records_that_branches_name(odoo: Odoo) -> None:
    """Company, warehouse and journal of a branch that are there are well; those that are not are told by their setting."""
    env = odoo.sandbox.env
    company, warehouse = env["res.company"].search([])[0], env["stock.warehouse"].search([])[0]
    journal = env["account.journal"].search([["type", "=", "sale"]])[0]
    good = Branch(name="Quito", company=company, warehouse=warehouse, sale_journal=journal)
    configured(odoo, branches={"quito": good})
    assert await wrong(odoo) == []
    configured(odoo, branches={"quito": good, "loja": Branch(name="Loja", company=99, warehouse=98, sale_journal=97)})
    found = await wrong(odoo)
    assert [one.subject for one in found] == ["company", "journal", "warehouse"]
    assert all("branches.loja." in one.message for one in found)


async def test_the_right_to_write_statement_lines(odoo: Odoo) -> None:
    """Only a company whose transfers become lines needs it, from a group that not even an administrator has by himself."""
    configured(odoo, **{"bank.posting": "payment"})
    assert await wrong(odoo) == []
    configured(odoo, **{"bank.posting": "statement_line"})
    found = await wrong(odoo)
    assert "may not create account.bank.statement.line" in " ".join(one.message for one in found)
    assert all("account.group_account_basic" in str(one.remedy) for one in found)


async def test_records_that_do_not_fit(odoo: Odoo) -> None:
    """A journal of another type or of another company is told, and so is one of the card flow."""
    env = odoo.sandbox.env
    first = env["res.company"].search([])[0]
    second = env["res.company"].create({"name": "Otra Empresa"})
    sale, bank = (env["account.journal"].search([["type", "=", kind]])[0] for kind in ("sale", "bank"))
    configured(
        odoo,
        branches={
            "a": Branch(name="A", company=first, sale_journal=bank),
            "b": Branch(name="B", company=second, sale_journal=sale),
        },
        **{"cards.journal_id": sale},
    )
    messages = [one.message for one in await wrong(odoo)]
    assert [text.partition(":")[0] for text in messages] == [
        "branches.a.sale_journal",
        "branches.b.sale_journal",
        "settings.cards.journal_id",
    ]
    configured(odoo, **{"cards.journal_id": bank})
    assert await wrong(odoo) == []


async def test_journals_of_the_banks_accounts(odoo: Odoo) -> None:
    """One that is not there, of another type, or of another company than the branch of its account, is told by its account."""
    env = odoo.sandbox.env
    second = env["res.company"].create({"name": "Otra Empresa"})
    sale, bank = (env["account.journal"].search([["type", "=", kind]])[0] for kind in ("sale", "bank"))
    sur = {"sur": Branch(name="Sur", company=second, bank_accounts=["22"])}
    configured(odoo, branches=sur, **{"bank.journals": {"11": 987, "22": bank, "33": sale, "44": bank}})
    messages = [one.message for one in await wrong(odoo)]
    assert [text.partition(":")[0] for text in messages] == [f"settings.bank.journals.{one}" for one in (11, 22, 33)]


async def test_an_account_is_the_same_however_it_is_written(odoo: Odoo) -> None:
    """With spaces, or under another spelling of `bank.accounts`, its journal must be of its branch's company all the same."""
    second = odoo.sandbox.env["res.company"].create({"name": "Otra Empresa"})
    bank = odoo.sandbox.env["account.journal"].search([["type", "=", "bank"]])[0]
    sur = {"sur": Branch(name="Sur", company=second, bank_accounts=["22 00"])}
    configured(odoo, branches=sur, **{"bank.journals": {"2 200": bank, "EC9": bank}, "bank.accounts": {"EC9": "2200"}})
    messages = [one.message for one in await wrong(odoo)]
    assert [text.partition(":")[0] for text in messages] == [
        f"settings.bank.journals.{one}" for one in ("2 200", "EC9")
    ]


@pytest.mark.parametrize("journals", [{"11": "siete"}, {"11": None}, [7], "7"])
async def test_a_setting_that_is_no_map_of_journals_stops_no_doctor(odoo: Odoo, journals: object) -> None:
    """It is told where the flow's settings are read; what else is wrong at Odoo is told all the same."""
    configured(odoo, **{"bank.journals": journals, "bank.accounts": ["EC9"], "cards.journal_id": 987})
    assert [one.message.partition(":")[0] for one in await wrong(odoo)] == ["settings.cards.journal_id"]


async def test_persons_who_get_tasks(odoo: Odoo) -> None:
    """Login or number, general or of a branch: one that Odoo does not have, or that is archived, is told by its setting."""
    env = odoo.sandbox.env
    company = env["res.company"].search([])[0]
    ana, left = (env["res.users"].create({"login": one, "partner_id": _contact(odoo, one)}) for one in ("ana", "left"))
    env["res.users"].write([left], {"active": False})

    def persons(**named: Any) -> dict[str, Branch]:
        return {name: Branch(name=name, company=company, person=person) for name, person in named.items()}

    configured(odoo, branches=persons(quito="ana", loja=ana, cuenca=None), **{"review.person": ana})
    assert await wrong(odoo) == []
    configured(odoo, branches=persons(quito="Ana", loja=987, cuenca="left"), **{"review.person": "bea"})
    found = await wrong(odoo)
    assert {one.subject for one in found} == {"person"}
    assert [one.message for one in found] == [
        "settings.review.person: Odoo shows the hub's user no user `bea`",
        "branches.quito.person: Odoo shows the hub's user no user `Ana`",
        "branches.loja.person: Odoo shows the hub's user no user `987`",
        "branches.cuenca.person: the user left is archived in Odoo and sees no task",
    ]
    assert ["Users" in one.remedy for one in found] == [True, True, True, False]


async def test_persons_of_another_odoo(odoo: Odoo) -> None:
    """Each Odoo is asked for its own: those of its branches, and the general one where a branch has none."""
    elsewhere = Branch(name="Quito", odoo="other", company=1, person="nobody")
    configured(odoo, branches={"quito": elsewhere})
    assert await wrong(odoo) == []
    configured(odoo, branches={"quito": elsewhere}, **{"review.person": "bea"})
    assert [one.message.partition(":")[0] for one in await wrong(odoo)] == ["settings.review.person"]


def _contact(odoo: Odoo, name: str) -> int:
    made: int = odoo.sandbox.env["res.partner"].create({"name": name})
    return made


async def _page(request: Request) -> JSONResponse:
    return JSONResponse({"hello": "world"})


async def _elsewhere(request: Request) -> RedirectResponse:
    return RedirectResponse("https://www.example.com/")


@pytest.mark.parametrize(
    ("answer", "subject"), [(_page, "host"), (_elsewhere, "address"), (None, "host")], ids=["page", "redirect", "404"]
)
async def test_who_is_not_odoo(odoo: Odoo, answer: Any, subject: str) -> None:
    """Another server at the address is told, and so is one that sends callers elsewhere."""
    routes = [] if answer is None else [Route("/{path:path}", answer, methods=["GET", "POST"])]
    async with serve(Starlette(routes=routes)) as url:
        with_settings(url=url)(odoo)
        [found] = await wrong(odoo)
    assert (found.subject, "connections.odoo.url" in found.remedy) == (subject, True)


async def test_a_certificate_that_nobody_knows(odoo: Odoo, tmp_path: Path) -> None:
    """A certificate made by oneself is told as TLS, not as an address that does not answer."""
    import asyncio

    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*made, "-keyout", tmp_path / "key", "-out", tmp_path / "cert"], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with_settings(url=f"https://localhost:{port}")(odoo)
        [found] = await wrong(odoo)
    assert (found.subject, "certificates" in found.remedy) == ("TLS", True)
