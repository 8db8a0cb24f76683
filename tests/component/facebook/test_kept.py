"""What Meta's components keep: nothing for ever but contacts; and a dead token is told once, until it is mended."""

import contextlib
import re
from pathlib import Path

import pytest

import caravana.component
from caravana.component.catalog import CatalogComponent
from caravana.component.facebook import FacebookComponent
from caravana.component.instagram import InstagramComponent
from caravana.kit.component import Component
from caravana.kit.errors import EffectError
from tests.component.facebook.world import bench

CALLS = {FacebookComponent: "posts", InstagramComponent: "limit", CatalogComponent: "products"}


@pytest.mark.parametrize("kind", CALLS)
async def test_a_dead_token_waits_for_a_person(kind: type[Component]) -> None:
    """While Meta refuses the token the connection is on the review list, once; with a good token it is off it."""
    async with bench(kind) as one:
        one.meta.sandbox.account.standing = "expired"
        for _ in range(2):
            with pytest.raises(EffectError):
                await one.run(CALLS[kind])
        assert [key for key, _ in await one.hub.store.find("review")] == [
            f"connection/{kind.scheme}:{kind.scheme}/token"
        ]
        one.meta.sandbox.account.standing = "valid"
        one.meta.clock.advance(3600)
        with contextlib.suppress(EffectError):
            await one.run(CALLS[kind])
        await one.run(CALLS[kind])
        assert await one.hub.store.find("review") == []


@pytest.mark.parametrize("kind", [FacebookComponent, InstagramComponent])
def test_nothing_is_kept_for_ever(kind: type[Component]) -> None:
    """Every scope that the component stores in has an end."""
    folder = Path(next(iter(caravana.component.__path__))) / kind.scheme
    text = "\n".join(file.read_text("utf-8") for file in folder.glob("*.py"))
    assert set(re.findall(rf'^[A-Z]+ = "({kind.scheme}\.[a-z_]+)"$', text, re.MULTILINE)) == set(kind.forgets)
