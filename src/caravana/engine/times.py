"""Moments as the journal keeps them: integer microseconds since 1970 UTC."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_micros(moment: datetime) -> int:
    """Return `moment` (aware) as microseconds."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the moment of `micros`, aware, in UTC."""
    return _EPOCH + timedelta(microseconds=micros)
