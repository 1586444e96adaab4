"""Circles of BuildConfigs: whose image leads back to what it is made of.

Source: cli.md ST-4; user-pain.md UP-31.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slipcast.values.circles import way_back
from slipcast.views.status import graph
from slipcast.views.status.graph import Graph
from slipcast.views.status.objects import place_of
from slipcast.views.status.references import Place

Next = Mapping[Place, tuple[Place, ...]]


def circles(known: Graph) -> Iterator[tuple[Place, ...]]:
    """Ways around; every BuildConfig that leads back to itself is on one of them."""
    after = _after(known)
    told: set[Place] = set()
    for place in sorted(after):
        if place in told:
            continue
        way = way_back(after, place)
        if way:
            told.update(way)
            yield way


def _after(known: Graph) -> Next:
    """Which BuildConfigs build from the image of each."""
    found: dict[Place, list[Place]] = {}
    for config in known.objects.configs:
        for each in graph.inputs(config):
            for maker in known.makers_of(each):
                found.setdefault(place_of(maker), []).append(place_of(config))
    return {place: tuple(dict.fromkeys(nexts)) for place, nexts in found.items()}
