"""What proves that a webhook is Meta's."""

from typing import Any

import pytest

from caravana.kit.graph.webhook import challenge, is_signed
from caravana.kit.signature import hmac_hex
from tests.kit.graph.contract import WEBHOOKS


@pytest.mark.parametrize("vector", WEBHOOKS["signature_vectors"], ids=lambda one: one["label"])
def test_signatures_are_those_of_meta(vector: dict[str, str]) -> None:
    """The recorded signatures fit the bytes as they came, and no others."""
    raw, given = vector["body"].encode(), vector["x_hub_signature_256"]
    assert is_signed(raw, given, [vector["app_secret"]])
    assert not is_signed(raw + b" ", given, [vector["app_secret"]])
    assert not is_signed(raw, given, ["another"])


def test_the_old_secret_still_counts_and_the_prefix_is_needed() -> None:
    """While a secret is changed both sign; a bare hash is no signature of Meta's."""
    given = "sha256=" + hmac_hex("old", b"{}")
    assert is_signed(b"{}", given, ["new", "old"])
    assert not is_signed(b"{}", given.removeprefix("sha256="), ["new", "old"])
    assert not is_signed(b"{}", "", ["new", "old"])
    assert not is_signed(b"{}", "sha256=" + hmac_hex("", b"{}"), [])


@pytest.mark.parametrize("case", WEBHOOKS["verification"], ids=["right", "wrong"])
def test_the_address_is_verified_by_its_word(case: dict[str, Any]) -> None:
    """Meta gets its challenge back for the right word only."""
    answer = challenge(case["query"], "verify_test")
    assert answer == case["expect"].get("body")


def test_only_a_subscription_is_verified() -> None:
    """Without the mode, or without a word of ours, nobody is answered."""
    query = dict(WEBHOOKS["verification"][0]["query"])
    assert challenge({**query, "hub.mode": "unsubscribe"}, "verify_test") is None
    assert challenge(query, None) is None
    assert challenge({**query, "hub.verify_token": ""}, "") is None
