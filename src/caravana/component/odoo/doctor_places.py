"""The companies, journals and warehouses that the configuration names: whether Odoo has them, and whether they fit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from caravana.component.odoo.client import OdooClient
from caravana.kit.branch import Branch
from caravana.kit.component import Finding, Severity
from caravana.kit.ports import Context

CARDS = "cards.journal_id"
"""The setting of the card flow, whose connection is called `odoo`."""
BANK = "bank.journals"
"""The setting of the journals of the bank's accounts."""
SPELLINGS = "bank.accounts"
"""The setting of an account's other spellings."""
CATALOGUE: Mapping[str, str] = {
    "catalogue.company": "res.company",
    "catalogue.pricelist": "product.pricelist",
    "catalogue.country": "res.country",
    "catalogue.customer": "res.partner",
}
"""The settings of the catalogue, which looks at the connection `odoo`."""
OTHERS = "catalogue.others"
"""Further catalogues by their names, with the same settings of their own."""
MONEY = ("bank", "cash", "credit")
"""Types of journals that take payments."""
Rows = Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True)
class Named:
    """One record of Odoo that a setting names, `company`: to whom it must belong (None: to anybody)."""

    setting: str
    model: str
    number: int
    company: int | None = None
    kinds: tuple[str, ...] = ()


async def places(client: OdooClient, name: str, context: Context, missing: frozenset[str]) -> list[Finding]:
    """Return what is wrong with the records that settings of connection `name` name; `missing`: models that are not there.

    Raises an `EffectError`.
    """
    named = [*_of_connection(client, name), *_of_branches(name, context)]
    named += [*_of_flows(name, context), *_of_accounts(name, context)]
    found: list[Finding] = []
    for model, fields in FIELDS.items():
        wanted = [one for one in named if one.model == model]
        if wanted and model not in missing:
            rows = await _rows(client, model, fields, wanted)
            found += [finding for one in wanted for finding in _judge(one, rows)]
    if found or not named:
        return found
    return [Finding("records", Severity.OK, f"{len(named)} that the configuration names are there")]


FIELDS: Mapping[str, Sequence[str]] = {
    "res.company": ["name"],
    "account.journal": ["name", "type", "company_id"],
    "stock.warehouse": ["name", "company_id"],
    "product.pricelist": ["name"],
    "res.country": ["name"],
    "res.partner": ["name"],
}
WORDS = {
    "res.company": "company",
    "account.journal": "journal",
    "stock.warehouse": "warehouse",
    "product.pricelist": "pricelist",
    "res.country": "country",
    "res.partner": "customer",
}


def _of_connection(client: OdooClient, name: str) -> Iterator[Named]:
    for number in client.settings.company_ids:
        yield Named(f"connections.{name}.companyIds", "res.company", number)


def _of_branches(name: str, context: Context) -> Iterator[Named]:
    branches: Mapping[str, Branch] = context.setting("branches") or {}
    for key, branch in branches.items():
        if branch.odoo != name:
            continue
        place, company = f"branches.{key}", branch.company
        yield Named(f"{place}.company", "res.company", company)
        if branch.warehouse is not None:
            yield Named(f"{place}.warehouse", "stock.warehouse", branch.warehouse, company)
        if branch.sale_journal is not None:
            yield Named(f"{place}.sale_journal", "account.journal", branch.sale_journal, company, ("sale",))
        if branch.card_journal is not None:
            yield Named(f"{place}.card_journal", "account.journal", branch.card_journal, company, MONEY)


def _of_flows(name: str, context: Context) -> Iterator[Named]:
    if name != "odoo":
        return
    if (number := context.setting(CARDS)) is not None:
        yield Named(f"settings.{CARDS}", "account.journal", int(number), None, MONEY)
    for setting, model in CATALOGUE.items():
        if (number := context.setting(setting)) is not None:
            yield Named(f"settings.{setting}", model, int(number))
    for key, own in (context.setting(OTHERS) or {}).items():
        for setting, model in CATALOGUE.items():
            if (number := own.get(setting.rpartition(".")[2])) is not None:
                yield Named(f"settings.{OTHERS}.{key}.{setting.rpartition('.')[2]}", model, int(number))


def _of_accounts(name: str, context: Context) -> Iterator[Named]:
    """The journals of the bank's accounts; each belongs to the company of the branches that name the account.

    What is no number is told where the flow's settings are read.
    """
    branches: Mapping[str, Branch] = context.setting("branches") or {}
    others, journals = (_map(context, setting) for setting in (SPELLINGS, BANK))

    def spelt(account: object) -> str:
        bare = "".join(str(account).split())
        return str(others.get(bare, bare))

    for account, number in journals.items():
        owner = next((one for one in branches.values() if spelt(account) in map(spelt, one.bank_accounts)), None)
        if isinstance(number, int) and (owner.odoo if owner else "odoo") == name:
            company = owner.company if owner else None
            yield Named(f"settings.{BANK}.{account}", "account.journal", number, company, ("bank",))


def _map(context: Context, setting: str) -> Mapping[str, Any]:
    found = context.setting(setting)
    return found if isinstance(found, Mapping) else {}


async def _rows(client: OdooClient, model: str, fields: Sequence[str], wanted: Sequence[Named]) -> Rows:
    """Read what `wanted` names, archived or not."""
    domain = [["id", "in", sorted({one.number for one in wanted})]]
    context = {} if model in ("res.company", "res.country") else {"active_test": False}
    question = {"domain": domain, "fields": [*fields]}
    return {row["id"]: row for row in await client.ask(model, "search_read", question, context=context)}


def _judge(named: Named, rows: Rows) -> Iterator[Finding]:
    row, word = rows.get(named.number), WORDS[named.model]
    if row is None:
        text = f"{named.setting}: Odoo shows the hub's user no {word} {named.number}"
        remedy = "correct the number, or let the user act for that company (Settings, Users, Companies)"
        yield Finding(word, Severity.ERROR, text, remedy)
        return
    if named.kinds and row["type"] not in named.kinds:
        text = f"{named.setting}: the journal `{row['name']}` is of type {row['type']}"
        yield Finding(word, Severity.ERROR, text, f"name one of type {' or '.join(named.kinds)}")
    owner = row.get("company_id")
    if named.company is not None and owner and owner[0] != named.company:
        text = f"{named.setting}: the {word} `{row['name']}` belongs to `{owner[1]}`, not to company {named.company}"
        yield Finding(word, Severity.ERROR, text, f"name a {word} of the branch's own company")
