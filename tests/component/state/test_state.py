"""The `state` component."""

from typing import Any

import pytest

from caravana.component.state import StateComponent
from caravana.kit.effect import Kind, Reply
from caravana.kit.errors import ConfigurationError, Refused
from tests.component.harness import Hub, make_exchange, producer_of, readme_endpoints, run_producer


async def _send(component: StateComponent, address: str, body: Any = None, key: str | None = None) -> Any:
    exchange = make_exchange(body, {} if key is None else {"CaravanaStateKey": key})
    await run_producer(producer_of(component, address), exchange)
    return exchange.body


async def test_what_was_put_is_got() -> None:
    """The key may come from the header or the address; the stored body stays in the message."""
    component = StateComponent(Hub())
    assert await _send(component, "state:links?op=put", {"n": 1}, "a") == {"n": 1}
    assert await _send(component, "state:links?op=get&key=a") == {"n": 1}


async def test_no_record_is_none() -> None:
    """Neither an unknown key nor another scope's record is an error."""
    component = StateComponent(Hub())
    await _send(component, "state:links?op=put&key=a", 1)
    assert await _send(component, "state:other?op=get&key=a", "before") is None


async def test_removed_records_are_gone() -> None:
    """Removing twice is the same as once, and leaves the message."""
    component = StateComponent(Hub())
    await _send(component, "state:links?op=put&key=a", 1)
    for _ in range(2):
        assert await _send(component, "state:links?op=remove&key=a", "before") == "before"
    assert await _send(component, "state:links?op=get&key=a") is None


async def test_find_lists_by_the_beginning_of_the_key() -> None:
    """Sorted by key, at most `limit`; an empty header means all."""
    component = StateComponent(Hub())
    for key in ("b1", "a2", "a1"):
        await _send(component, "state:links?op=put", key.upper(), key)
    assert await _send(component, "state:links?op=find&key=a") == [
        {"key": "a1", "value": "A1"},
        {"key": "a2", "value": "A2"},
    ]
    assert len(await _send(component, "state:links?op=find", key="")) == 3
    assert len(await _send(component, "state:links?op=find&limit=1")) == 1


@pytest.mark.parametrize(
    ("op", "kind"),
    [("get", Kind.READ), ("find", Kind.READ), ("put", Kind.IDEMPOTENT), ("remove", Kind.IDEMPOTENT)],
)
def test_kinds(op: str, kind: Kind) -> None:
    """Reading is repeated freely, writing is absolute."""
    assert producer_of(StateComponent(Hub()), f"state:links?op={op}&key=a").kind is kind


@pytest.mark.parametrize(("op", "body"), [("get", 1), ("remove", 1), ("put", 1)])
async def test_a_missing_key_is_refused(op: str, body: Any) -> None:
    """No record is written under an empty key."""
    with pytest.raises(Refused, match="CaravanaStateKey"):
        await _send(StateComponent(Hub()), f"state:links?op={op}", body, "")


async def test_nothing_is_not_stored() -> None:
    """An empty body would remove the record without a word."""
    with pytest.raises(Refused, match="op=remove"):
        await _send(StateComponent(Hub()), "state:links?op=put&key=a", None)


def test_put_changes_no_message_in_shadow() -> None:
    """The empty reply of a call that was not made leaves body and headers."""
    exchange = make_exchange({"n": 1})
    producer_of(StateComponent(Hub()), "state:links?op=put&key=a").receive(exchange, Reply())
    assert exchange.body == {"n": 1}


@pytest.mark.parametrize("address", ["state:links", "state:links?op=add", "state:?op=get"])
def test_wrong_addresses_are_refused(address: str) -> None:
    """Operation and scope are needed."""
    with pytest.raises(ConfigurationError):
        producer_of(StateComponent(Hub()), address)


def test_the_readme_examples_are_accepted() -> None:
    """Every address in the component's page is one that the component takes."""
    assert len(readme_endpoints(StateComponent(Hub()))) == 2
