"""Numbers for Prometheus. Requests are told apart by route, never by path: paths have secrets in them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

MULTIPROCESS = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder through which several workers count together; `serve` sets it."""
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
TYPE = CONTENT_TYPE_LATEST
Stock = Mapping[str, Mapping[str, int]]
"""Name of a gauge -> state -> how many."""


class Metrics:
    """What one service counts; `stock` is counted in the database whenever somebody looks."""

    def __init__(self, stock: Callable[[], Stock]) -> None:
        own = CollectorRegistry()
        labels = ["method", "route", "status"]
        self.requests = Counter("demandfirst_requests", "Requests answered.", labels, registry=own)
        self.seconds = Histogram(
            "demandfirst_request_seconds", "How long answers took.", labels[:2], buckets=BUCKETS, registry=own
        )
        self.shown = own
        if MULTIPROCESS in os.environ:
            self.shown = CollectorRegistry()
            MultiProcessCollector(self.shown)  # type: ignore[no-untyped-call]
        self.shown.register(_InStock(stock))

    def took(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """All numbers as Prometheus reads them."""
        return generate_latest(self.shown)


class _InStock(Collector):
    def __init__(self, stock: Callable[[], Stock]) -> None:
        self.stock = stock

    def describe(self) -> Iterable[Metric]:
        """Nothing before somebody looks."""
        return []

    def collect(self) -> Iterable[Metric]:
        """How many there are of everything."""
        for name, states in self.stock().items():
            family = GaugeMetricFamily(f"demandfirst_{name}", f"How many {name} are kept, by state.", labels=["state"])
            for state, count in states.items():
                family.add_metric([state], count)
            yield family
