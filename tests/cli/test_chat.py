"""`caravana chat`: a customer at the terminal, and transcripts that fail where the talk goes another way."""

from tests.cli.conftest import Command, Folder


def test_a_transcript_that_fails_says_where(folder: Folder, caravana: Command) -> None:
    """What was said instead is shown with file and line; one that goes as written counts its lines; no log line is between."""
    good, bad = folder.path / "good.txt", folder.path / "bad.txt"
    good.write_text("customer: hola\ncompany: Hola Ana, le saluda Empresa XYZ. *\n", "utf-8")
    bad.write_text("customer: gracias\ncompany: Adiós\n", "utf-8")
    result = caravana("chat", "--test", str(good), "--test", str(bad), "--test", str(folder.path / "none.txt"), code=1)
    assert result.stdout.splitlines() == [f"{good}: 1 answer as written"]
    told = result.stderr.splitlines()
    assert told[0] == f"{bad}:2: `gracias` was not answered with"
    assert told[-1] == f"{folder.path / 'none.txt'}: No such file or directory"


def test_a_customer_at_the_terminal(folder: Folder, caravana: Command) -> None:
    """Words and numbers are answered with what may be chosen, numbered; an empty line ends it."""
    lines = caravana("chat", given="camiseta\n1\n(voice)\n(order GOR-001 x 2)\n[Nada]\n\n").stdout.splitlines()
    assert any(one.endswith("  *Camiseta de algodón*") for one in lines)
    assert "  1. [Agregar al carrito]" in lines
    assert any("Agregado: 1 × Camiseta de algodón." in one for one in lines)
    assert any("nothing that Ana received offers `Nada`" in one for one in lines)
    assert not any("[info" in one or '"event"' in one for one in lines)


def test_the_companys_own_words(folder: Folder, caravana: Command) -> None:
    """Settings and dialogue files of the configuration beside it count."""
    (folder.path / "own.yaml").write_text('states:\n  thanks: {say: "¡Un gusto, {person}!"}\n', "utf-8")
    file = folder.path / "caravana.yaml"
    file.write_text(f"{file.read_text()}settings: {{conversation.dialogue.es: own.yaml}}\n", "utf-8")
    assert "¡Un gusto, Eva!" in caravana("chat", "--name", "Eva", given="gracias\n\n").stdout
