"""Rows of a bank's download; what cannot be read is a statement refused."""

from caravana.component.bank.errors import StatementRefused
from caravana.component.bank.profile import Profile
from caravana.kit import table
from caravana.kit.table import Cell, Row, TableRefused, is_workbook


def rows(content: bytes, profile: Profile) -> list[Row]:
    """Return the rows of a file. Raises `StatementRefused`."""
    try:
        return table.rows(content, profile)
    except TableRefused as error:
        raise StatementRefused(error.reason, line=error.line) from None


__all__ = ["Cell", "Row", "is_workbook", "rows"]
