"""The small hub of `caravana.testing`, under the name by which the component tests know it."""

from caravana.testing.harness import (
    START,
    Hub,
    Inbox,
    Listener,
    Recorder,
    SteppedClock,
    Store,
    local_of,
    make_effect,
    make_exchange,
    producer_of,
    readme_endpoints,
    run_producer,
)

__all__ = [
    "START",
    "Hub",
    "Inbox",
    "Listener",
    "Recorder",
    "SteppedClock",
    "Store",
    "local_of",
    "make_effect",
    "make_exchange",
    "producer_of",
    "readme_endpoints",
    "run_producer",
]
