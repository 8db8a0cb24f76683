"""Settings of the conversation flow: each mistake is named with its place, before anything runs."""

from pathlib import Path
from typing import Any

import pytest

from caravana.engine.configuration import Configuration
from caravana.kit.errors import ConfigurationError
from caravana.testing.company import hub_of
from caravana.testing.talk import configured

WRONG: list[tuple[str, Any, str]] = [
    ("conversation.identify_above", 80, "USD 50"),
    ("conversation.identify_above", -1, "amount of money"),
    ("conversation.pricelist", "wholesale", "number of a pricelist"),
    ("conversation.notes", "everywhere", "contact, order, off"),
    ("conversation.notices", ["birthday"], "order_confirmed"),
    ("conversation.template.shipped", "order_shipped", "`name` and `language`"),
    ("conversation.language", "fr", "es, en"),
    ("conversation.pause", "soon", "settings.conversation.pause"),
    ("conversation.answers", 0, "whole number"),
    ("conversation.privacy", {"es": "Solo en español"}, "one for each"),
    ("conversation.dialogue.es", "none.yaml", "none.yaml:0: cannot be read"),
]


@pytest.mark.parametrize(("name", "value", "told"), WRONG, ids=[f"{name}={value}" for name, value, _ in WRONG])
def test_a_wrong_setting(tmp_path: Path, name: str, value: Any, told: str) -> None:
    """The hub is not made, and the mistake is told with the setting's name or the file's."""
    meta = {"number": "1", "account": "2", "token": "t", "appSecret": "s", "verifyToken": "v"}
    url, journal = "http://127.0.0.1:9", f"sqlite:///{tmp_path / 'journal.db'}"
    given = configured(url, url, meta, journal, url, settings={name: value})
    with pytest.raises(ConfigurationError, match=told) as caught:
        hub_of(Configuration.model_validate(given))
    assert name.startswith("conversation.dialogue") or name in str(caught.value)
