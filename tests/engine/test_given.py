"""Addresses whose options are expressions over the message."""

from pathlib import Path

from tests.engine.conftest import Station, route


async def test_a_file_is_named_by_an_expression(station: Station, tmp_path: Path) -> None:
    """`fileName` takes Simple, as in Camel, also in the parts of a split; the message's own header stays as it was."""
    await station.start(
        route(
            f"""- setHeader: {{name: CamelFileName, constant: mine}}
- split:
    simple: "${{body}}"
    steps:
      - to: "file:{tmp_path}/out?fileName=${{exchangeProperty.CamelSplitIndex}}-${{body}}.txt"
- setBody: {{header: CamelFileName}}
- to: mock:end"""
        )
    )
    [identity] = await station.send("main", ["a", "b"])
    assert await station.states() == {identity: "done"}
    assert {one.name: one.read_text() for one in (tmp_path / "out").iterdir()} == {"0-a.txt": "a", "1-b.txt": "b"}
    assert station.received("end") == ["mine"]


async def test_parts_without_a_name_do_not_overwrite_each_other(station: Station, tmp_path: Path) -> None:
    """Each part of a split makes a file of its own."""
    steps = f"""- split:
    simple: "${{body}}"
    steps:
      - to: file:{tmp_path}/out"""
    await station.start(route(steps))
    await station.send("main", ["a", "b"])
    assert sorted(one.read_text() for one in (tmp_path / "out").iterdir()) == ["a", "b"]


async def test_memory_repositories_made_by_class_are_not_shared(station: Station) -> None:
    """Camel makes a bean for each `#class:`, so two steps know nothing of each other's keys."""
    one = """- idempotentConsumer:
    simple: "${body}"
    idempotentRepository: "#class:org.apache.camel.support.processor.idempotent.MemoryIdempotentRepository"
    steps:
      - to: mock:end"""
    await station.start(route(f"{one}\n{one}"))
    await station.send("main", "k", "k")
    assert station.received("end") == ["k", "k"]
