"""Telemetry: metrics, the access log, request ids.

Metrics are named as Kubernetes names its own, so that dashboards fit.
"""

from __future__ import annotations

import logging
import re
import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from slipcast.ports.figures import Figures
from slipcast.server.buildmetrics import BuildMetrics
from slipcast.server.calls import Call
from slipcast.server.exchange import Exchange

log = logging.getLogger("slipcast.access")
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
STREAMED: Final = frozenset({"watch", "open", "send", "deliver"})
"""What lasts as long as others like; none of it takes a seat."""
_SECRETS: Final = re.compile(r"sha256(?:~|%7[Ee])[^/]*|(?<=/webhooks/).*", re.DOTALL)
"""What old clients put into the path when they log out is the token itself; a webhook's secret is
in its path, too, and a path may be wrong in many ways."""


class Telemetry:
    """What the server counts and writes down of its requests, and shows of builds.

    Shape:  figures is where those say something of builds who know it.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.figures = Figures()
        BuildMetrics(self.registry, self.figures)
        names = ("verb", "group", "resource", "subresource")
        self._requests = Counter(
            "apiserver_request_total",
            "Requests, by verb, resource and status.",
            (*names, "code"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "apiserver_request_duration_seconds",
            "Seconds from the request to the end of its answer; streams left out.",
            names,
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._watches = Gauge(
            "apiserver_longrunning_requests",
            "Watches and logs being sent, sources being received.",
            ("verb",),
            registry=self.registry,
        )
        # The children of metrics are looked up by labels; our labels are few, so they are kept.
        self._known: dict[tuple[str, ...], tuple[Counter, Histogram]] = {}

    def begun(self, verb: str) -> None:
        """A stream begins."""
        self._watches.labels(verb).inc()

    def ended(self, verb: str) -> None:
        """A stream ends."""
        self._watches.labels(verb).dec()

    def answered(self, exchange: Exchange, call: Call | None, began: float) -> None:
        """A request has been answered.

        Units:  began as time.perf_counter() counts.
        """
        seconds = time.perf_counter() - began
        labels = labels_of(call)
        counter, histogram = self._of((*labels, str(exchange.status)))
        counter.inc()
        if labels[0] not in STREAMED:
            histogram.observe(seconds)
        if log.isEnabledFor(logging.INFO):
            log.info("request.answered", extra={"fields": self._fields(exchange, seconds)})

    def exposed(self) -> tuple[bytes, bytes]:
        """The metrics, and the content type they are in."""
        return generate_latest(self.registry), b"text/plain; version=0.0.4; charset=utf-8"

    def _of(self, key: tuple[str, ...]) -> tuple[Counter, Histogram]:
        found = self._known.get(key)
        if found is None:
            found = (self._requests.labels(*key), self._seconds.labels(*key[:-1]))
            self._known[key] = found
        return found

    @staticmethod
    def _fields(exchange: Exchange, seconds: float) -> dict[str, object]:
        client = exchange.scope.get("client") or ("",)
        return {
            "request": exchange.id,
            "method": exchange.method,
            "path": _SECRETS.sub("***", exchange.path.decode("ascii", "replace")),
            "status": exchange.status,
            "user": exchange.actor.name,
            "agent": exchange.header(b"user-agent"),
            "address": client[0],
            "milliseconds": round(seconds * 1000, 3),
        }


def labels_of(call: Call | None) -> tuple[str, str, str, str]:
    """Verb, group, resource and subresource of a call, for counting."""
    if call is None:
        return ("other", "", "", "")
    resource = call.resource
    return (call.verb, resource.kind.group, resource.kind.plural, resource.subresource)
