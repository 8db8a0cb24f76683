"""Ecuador's own: the zone by whose calendar the SRI and companies there count days."""

from zoneinfo import ZoneInfo

ECUADOR = ZoneInfo("America/Guayaquil")
"""The mainland's zone, five hours behind UTC all year."""
