"""Whose turn it is: as many builds at once as the node takes, fair between namespaces.

The namespace with the fewest builds running goes first, and in it the pod that waits longest.
"""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from slipcast.api.pod import Pod

_NUMBERS: Final = re.compile(r"(\d+)", re.ASCII)

Age = tuple[str, tuple[tuple[int, int, str], ...]]


def next_pods(waiting: Iterable[Pod], running: Mapping[str, int], room: int) -> tuple[Pod, ...]:
    """The pods that are to be started now, in their order.

    Shape:  running counts pods by namespace; room is how many may be started.
    """
    if room <= 0:
        return ()
    lines: dict[str, list[Pod]] = defaultdict(list)
    for pod in waiting:
        lines[pod.metadata.namespace].append(pod)
    for line in lines.values():
        line.sort(key=age, reverse=True)
    turns = [(running.get(space, 0), age(line[-1]), space) for space, line in lines.items()]
    heapq.heapify(turns)
    chosen: list[Pod] = []
    while turns and len(chosen) < room:
        count, _, space = heapq.heappop(turns)
        chosen.append(lines[space].pop())
        if lines[space]:
            heapq.heappush(turns, (count + 1, age(lines[space][-1]), space))
    return tuple(chosen)


def age(pod: Pod) -> Age:
    """What orders pods by how long they wait; of one second by name, numbers as such."""
    words = _NUMBERS.split(pod.metadata.name)
    # Words stand at even places, numbers between them.
    parts = tuple(
        (index % 2, int(word) if index % 2 else 0, word) for index, word in enumerate(words)
    )
    return pod.metadata.creation_timestamp, parts
