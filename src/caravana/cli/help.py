"""What typer prints of the commands, help and mistakes of calling, in the language of whoever asks."""

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from caravana.cli.speech import language, spoken

TITLES = {
    "ABORTED_TEXT": "Aborted.",
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "COMMANDS_PANEL_TITLE": "Commands",
    "DEFAULT_STRING": "[default: {}]",
    "ENVVAR_STRING": "[env var: {}]",
    "ERRORS_PANEL_TITLE": "Error",
    "OPTIONS_PANEL_TITLE": "Options",
    "REQUIRED_LONG_STRING": "[required]",
    "RICH_HELP": "Try [blue]'{command_path} {help_option}'[/] for help.",
}
"""Typer's own words, by the names it keeps them under."""
USAGE = "Usage:"
_DESCRIBED = re.compile(r"(caravana .*? {2,})(\S.*)")
"""An example with what it does behind it."""


class Commands(TyperGroup):
    """All commands; their help is translated when somebody asks for it, or for a command."""

    _translated = False

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, in the language of whoever asks."""
        self._translate(ctx)
        return super().get_command(ctx, cmd_name)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help of all."""
        self._translate(ctx)
        super().format_help(ctx, formatter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options that stand before a command."""
        with self._told(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Carry out a command."""
        with self._told(ctx):
            return super().invoke(ctx)

    def _translate(self, ctx: typer.Context) -> None:
        if not self._translated and language() != "en":
            self._translated = True
            translate(self, ctx, spoken)
        _name_panels()

    @contextmanager
    def _told(self, ctx: typer.Context) -> Iterator[None]:
        """What was called wrongly is told in the language of whoever called."""
        try:
            yield
        except TyperException as error:
            self._translate(ctx)
            told = spoken(error.format_message().replace(": Value error, ", ": "))
            error.format_message = lambda: told  # type: ignore[method-assign]
            raise


def _name_panels() -> None:
    """Write the titles of help's panels; in English nothing is imported for it."""
    if language() != "en":
        import_module("typer.rich_utils")
    if module := sys.modules.get("typer.rich_utils"):
        for name, text in TITLES.items():
            setattr(module, name, spoken(text))


def translate(command: Any, ctx: typer.Context, say: Callable[[str], str]) -> None:
    """Put the help of `command`, of its options and of all commands under it through `say`."""
    if command.help:
        command.help = "\n\n".join(_paragraph(one, say) for one in inspect.cleandoc(command.help).split("\n\n"))
    for one in command.get_params(ctx):
        if one.help:
            one.help = say(one.help)
    usage, word = command.get_usage, say(USAGE)
    command.get_usage = lambda ctx: usage(ctx).replace(USAGE, word, 1)
    for one in getattr(command, "commands", {}).values():
        translate(one, ctx, say)


def _paragraph(text: str, say: Callable[[str], str]) -> str:
    """Examples stay as they are, but for what stands behind them."""
    if not text.startswith("\b"):
        return say(" ".join(text.split()))
    return "\n".join(_DESCRIBED.sub(lambda found: found[1] + say(found[2]), line) for line in text.split("\n"))
