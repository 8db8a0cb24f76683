"""A time zone in which it is not yet evening, at any hour of the test: PayPhone gives money back until eight of the same day."""

from caravana.kit.clock import Clock


def zone_before_eight(clock: Clock) -> str:
    """Return a zone where `clock` shows a time before 19:00, so that an hour of the test's own time may pass."""
    return "America/Guayaquil" if 5 <= clock.now().hour < 24 else "Asia/Tokyo"
