"""How long a customer may take on a company's page: the company's own rule holds, whatever is set."""

from datetime import timedelta

from caravana.kit.options import parse_duration

LIFE = "cards.life"
"""Setting: how long a customer may take once he pressed pay."""


def unheld(chosen: object, span: tuple[timedelta, timedelta], company: str) -> tuple[str, str] | None:
    """Return what is to be told of the `chosen` life where the company does not keep it, and what to do; None where it does.

    `span`: the shortest and the longest that its page lives. What is no duration is told where settings are read.
    """
    try:
        life = parse_duration(chosen)
    except ValueError:
        return None
    kept = min(max(life, span[0]), span[1])
    if kept == life:
        return None
    lives = written(span[0]) if span[0] == span[1] else f"{written(span[0])}–{written(span[1])}"
    text = f"`cards.life` is {written(life)}, but the page of {company} lives {lives}: customers have {written(kept)} there"
    remedy = f"set `cards.life` to {written(kept)}, or leave it for the sake of other companies"
    return text, remedy


def written(span: timedelta) -> str:
    """Return a duration as it is written in settings, with its parts: 23h55m."""
    seconds = int(span.total_seconds())
    parts = ((seconds // 86_400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"


__all__ = ["LIFE", "unheld", "written"]
