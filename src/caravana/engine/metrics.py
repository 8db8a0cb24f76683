"""Counters and gauges for Prometheus, one set for each hub."""

from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram, generate_latest


class Metrics:
    """The hub's metrics."""

    def __init__(self) -> None:
        """Make them in a registry of their own, so that several hubs fit one process."""
        self.registry = CollectorRegistry()
        self.accepted = Counter("caravana_accepted", "Messages accepted on disk", ["route"], registry=self.registry)
        self.duplicates = Counter(
            "caravana_duplicates", "Arrivals whose key was known", ["route"], registry=self.registry
        )
        self.conflicts = Counter(
            "caravana_conflicts", "Arrivals with a known key and another body", ["route"], registry=self.registry
        )
        self.ended = Counter("caravana_ended", "Runs that ended, by state", ["route", "state"], registry=self.registry)
        self.doubts = Counter("caravana_doubts", "Effects whose outcome is unknown", registry=self.registry)
        self.refused = Counter(
            "caravana_refused", "HTTP requests refused, by status", ["status"], registry=self.registry
        )
        self.open = Gauge("caravana_open", "Unfinished exchanges in memory", registry=self.registry)
        self.running = Gauge("caravana_running", "Exchanges being carried out", registry=self.registry)
        self.circuit = Enum(
            "caravana_circuit",
            "Circuit of a connection",
            ["connection"],
            states=["closed", "open", "half_open", "ramp"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "caravana_exchange_seconds",
            "From acceptance to the end",
            registry=self.registry,
            buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300, 3600),
        )

    def text(self) -> bytes:
        """Return the exposition format."""
        return generate_latest(self.registry)
