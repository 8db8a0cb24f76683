"""Commands speak Spanish to people by option or locale, and to programs as ever."""

import json
import re

import pytest
from typer.testing import CliRunner

from caravana.cli import app, language_first
from caravana.cli.asked import ENGLISH, in_words
from caravana.cli.speech import choose, of_locale, spoken
from caravana.commerce import booking, difference, evidence
from caravana.kit.sentences import Catalogue
from tests.cli.conftest import Folder
from tools.extract_texts import extracted, known, sentences

PLACES = re.compile(r"\{(\w+)\}")


def run(folder: Folder, *arguments: str, code: int = 0, **environment: str) -> str:
    """Run a command with a locale and no other; returns what it printed."""
    cleared: dict[str, str | None] = dict.fromkeys(("LC_ALL", "LC_MESSAGES", "LANG"))
    result = CliRunner().invoke(app, [*arguments, "--config", folder.config], env={**cleared, **environment})
    assert result.exit_code == code, result.output
    return result.output


def test_every_sentence_has_a_spanish_one() -> None:
    """What the code says to people is in the catalogue; if not: `python tools/extract_texts.py`, then write the Spanish."""
    spanish, english = known(), extracted()
    assert {text: places for text, places in english.items() if not spanish.get(text)} == {}
    assert set(spanish) - set(english) == set()


def test_translations_keep_their_places() -> None:
    """Each Spanish sentence uses values that the English one has."""
    wrong = {one for one, other in known().items() if set(PLACES.findall(other)) - set(PLACES.findall(one))}
    assert wrong == set()


def test_extraction_finds_where_sentences_stand() -> None:
    """Arguments of what speaks, names that hold sentences, and f-strings with their values as places."""
    code = """
text = f"{one.url} is not {two.url}" if wrong else "all is well"
print_table("Title", ("id", "when"), rows, empty="none")
other = "no sentence"
plan.add(record, "kept")
"""
    found = {text for text, _ in sentences(code)}
    assert found == {"{url} is not {url2}", "all is well", "Title", "id", "when", "none", "kept"}


def test_extraction_leaves_out_what_is_no_sentence() -> None:
    """Names of a log's events, codes of refusals and addresses stay out; what a function yields comes in when it tells."""
    code = """
log.warning("exchange.in_doubt", reason="of no matter")
raise refuse("branch_unknown", "there is no such branch")
raise ConfigurationError("there is no such branch", suggestion="direct:orders")
def _counts(survey):
    yield f"{survey.count} would be taken"
"""
    assert {text for text, _ in sentences(code)} == {"there is no such branch", "{count} would be taken"}


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "es_EC.UTF-8"}, "es"),
        ({"LANG": "es_EC.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "es_ES", "LANG": "en_US"}, "es"),
        ({"LC_ALL": "", "LANG": "es"}, "es"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "pt_BR.UTF-8"}, "en"),
    ],
)
def test_language_of_the_locale(environment: dict[str, str], code: str) -> None:
    """LC_ALL counts before LC_MESSAGES before LANG; other languages get English."""
    assert of_locale(environment) == code


def test_option_counts_before_the_locale(folder: Folder) -> None:
    """--lang decides; without it the locale does; an unknown language is refused."""
    spanish = CliRunner().invoke(app, ["--lang", "es", "review", "--config", folder.config], env={"LC_ALL": "en_US"})
    assert spanish.output == "nada espera a una persona\n"
    assert run(folder, "review", LC_ALL="es_EC.UTF-8") == "nada espera a una persona\n"
    assert run(folder, "review") == "nothing waits for a person\n"
    assert CliRunner().invoke(app, ["--lang", "fr", "review"]).exit_code == 2


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["review", "--lang", "es"], ["--lang", "es", "review"]),
        (["review", "--lang=es", "--json"], ["--lang=es", "review", "--json"]),
        (["--lang", "es", "review"], ["--lang", "es", "review"]),
        (["messages", "list", "--", "--lang", "es"], ["messages", "list", "--", "--lang", "es"]),
        (["review", "--lang"], ["review", "--lang"]),
        ([], []),
    ],
)
def test_option_may_stand_behind_the_command(written: list[str], read: list[str]) -> None:
    """`caravana doctor --lang es` is what people type; it counts as if it stood before the command."""
    assert language_first(written) == read


def test_json_is_the_same_in_every_language(folder: Folder) -> None:
    """Programs read one language, whatever people read."""
    english = json.loads(run(folder, "doctor", "--json"))
    spanish = json.loads(run(folder, "doctor", "--json", LANG="es_EC"))
    assert [one["subject"] for one in english] == [one["subject"] for one in spanish]
    assert english[0] == spanish[0]


def test_doctor_and_errors_in_spanish(folder: Folder) -> None:
    """Findings, remedies, the count and refusals are said in Spanish, with their values."""
    told = run(folder, "doctor", LANG="es_EC")
    assert "✓ diario: se puede abrir y escribir" in told
    assert "→ escriba en listener.public_url la dirección" in told
    assert re.search(r"0 mal, 1 por revisar, \d bien", told)
    assert "error: no existe el mensaje `19a2f`" in run(folder, "messages", "show", "19a2f", code=1, LANG="es_EC")


def test_sentence_finds_its_values() -> None:
    """A sentence with values is known by what is fixed in it; the most particular one counts, parts are put into Spanish, too."""
    catalogue = Catalogue(
        {
            "{one} answers": "{one} contesta",
            "nobody answers": "nadie contesta",
            "{one} answers {status}": "{one} contesta {status}",
            "it was {what}; {other}": "fue {what}; {other}",
            "dead": "detenido",
        }
    )
    assert catalogue.say("nobody answers") == "nadie contesta"
    assert catalogue.say("hub.example answers 503") == "hub.example contesta 503"
    assert catalogue.say("it was dead; nobody answers") == "fue detenido; nadie contesta"
    assert catalogue.say("nobody answers\nsomething else") == "nadie contesta\nsomething else"
    assert catalogue.say("nothing of this") == "nothing of this"


def test_what_the_hub_said_long_ago_is_spoken_too() -> None:
    """Texts that come out of the journal or of the running hub are sentences like others."""
    choose("es")
    assert spoken("cannot retry 19a2f: it is `done`; it is done; replay makes a new exchange of it") == (
        "no se puede reintentar 19a2f: está hecho; está hecho; replay hace de él un mensaje nuevo"
    )


def test_names_that_people_type_stay_as_they_are() -> None:
    """What stands between backticks, or in a list of names, is typed as it is; words of the trade are put into Spanish."""
    choose("es")
    assert spoken(
        "1 record of card-link from 2026-11-15 00:00:00 on and before 2026-11-28 20:45:31, by `date_order`"
    ) == ("1 registro de card-link desde 2026-11-15 00:00:00 y antes de 2026-11-28 20:45:31, según `date_order`")
    assert spoken("key conflict") == "clave repetida con otro contenido"
    assert spoken("platform-http:/orders: a known key came with another body") == (
        "platform-http:/orders: una clave conocida llegó con otro contenido"
    )
    assert spoken("there is no route `price`") == "no existe la ruta `price`"
    assert spoken("there is no sheet `x` (there are: price, name)") == "there is no sheet `x` (existen: price, name)"
    assert spoken("price, name") == "precio, nombre"


def test_place_of_a_number_holds_a_number() -> None:
    """`{count} files` is three files, and not any text that ends with this word."""
    catalogue = Catalogue({"{count} files": "{count} archivos"})
    assert catalogue.say("1,203 files") == "1,203 archivos"
    assert catalogue.say("no room for files") == "no room for files"


def test_sentences_behind_each_other_are_known_by_themselves() -> None:
    """The reasons of a refused row stand in one text; some hold a semicolon themselves, some are of fields."""
    choose("es")
    told = "code: is empty; products are known by it; price: -3 is no price; email: `x@` is no e-mail address"
    assert spoken(told) == (
        "código: está vacío; a los productos se los conoce por él; precio: -3 no es un precio; "
        "correo: `x@` no es una dirección de correo"
    )


def test_help_in_spanish(folder: Folder) -> None:
    """The help of a command, of its options and typer's own words; examples are what people type, and stay."""
    told = " ".join(run(folder, "bank", "import", "--help", LANG="es_EC").split())
    assert "Importa extractos bancarios" in told
    assert "caravana bank import statements/ --dry-run" in told
    assert {"Opciones", "Uso:"} <= {*told.split()}
    assert "Muestra esta ayuda y termina." in told
    english = " ".join(run(folder, "bank", "import", "--help").split())
    assert {"Options", "Usage:"} <= {*english.split()}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nosuch"], "No existe la orden 'nosuch'."),
        (["messages", "--nosuch"], "No existe la opción: --nosuch"),
        (["messages", "show"], "Falta el argumento 'ID'."),
        (["messages", "list", "--limit", "0"], "Valor no válido en '--limit' / '-n'"),
        (
            ["payments", "dispute", "CV1-1", "--until", "2026-13-01"],
            "'--until': '2026-13-01' no tiene la forma '%Y-%m-%d'.",
        ),
        (["payments", "dispute", "CV1-1", "--outcome", "x"], "'--outcome': 'x' no es ninguno de"),
    ],
)
def test_mistakes_of_calling_in_spanish(arguments: list[str], told: str) -> None:
    """What was called wrongly is told in the language of whoever called, wherever it stands."""
    result = CliRunner().invoke(app, ["--lang", "es", *arguments])
    assert result.exit_code == 2
    assert told in result.output
    assert "Uso:" in result.output


def test_problems_of_route_files_and_settings_in_spanish(folder: Folder) -> None:
    """Each with its place, what is wrong and what to write instead."""
    routes = "- route: {id: a, from: {uri: direct:a, steps: [{setBodi: {}}, {to: direct:b}]}}"
    (folder.path / "routes" / "orders.yaml").write_text(routes)
    told = run(folder, "check", code=1, LANG="es_EC")
    assert "orders.yaml:1:49: error: paso `setBodi`: no se conoce (¿quiso decir `setBody`?)" in told
    assert "error: ninguna ruta empieza en `direct:b` (¿quiso decir `direct:a`?)" in told
    assert "2 errores, 0 advertencias" in told


def test_what_clerks_are_asked_is_there_in_english() -> None:
    """Each kind of question about money that a flow writes in Spanish has its English, for who reads commands in it."""
    spanish = {**booking.REVIEWS, **booking.REFUND_REVIEWS, **difference.REVIEWS, **evidence.TEXTS}
    assert set(spanish) - set(ENGLISH) == set()
    assert [one for one in ENGLISH.values() if re.search(r"[.,;:][A-Z]", one)] == []
    assert in_words("payment_double", "Un mismo pago …").startswith("One payment stands more than once")
    choose("es")
    assert in_words("payment_double", "Un mismo pago …") == "Un mismo pago …"
