"""`caravana chat`, as a person types it."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_a_talk_is_all_that_is_read(tmp_path: Path) -> None:
    """Answers with numbers to choose by, and no line of a log between them; an empty line ends it."""
    command = [sys.executable, "-m", "caravana", "chat"]
    said = "hola\n1\nuna gora\n1\n\n"
    played = subprocess.run(command, cwd=tmp_path, input=said, capture_output=True, text=True, timeout=110, check=False)
    assert (played.returncode, played.stderr) == (0, "")
    first, second, *lines = played.stdout.splitlines()
    assert first.startswith("Starting imitations")
    assert second.startswith("You are the customer")
    assert all(one.startswith((">", "  ")) for one in lines)
    assert "  1. [Agregar al carrito]" in lines
    assert ">   Agregado: 1 × Gorra bordada." in lines
