"""Comparing shapes: types and keys, not values."""

from typing import Any


def differences(recorded: Any, live: Any, place: str = "body") -> list[str]:
    """Return where the shape of `live` is not that of `recorded`; empty when it is."""
    if type(recorded) is not type(live):
        return [f"{place}: recorded {recorded!r:.80}, live {live!r:.80}"]
    if isinstance(recorded, dict):
        return _keys(recorded, live, place)
    if isinstance(recorded, list):
        return _items(recorded, live, place)
    return []


def _keys(recorded: dict[str, Any], live: dict[str, Any], place: str) -> list[str]:
    found = [f"{place}: lacks {key!r}" for key in recorded.keys() - live.keys()]
    found += [f"{place}: has {key!r} besides" for key in live.keys() - recorded.keys()]
    for key in recorded.keys() & live.keys():
        found += differences(recorded[key], live[key], f"{place}.{key}")
    return found


def _items(recorded: list[Any], live: list[Any], place: str) -> list[str]:
    if bool(recorded) != bool(live):
        return [f"{place}: recorded {len(recorded)} items, live {len(live)}"]
    if len({type(one) for one in recorded}) > 1:
        if len(recorded) != len(live):
            return [f"{place}: recorded {len(recorded)} items, live {len(live)}"]
        pairs = zip(recorded, live, strict=True)
        return [text for number, pair in enumerate(pairs) for text in differences(*pair, f"{place}[{number}]")]
    return [text for number, one in enumerate(live) for text in _like_any(recorded, one, f"{place}[{number}]")]


def _like_any(recorded: list[Any], live: Any, place: str) -> list[str]:
    """An item has to look like one of the recorded ones."""
    tries = [differences(one, live, place) for one in recorded]
    return min(tries, key=len)
