"""The language of what commands print: English as it stands in the code, or Spanish from the catalogue.

Only what is printed for a person is put into his language, here and nowhere else; programs read the English (`--json`).
"""

import os
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

import typer

from caravana.kit.sentences import said

LANGUAGES = ("en", "es")
_YES, _NO = frozenset({"s", "si", "sí", "y", "yes"}), frozenset({"n", "no"})
_language: ContextVar[str | None] = ContextVar("language", default=None)


def choose(asked: str | None) -> None:
    """Print from now on in the language `asked`; None: in that of the locale. Raises `BadParameter` for one there is not."""
    if asked is not None and asked not in LANGUAGES:
        raise typer.BadParameter(f"there is no language `{asked}`; write one of {', '.join(LANGUAGES)}")
    _language.set(asked)


def of_locale(environment: Mapping[str, str]) -> str:
    """Return the language that a POSIX environment asks for: LC_ALL, else LC_MESSAGES, else LANG."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environment[name] for name in names if environment.get(name)), "")
    return locale[:2] if locale[:2] in LANGUAGES else "en"


def language() -> str:
    """Return the language of this command: the one chosen, else the locale's."""
    return _language.get() or of_locale(os.environ)


def spoken(text: str) -> str:
    """Return `text` in the language of this command; what the catalogue does not have stays as it is."""
    return said(text, language())


def say(text: str = "", **how: Any) -> None:
    """Print a sentence for a person."""
    typer.echo(spoken(text), **how)


def agree(question: str, *, default: bool = False, err: bool = False) -> bool:
    """Ask a person yes or no, in his language; Enter takes `default`. Raises `Abort` where nobody can answer."""
    if language() == "en":
        return typer.confirm(question, default=default, err=err)
    shown = f"{spoken(question)} [{'S/n' if default else 's/N'}]"
    while True:
        answer = typer.prompt(shown, "", show_default=False, err=err).strip().casefold()
        if answer in _YES | _NO:
            return answer in _YES
        if not answer:
            return default
        typer.echo("Responda s o n.", err=err)
