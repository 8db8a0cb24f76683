"""Dialogue files: both languages say the same things, mistakes are named with file and line, a company changes what it wants."""

import re
from pathlib import Path
from typing import Any

import pytest

from caravana.commerce.conversation.channel import heard, said
from caravana.commerce.conversation.engine import Engine
from caravana.commerce.conversation.fill import fill
from caravana.commerce.conversation.reading import SHIPPED, DialogueRefused, options_of, read
from caravana.testing.talk import open_talk
from caravana.testing.transcript import run_transcript

NOW = {"message": "wamid.1", "now": "2026-11-27T10:00:00-05:00", "person": "Ana", "place": {"hours": {}}}
FACTS = {
    "company": "Empresa XYZ",
    "country": "EC",
    "identify_above": "50",
    "most": 100,
    "cards": False,
    "transfers": False,
}


def engine(**own: Path) -> Engine:
    """Return the engine with both dialogues, with a company's own files over them."""
    return Engine({one: read(one, own.get(one)) for one in ("es", "en")}, FACTS)


def text(words: str) -> dict[str, Any]:
    """Return a message in words."""
    return {"kind": "text", "text": words}


def test_both_languages_go_the_same_ways() -> None:
    """Spanish and English have the same states, with the same choices and outcomes."""
    spanish, english = (read(one)["states"] for one in ("es", "en"))
    assert spanish.keys() - {"english"} == english.keys() - {"spanish"}
    for name in spanish.keys() & english.keys():
        ways = [
            [one["go"].replace("english", "spanish") for one in options_of(each[name])] for each in (spanish, english)
        ]
        assert ways[0] == ways[1], name
        assert spanish[name].get("on") == english[name].get("on")


@pytest.mark.parametrize(
    ("written", "line", "reason"),
    [
        ("states:\n  menu:\n    say: a\n    butons: []", 4, "there is no `butons` here (did you mean `buttons`?)"),
        ("states:\n  card: {on: {shown: card_show}}", 2, "there is no state `card_show` (did you mean `card_shown`?)"),
        ("states:\n  new: {do: serch}", 2, "nothing is called `serch` (did you mean `search`?)"),
        ("states:\n  new: {do: search, on: {found: goods}}", 2, "nothing follows the outcome `one` of `search`"),
        ("states:\n\n  menu: {say: 'Hola {persn}'}", 3, "nothing makes `{persn}` known (did you mean `person`?)"),
        ("states:\n  new: {buttons: []}", 2, "says nothing"),
        (
            "states:\n  thanks:\n    buttons: [{title: Un título demasiado largo, go: menu}]",
            3,
            "has 25 characters; the most is 20",
        ),
        ("intents:\n  menu:\n    words:\n      - menú\n      - hola", 5, "`hola` already means the intent `greeting`"),
        ("intents:\n  menu: {words: [yes, 7], go: menu}", 2, "`7` is no text here"),
        ("states:\n  ask_quantity:\n    listen: {as: nmber, into: quantity, go: add}", 3, "`as` must be one of"),
        (
            "states:\n  menu: {say: 'Total {cart.items|unidad}'}",
            2,
            "`{cart.items|unidad}` is nothing that is filled in",
        ),
        ("states:\n  menu:\n    say: Hola {Persona}", 3, "`{Persona}` is nothing that is filled in"),
        ("states:\n  new:\n    say: a\n    buttons: [Menú]", 4, "a button holds `title` and `go`"),
        ("states:\n  menu: {say: a, list: {button: Ver, rows: [Menú]}}", 2, "a row holds `title` and `go`"),
        ("states:\n  menu: {say: a, list: {button: Ver}}", 2, "needs `rows`, or `each` with `row`"),
        ("states:\n  new: {say: a, list: {button: Ver, each: goods, row: Ver}}", 2, "a row holds `title` and `go`"),
        (
            "states:\n  new:\n    say: a\n    buttons:\n      - {title: Sí, go: menu}\n      - {title: Sí, go: cart}",
            6,
            "two are called `Sí`",
        ),
        ("states:\n  menu: {say: 5}", 2, "`5` is no text here: write it in quotes"),
        ("states:\n  new: {say: a, link: {url: 'https://a.ec'}}", 2, "needs `label`"),
        ("states:\n  new: {say: a, lines: {each: goods}}", 2, "needs `line`"),
        ("states:\n  menu: {say: a, quiet: tal vez}", 2, "must be true or false"),
        ("intents:\n  menu:\n    whole: siempre", 3, "must be true or false"),
        ("intents:\n  new: {words: garantía, go: menu}", 2, "must be a list of words, e.g. [word, other words]"),
        ("states:\n  card_shown:\n    say: Vale {card.prize}", 3, "`card` has no `prize` (did you mean `price`?)"),
        ("states:\n  menu: {say: a, photo: card.photo}", 2, "`card` has no `photo`"),
        ("language: en", 1, "this is the file of `es`"),
        ("states:\n  hours: null", 2, "`hours` is taken away here, and es.yaml:"),
        ("states:\n  wait: null", 2, "`wait` is taken away here, and the hub says it by itself"),
        ("states: [menu]", 1, "there are no states"),
        ("states:\n  menu:\n    say: {person}, hola", 3, "begins with a brace must stand in quotes"),
        ("states:\n  menu:\n    say: Horario: de 9 a 5", 3, "a text with `: ` must stand in quotes"),
        ("states:\n\tmenu:", 2, "tabs do not indent here: use blanks"),
        ("states:\n  menu: {say: a}\n  menu: {say: b}", 3, "`menu` stands twice here"),
        ("begin: nowhere", 1, "there is no state `nowhere`"),
        ("states:\n  menu: [", 2, ""),
        ("- a", 1, "a dialogue file holds"),
    ],
)
def test_mistakes(tmp_path: Path, written: str, line: int, reason: str) -> None:
    """A mistake is told with file, line and reason, and the nearest right name."""
    file = tmp_path / "own.yaml"
    file.write_text(written, "utf-8")
    with pytest.raises(DialogueRefused) as error:
        read("es", file)
    assert any(f"own.yaml:{line}: " in one and reason in one for one in str(error.value).splitlines()), str(error.value)


def test_a_company_changes_a_text_and_takes_an_intent_away(tmp_path: Path) -> None:
    """Its own file is laid over the shipped one; all else stays."""
    file = tmp_path / "es.yaml"
    file.write_text("states:\n  thanks: {say: '¡A la orden, {person}!'}\nintents:\n  english: null\n", "utf-8")
    talk = engine(es=file)
    turn = talk.hear(talk.begin(), text("muchas gracias"), NOW)
    assert turn["reply"] == {"text": "¡A la orden, Ana!"}
    assert "english" not in read("es", file)["intents"]


def test_a_company_takes_a_state_away(tmp_path: Path) -> None:
    """What its own file leads elsewhere may go."""
    file = tmp_path / "es.yaml"
    rows = "list: {button: Ver, rows: [{title: Buscar, go: ask_product}]}"
    states = f"  greeting: {{{rows}}}\n  menu: {{{rows}}}\n  unreadable: {{{rows}}}\n  english: null\n"
    file.write_text(f"states:\n{states}intents:\n  english: null\n", "utf-8")
    assert "english" not in read("es", file)["states"]


def test_an_old_button_means_what_it_says() -> None:
    """A button says itself what it means, weeks later, too; what the dialogue never offers is not done."""
    talk = engine()
    kept = talk.begin()
    assert (
        talk.hear(kept, {"kind": "choice", "id": "card?product=7", "text": "x"}, NOW)["wish"]["scope"]["product"] == "7"
    )
    forged = talk.hear(kept, {"kind": "choice", "id": "card?cart=7", "text": "menú"}, NOW)
    assert forged["state"]["at"] == "menu"
    assert talk.hear(kept, {"kind": "choice", "id": "nowhere", "text": ""}, NOW)["state"]["at"] == "unreadable"


def test_a_wish_comes_back() -> None:
    """What the hub answers to a wish decides the next state; an outcome nobody named is an apology."""
    talk = engine()
    turn = talk.hear(talk.begin(), text("quiero una camiseta"), NOW)
    assert (turn["wish"]["do"], turn["wish"]["scope"]["text"]) == ("search", "camiseta")
    assert talk.resume(turn, {"outcome": "none", "values": {}})["state"]["at"] == "no_goods"
    assert talk.resume(turn, {"outcome": "failed", "values": {}})["state"]["at"] == "trouble"


@pytest.mark.parametrize("at", ["ask_product", "cart_empty", "no_orders"])
def test_a_search_is_understood_alike_after_a_question(at: str) -> None:
    """Asked what they look for, people answer in a sentence: words that say nothing of it are left out, as without a question."""
    talk = engine()
    turn = talk.hear({**talk.begin(), "at": at}, text("quiero una camiseta, por favor"), NOW)
    assert (turn["wish"]["do"], turn["wish"]["scope"]["text"]) == ("search", "camiseta")


@pytest.mark.parametrize(
    ("words", "at"), [("subscribe", "opted_in"), ("unsubscribe", "opted_out"), ("unsuscribe", "opted_out")]
)
def test_what_is_written_right_is_no_typing_error(words: str, at: str) -> None:
    """A phrase that is known is meant, though a longer one is like it."""
    talk = engine()
    assert talk.hear({**talk.begin(), "language": "en"}, text(words), NOW)["state"]["at"] == at


def test_privacy_is_told_in_the_language_of_the_answer() -> None:
    """A first message that changes the language changes the sentence about privacy, too."""
    dialogues = {language: read(language) for language in ("es", "en")}
    talk = Engine(dialogues, {"company": "Empresa XYZ", "privacy": {"es": "Sus datos", "en": "Your data"}})
    assert "Your data" in talk.hear(talk.begin(), text("hello"), NOW)["reply"]["text"]
    assert "Sus datos" in talk.hear(talk.begin(), text("hola"), NOW)["reply"]["text"]


def test_a_circle_is_an_error(tmp_path: Path) -> None:
    """States that only do things and lead to each other are found when they are walked."""
    file = tmp_path / "es.yaml"
    file.write_text("states:\n  thanks: {say: null, do: cart, on: {filled: thanks, empty: thanks}}\n", "utf-8")
    talk = engine(es=file)
    with pytest.raises(ValueError, match="circles"):
        talk.hear(talk.begin(), text("gracias"), NOW)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"message": {"mid": "m1", "text": "hola"}}, "text"),
        ({"message": {"mid": "m1", "text": "Menú", "quick_reply": {"payload": "menu"}}}, "choice"),
        ({"postback": {"payload": "menu", "title": "Menú"}}, "choice"),
        ({"message": {"mid": "m1", "attachments": [{}]}}, "unreadable"),
        ({}, "unreadable"),
    ],
)
def test_messenger_is_heard(content: dict[str, Any], kind: str) -> None:
    """Words, quick replies, buttons and files of Messenger."""
    assert heard({"kind": "chat", "type": "message", "key": "k", "content": content})["kind"] == kind


@pytest.mark.parametrize(
    ("told", "kind"), [({"id": "1", "caption": "¿Precio?"}, "text"), ({"id": "1"}, "unreadable"), ("x", "unreadable")]
)
def test_words_below_a_photo_are_read(told: Any, kind: str) -> None:
    """What somebody writes below a photo, a video or a document is a message in words."""
    for name in ("image", "video", "document"):
        update = {"kind": "message", "type": name, "key": "k", "content": {"id": "wamid.1", "type": name, name: told}}
        assert heard(update)["kind"] == kind


def test_one_answer_for_each_network() -> None:
    """The same answer fits WhatsApp and Messenger, whatever its length and number of choices."""
    options = [
        {"id": f"card?product={n}", "title": "Camiseta de algodón blanca", "description": "x" * 100} for n in range(10)
    ]
    reply = {"text": "a" * 5000, "options": options}
    on_whatsapp = said({"kind": "message", "connection": "w"}, "EC.1", reply, "wamid.1")
    on_messenger = said({"kind": "chat"}, "psid:1", reply, "m1")
    rows = on_whatsapp["body"]["sections"][0]["rows"]
    assert (on_whatsapp["uri"], len(on_whatsapp["body"]["text"]), len({one["title"] for one in rows})) == (
        "whatsapp:list",
        1024,
        10,
    )
    assert (on_messenger["uri"], len(on_messenger["body"]["choices"])) == ("facebook:text", 10)
    assert max(len(one["title"]) for one in rows) == 24
    assert max(len(one["title"]) for one in on_messenger["body"]["choices"]) == 20


PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "dialogue-files.md"


async def test_the_documentation(tmp_path: Path) -> None:
    """The dialogue files of the page are right, and its transcript goes as it is written."""
    blocks = re.findall(r"```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    files = [one for one in blocks if one.startswith("states:")]
    for number, content in enumerate(files):
        (tmp_path / f"{number}.yaml").write_text(content, "utf-8")
        read("es", tmp_path / f"{number}.yaml")
    [transcript] = [one for one in blocks if "customer: " in one]
    (tmp_path / "t.txt").write_text(transcript, "utf-8")
    async with open_talk(tmp_path, settings={"conversation.dialogue.es": str(tmp_path / "1.yaml")}) as talk:
        assert await run_transcript(talk, tmp_path / "t.txt") == 3


def test_where_nothing_is_known_nothing_is_said() -> None:
    """An unknown name leaves no blank before a comma, and a line that only said it is not there."""
    scope = {"person": "", "card": {"price": {"amount": "2.5", "currency": "USD"}}, "text": "a\n\nb"}
    text = "Hola {person}, le saluda {company}.\n{stock}\n\nVale {card.price}: {text}"
    assert fill(text, scope, "es") == "Hola, le saluda.\n\nVale $2,50: a\n\nb"


@pytest.mark.parametrize(("count", "told"), [(1, "1 producto"), (2, "2 productos"), (0, "0 productos"), (None, "")])
def test_things_are_counted(count: int | None, told: str) -> None:
    """One thing is one, more are more; of what is not known nothing is said."""
    assert fill("{item.count|producto|productos}", {"item": {"count": count}}, "es") == told


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_number_stands_before_a_plural(language: str) -> None:
    """A number before a word is written so that it is right for one, too."""
    number = re.compile(r"\{(quantity|[a-z_.]+\.(count|items|quantity|free))\} [^\W\d_]", re.UNICODE)
    assert number.findall((SHIPPED / f"{language}.yaml").read_text("utf-8")) == []
