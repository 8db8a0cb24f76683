"""The table of the documentation: replaced between its two marks."""

from pathlib import Path

from bench.figure import Figure, amount

BEGIN, END = "<!-- measured: begin -->\n", "<!-- measured: end -->"


def write_page(path: Path, figures: list[Figure], machine: dict[str, str]) -> None:
    """Put the figures in place of those on the page. Raises `ValueError` when the page has no marks."""
    before, found, rest = path.read_text().partition(BEGIN)
    _, found_end, after = rest.partition(END)
    if not found or not found_end:
        raise ValueError(f"{path} has no marks {BEGIN.strip()} … {END}")
    told = ", ".join(f"{name}: {value}" for name, value in machine.items())
    path.write_text(f"{before}{BEGIN}\n{_table(figures)}\n{told}.\n\n{END}{after}")


def _table(figures: list[Figure]) -> str:
    lines = [
        "| database | figure | measured | wanted | reached | raw limit |",
        "| --- | --- | ---: | ---: | --- | --- |",
    ]
    return "\n".join(lines + [_row(one) for one in figures]) + "\n"


def _row(one: Figure) -> str:
    sign = "≥" if one.more_is_better else "≤"
    wanted = "" if one.wanted is None else f"{sign} {amount(one.wanted, one.unit)}"
    limit = "" if one.raw is None else f"{amount(one.raw)} {one.raw_name}"
    return f"| {one.database} | {one.name} | {amount(one.value, one.unit)} | {wanted} | {one.verdict} | {limit} |"
