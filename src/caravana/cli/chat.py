"""`caravana chat`: a customer at the terminal, who talks with the company's own dialogue against imitations."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from caravana.cli.project import DEFAULT, Config
from caravana.cli.speech import say

if TYPE_CHECKING:
    from caravana.component.whatsapp.sandbox.customer import Customer
    from caravana.testing.talk import Talk

Tests = Annotated[
    list[Path] | None, typer.Option("--test", help="Play this transcript, and fail where it goes another way.")
]
Name = Annotated[str, typer.Option("--name", help="The customer's name.")]
Phone = Annotated[str, typer.Option("--phone", help="The customer's phone, with the country's code.")]
TAKEN = ("shop.", "conversation.", "bank.names")
"""Settings of the configuration that matter for what is said."""


def chat(test: Tests = None, config: Config = DEFAULT, name: Name = "Ana", phone: Phone = "593990000009") -> None:
    """Play a customer on WhatsApp: a real hub with the company's dialogue, between imitations of Odoo and Meta.

    Nothing leaves this machine, and nothing is needed but, if there is one, the configuration: its dialogue files, hours and
    settings are used. Buttons and lists are chosen by their number. Beside words: (voice), (photo), (place), (order CODE x 2).

    \b
    caravana chat
    caravana chat --test dialogue/tests/order.txt
    """  # noqa: D301 -- click's mark for lines kept as they are
    import asyncio

    raise typer.Exit(asyncio.run(_chat(test or [], config, name, phone)))


async def _chat(tests: Sequence[Path], config: Path, name: str, phone: str) -> int:
    import tempfile

    from caravana.testing.talk import open_talk

    given = _given(config)
    if tests:
        return await _play(tests, given, name, phone)
    say("Starting imitations of Odoo and Meta, and a hub of your own …")
    with tempfile.TemporaryDirectory(prefix="caravana-chat-") as folder, _quiet():
        async with open_talk(Path(folder), **given) as talk:
            say("You are the customer. Write, or choose by number; an empty line ends it.")
            await _talk(talk, talk.customer(phone.removeprefix("+"), name))
    return 0


async def _play(tests: Sequence[Path], given: Mapping[str, Any], name: str, phone: str) -> int:
    """Play each transcript in a company of its own."""
    import tempfile

    from caravana.testing.talk import open_talk
    from caravana.testing.transcript import TranscriptFailed, run_transcript

    failed = 0
    settings = {**given.get("settings", {}), "conversation.answers": 1000}
    for file in tests:
        with tempfile.TemporaryDirectory(prefix="caravana-chat-") as folder, _quiet():
            async with open_talk(Path(folder), **{**given, "settings": settings}) as talk:
                try:
                    count = await run_transcript(talk, file, phone.removeprefix("+"), name)
                    say(f"{file}: 1 answer as written" if count == 1 else f"{file}: {count} answers as written")
                except TranscriptFailed as error:
                    failed += 1
                    typer.echo(str(error), err=True)
                except OSError as error:
                    failed += 1
                    typer.echo(f"{file}: {error.strerror}", err=True)
    return 1 if failed else 0


async def _talk(talk: "Talk", customer: "Customer") -> None:
    """Read lines and show answers, until an empty line."""
    import asyncio

    from caravana.testing.transcript import TranscriptFailed
    from caravana.testing.transcript import say as act

    while True:
        try:
            words = (await asyncio.to_thread(input, "> ")).strip()
        except (EOFError, KeyboardInterrupt):
            return
        if not words:
            return
        before = len(customer.received)
        try:
            act(customer, words)
        except TranscriptFailed as error:
            typer.echo(str(error))
            continue
        try:
            answers = await talk.answer(customer, before)
        except TimeoutError:
            say("no answer yet; it comes with the next one")
            continue
        if not answers:
            say("(no answer)")
        for one in answers:
            typer.echo("\n".join(_shown(one)))


def _shown(said: Any) -> list[str]:
    """A message's lines, with the number of what may be chosen before it."""
    from caravana.component.whatsapp.sandbox.customer import choices
    from caravana.testing.talk import lines_of

    offered = choices(said)
    lines = lines_of(said)
    words, options = lines[: len(lines) - len(offered)], lines[len(lines) - len(offered) :]
    return [f"  {one}" for one in words] + [f"  {number}. {one}" for number, one in enumerate(options, 1)]


def _given(config: Path) -> dict[str, Any]:
    """Return what the company's configuration says that matters here; nothing without one. Raises `ConfigurationError`."""
    if not config.is_file():
        return {}
    from caravana.engine.configuration import read_configuration

    read = read_configuration(config)
    settings = {name: one for name, one in read.settings.items() if name.startswith(TAKEN)}
    for name, one in settings.items():
        if name.startswith("conversation.dialogue."):
            settings[name] = str((config.parent / str(one)).resolve())
    company = {"name": read.company.name, "timezone": read.company.timezone}
    return {"settings": {**settings, "conversation.person": None}, "company": company}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Only the talk is to be read: the hub's log lines stay out of it."""
    import os

    import structlog

    from caravana.engine.logs import configure_logs

    before = structlog.get_config()
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        configure_logs(stream=nowhere)
        try:
            yield
        finally:
            structlog.configure(**before)
