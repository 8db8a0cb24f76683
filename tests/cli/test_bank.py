"""`caravana bank`: through the hub that runs, and on the journal when none does."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from caravana.cli import bank_review
from tests.cli.conftest import Command, Folder
from tests.cli.test_running import in_thread
from tests.support.waiting import eventually

DATA = Path(__file__).parents[1] / "data" / "bank"


def test_a_folder_is_imported_and_told(caravana: Command) -> None:
    """Each file with its statements; what cannot be proven with the reason; the second time nothing is new."""
    text = caravana("bank", "import", str(DATA)).stdout
    for told in ("camt053-v2-two-statements.xml", "29 files", "34 new", "5 that are no money"):
        assert told in text
    assert "· mt940-february-30.sta: its value date is 30 February: taken as the 29th" in text
    assert "! mt940-totals-after-closing.sta: 0.00 - 21.35 is -21.35, and it closes with 3.47" in text
    assert "0 new, 42 known, 0 for a person" in caravana("bank", "import", str(DATA)).stdout


def test_what_cannot_be_read_is_told_and_fails(caravana: Command) -> None:
    """With its line, exit code 1, and on the review list; other files are imported all the same."""
    result = caravana("bank", "import", str(DATA / "bad" / "malformed.xml"), str(DATA / "pichincha.csv"), code=1)
    assert "! malformed.xml, line 7: it is no well-formed XML" in result.stdout
    assert "2 new" in result.stdout
    [item] = json.loads(caravana("review", "--json").stdout)
    assert item["title"] == "bank file malformed.xml: refused"
    assert "line 7" in item["reason"]


def test_a_dry_run_stores_nothing(caravana: Command) -> None:
    """It tells what would be, also as JSON."""
    [report] = json.loads(caravana("bank", "import", str(DATA / "pichincha.csv"), "--dry-run", "--json").stdout)
    assert (report["state"], report["statements"][0]["new"]) == ("taken", 2)
    assert json.loads(caravana("bank", "entries", "--json").stdout) == []


def test_what_a_person_has_to_decide(caravana: Command) -> None:
    """A held entry is listed with its key, and becomes money or not as the person says."""
    caravana("bank", "import", str(DATA / "camt054-v8-batch-contradicts-itself.xml"))
    [held] = json.loads(caravana("bank", "entries", "--state", "held", "--json").stdout)
    assert held["reason"] == "its batch says 2 transactions and has 3"
    assert held["key"] in caravana("bank", "entries", "--state", "held").stdout
    assert "say `separate`" in caravana("bank", "decide", held["key"], "same", code=1).stderr
    [item] = json.loads(caravana("review", "--json").stdout)
    assert "open" in caravana("bank", "decide", item["id"], "separate").stdout
    assert json.loads(caravana("review", "--json").stdout) == []
    assert "no entry" in caravana("bank", "decide", held["key"], "separate", code=1).stderr


def test_a_kept_file_is_tried_again_with_a_mended_profile(caravana: Command, folder: Folder) -> None:
    """A download that no profile fits is kept; once the company has a profile for it, it is taken from there."""
    (folder.path / "strange.csv").write_text(
        "Konto;1\nTag;Wert;Rest\n2026-11-23;5,00;105,00\n2026-11-24;-1,00;104,00\n", encoding="utf-8"
    )
    caravana("bank", "import", str(folder.path / "strange.csv"), code=1)
    [kept] = json.loads(caravana("bank", "files", "--state", "refused", "--json").stdout)
    assert "strange.csv" in caravana("bank", "files").stdout
    profiles = folder.path / "profiles"
    profiles.mkdir()
    (profiles / "fremd.yaml").write_text(
        "columns: {date: Tag, amount: Wert, balance: Rest}\naccountLabel: Konto\ndates: '%Y-%m-%d'\ndecimal: ','\n"
        "account: '1234567'\n"
    )
    with (folder.path / "caravana.yaml").open("a") as file:
        file.write(f"settings: {{bank.profiles: {profiles}}}\n")
    assert "2 new" in caravana("bank", "retry", kept["digest"][:16]).stdout
    assert "0 new, 2 known" in caravana("bank", "retry", kept["digest"][:16]).stdout
    assert json.loads(caravana("review", "--json").stdout) == []
    assert "no kept file begins" in caravana("bank", "retry", "zzz", code=1).stderr


def test_mistakes_at_the_command(caravana: Command, folder: Folder) -> None:
    """A file that is not there, is far too large or packed, an empty folder, a misspelt profile, another word: each is told."""
    assert "No such file" in caravana("bank", "import", "nowhere.xml", code=1).stderr
    (folder.path / "empty").mkdir()
    assert "no file" in caravana("bank", "import", str(folder.path / "empty"), code=1).stderr
    for name in ("huge.csv", "huge.zip"):
        with (folder.path / "empty" / name).open("wb") as file:
            file.truncate(33 * 1024 * 1024)
    huge = caravana("bank", "import", str(DATA / "pichincha.csv"), str(folder.path / "empty"), code=1)
    assert "huge.csv: it is larger than 32 MiB" in huge.stderr
    assert json.loads(caravana("bank", "entries", "--json").stdout) == []
    with zipfile.ZipFile(folder.path / "packed.zip", "w") as packed:
        packed.write(DATA / "pichincha.csv", "pichincha.csv")
    refused = caravana("bank", "import", str(folder.path / "packed.zip"), code=1).stdout
    assert "! packed.zip: it is an archive and no workbook: unpack it, and import the files in it" in refused
    wrong = caravana("bank", "import", str(DATA / "pichincha.csv"), "--profile", "pichinca", code=1)
    assert "pichincha" in str(wrong.exception or wrong.stderr)
    caravana("bank", "decide", "x", "perhaps", code=2)
    assert "say open, held, settled or matched" in caravana("bank", "entries", "--state", "abierto", code=2).stderr
    assert "say taken, held or refused" in caravana("bank", "files", "--state", "tomado", code=2).stderr


async def test_the_running_hub_imports(folder: Folder, caravana: Command) -> None:
    """By the command, and what is laid into its folder; both tell the same entries, kept once."""
    with (folder.path / "caravana.yaml").open("a") as file:
        inbox = folder.path / "inbox"
        file.write(
            f"flows: [bank]\nplaceholders: {{bank.folder: {inbox}, bank.folder.delay: 100, bank.folder.min_age: 0}}\n"
        )
    async with folder.running():
        await eventually(inbox.is_dir)
        shutil.copy(DATA / "pichincha.csv", inbox / "pichincha.csv")

        async def entries() -> list[dict[str, object]]:
            return list(json.loads(await in_thread(caravana, "bank", "entries", "--json")))

        await eventually(lambda: (inbox / "imported" / "pichincha.csv").exists(), timeout=30)

        async def both() -> bool:
            return len(await entries()) == 2

        await eventually(both, timeout=30)
        text = await in_thread(caravana, "bank", "import", str(DATA / "pacifico.csv"))
        assert "0 new, 2 known" in text
        assert {one["amount"] for one in await entries()} == {"-5.00", "1250.00"}
        messages = json.loads(await in_thread(caravana, "messages", "list", "--json"))
        assert {one["route"] for one in messages} == {"bank-folder", "bank-file"}
    assert "0 new, 2 known" in await in_thread(caravana, "bank", "import", str(DATA / "pichincha-latin.csv"))


def test_the_account_is_shown_where_there_are_several(capsys: pytest.CaptureFixture[str]) -> None:
    """With its branch; a clerk of one account knows it."""
    found = [waiting("2100000001", "matriz"), waiting("2100000002", None)]
    bank_review.show(found, waiting=True)
    told = capsys.readouterr().out
    assert "2100000001 matriz" in told
    assert "2100000002" in told
    bank_review.show(found[:1], waiting=True)
    assert "2100000001" not in capsys.readouterr().out


def waiting(account: str, branch: str | None) -> dict[str, Any]:
    """Return a transfer of which nobody knows who paid it."""
    told = {"date": "2026-11-23", "amount": "1.00", "currency": "USD", "name": "ANA", "text": ""}
    why = {"es": "no se sabe", "en": "nobody knows"}
    return {"entry": "x/y", "why": why, "proposals": [], "credit": {**told, "account": account, "branch": branch}}


def test_reviewing_without_anything_to_review(caravana: Command) -> None:
    """An empty list says so; a state, an entry or a habit that there is not is told."""
    assert "no transfer waits" in caravana("bank", "review").stdout
    assert json.loads(caravana("bank", "review", "--json").stdout) == []
    assert "nothing was learned yet" in caravana("bank", "review", "learned").stdout
    assert "posted, left or reversed" in caravana("bank", "review", "--state", "lost", code=2).stderr
    assert "no entry that was matched ends with `3f9c`" in caravana("bank", "review", "undo", "3f9c", code=1).stderr
    assert "not learned" in caravana("bank", "review", "unlearn", "name:x", "4", code=1).stderr


def test_a_payment_code_needs_a_hub_that_asks_odoo(caravana: Command) -> None:
    """Whether there is such an order only the running hub can ask."""
    assert "no hub of this configuration runs" in caravana("bank", "code", "S00042", code=1).stderr
