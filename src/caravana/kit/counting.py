"""Numbers of things as people read them."""


def counted(count: int | str, one: str, more: str) -> str:
    """Return `count` with the word for it: `1 día`, `2 días`."""
    return f"{count} {one if str(count) == '1' else more}"
