"""Metrics of builds: how many there are of each sort, since when they wait or run, how busy we are.

They are named and labelled as OpenShift 4 does where it has such; the others are ours. All of them
are collected from what is kept anyway, and as builds end: a look costs no more than what it shows.

Source: OpenShift's openshift-controller-manager, metrics of builds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from typing_extensions import override

from slipcast.ports.figures import Builds, Figures, Pods
from slipcast.values import instant
from slipcast.values.apifaults import BadRequest

BUCKETS: Final = (5, 10, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200)
SORT = ("phase", "reason", "strategy")


class BuildMetrics(Collector):
    """Figures of builds, as they are when somebody looks."""

    def __init__(self, registry: CollectorRegistry, figures: Figures) -> None:
        """Show figures among the metrics of a registry, and how long builds took from now on."""
        self._figures = figures
        self._seconds = Histogram(
            "slipcast_build_duration_seconds",
            "Seconds that builds ran, by strategy and phase; since this server began.",
            ("strategy", "phase"),
            buckets=BUCKETS,
            registry=registry,
        )
        figures.took = self._observe
        registry.register(self)

    def _observe(self, strategy: str, phase: str, seconds: float) -> None:
        self._seconds.labels(strategy, phase).observe(seconds)

    @override
    def collect(self) -> Iterator[GaugeMetricFamily]:
        """What is known at the moment; see Collector."""
        builds, pods = self._figures.builds, self._figures.pods
        if builds is not None:
            yield _total(builds)
            yield _active(builds)
        if pods is not None:
            yield from _pods(pods)


def _total(builds: Builds) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "openshift_build_total", "Builds, by phase, reason and strategy.", labels=SORT
    )
    for sort, count in sorted(builds.counts().items()):
        family.add_metric(sort, count)
    return family


def _active(builds: Builds) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "openshift_build_active_time_seconds",
        "When a build began that runs, or was made that waits, in seconds of the epoch.",
        labels=("namespace", "name", *SORT),
    )
    for each in builds.going():
        labels = (each.namespace, each.name, *each.sort)
        # Whoever makes builds may have written a day that there is not.
        with suppress(BadRequest):
            family.add_metric(labels, instant.parse(each.since).timestamp())
    return family


def _pods(pods: Pods) -> Iterator[GaugeMetricFamily]:
    yield GaugeMetricFamily(
        "slipcast_build_pods_running", "Pods of builds that run on this server.", pods.running
    )
    yield GaugeMetricFamily(
        "slipcast_build_pods_waiting",
        "Pods of builds that could run on this server, and wait.",
        pods.waiting,
    )
    yield GaugeMetricFamily(
        "slipcast_build_pods_limit", "How many of them run at once at most.", pods.limit
    )
