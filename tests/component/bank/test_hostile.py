"""Whatever bytes come: a report, never another error, and never money out of nothing."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from caravana.component.bank.errors import StatementRefused
from caravana.component.bank.markup import parse
from caravana.component.bank.notice import Notice
from caravana.component.bank.profile import load_profiles
from caravana.component.bank.reading import Reader
from tests.component.bank.telling import camt053, movement
from tests.component.bank.world import World

DATA = Path(__file__).parents[2] / "data" / "bank"
GOOD = sorted(path for path in DATA.iterdir() if path.is_file())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_files_are_read_or_refused(data: st.DataObject) -> None:
    """Bytes cut out, put in or changed anywhere."""
    content = data.draw(st.sampled_from(GOOD)).read_bytes()
    begin = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(begin, min(len(content), begin + 40)))
    damaged = content[:begin] + data.draw(st.binary(max_size=20)) + content[end:]
    with suppress(StatementRefused):
        assert Reader(load_profiles())(damaged)


@pytest.mark.parametrize("profile", ["pichincha", "pacifico", "plantilla"])
@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_under_any_profile_is_refused(profile: str, text: str) -> None:
    """A person may name the wrong profile for the wrong file."""
    with pytest.raises(StatementRefused):
        Reader(load_profiles(), profile, "1")(text.encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "amount", "transactions", "payer"]), inner)
    ),
    max_leaves=10,
)


@settings(max_examples=100, deadline=None)
@given(value=JSON)
@example(value="[")
@example(value='{"transactions": []}')
def test_any_json_as_notification_is_refused(value: object) -> None:
    """What lacks amount, day or account is no transaction."""
    import json

    profile = World().desk.notice_profile("notificacion")
    with pytest.raises(StatementRefused):
        Notice.read(profile, json.dumps(value).encode()).statements()


def test_a_statement_that_is_cut_says_so() -> None:
    """Wherever the one long line of a bank's file ends, in a tag or a text: whoever sent it reads that it is cut off."""
    whole = camt053([movement("50.00", "R1", "ANA")])
    for end in range(whole.index(b"?>") + 3, len(whole)):
        with pytest.raises(StatementRefused, match="it is cut off"):
            parse(whole[:end])


def test_a_file_larger_than_the_bound_is_refused() -> None:
    """Before anything is parsed."""
    report = asyncio.run(World().take(b"<" + b"x" * (33 * 1024 * 1024)))
    assert report.reason == "it is larger than 32 MiB"
