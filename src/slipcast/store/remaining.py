"""What keeps a namespace from going, as its conditions tell. Decides; reads and writes nothing.

Source: Kubernetes, the conditions of namespaces that are being deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from slipcast.api.document import JSON, Document
from slipcast.values.apifaults import qualified


def conditions(left: Sequence[Document], before: Iterable[JSON], now: str) -> list[JSON]:
    """The conditions of a namespace in which that much is left.

    Shape:  before are the conditions until now; what is as it was keeps its time.
    """
    kinds = Counter(qualified(each.kind.plural, each.kind.group) for each in left)
    finalizers = Counter(
        name for each in left for name in each.content["metadata"].get("finalizers", ())
    )
    told = (
        _condition(
            "NamespaceContentRemaining",
            ("SomeResourcesRemain", "ContentRemoved"),
            f"Some resources are remaining: {_listed(kinds, '. has')}" if kinds else "",
            "All content successfully removed",
        ),
        _condition(
            "NamespaceFinalizersRemaining",
            ("SomeFinalizersRemain", "ContentHasNoFinalizers"),
            f"Some content in the namespace has finalizers remaining: {_listed(finalizers, ' in')}"
            if finalizers
            else "",
            "All content-preserving finalizers finished",
        ),
    )
    known = {each.get("type"): each for each in before}
    return [_timed(each, known.get(each["type"], {}), now) for each in told]


def _condition(type_: str, reasons: tuple[str, str], remaining: str, done: str) -> JSON:
    return {
        "type": type_,
        "status": "True" if remaining else "False",
        "reason": reasons[0] if remaining else reasons[1],
        "message": remaining or done,
    }


def _timed(condition: JSON, before: JSON, now: str) -> JSON:
    same = before.get("status") == condition["status"]
    return {**condition, "lastTransitionTime": before.get("lastTransitionTime") if same else now}


def _listed(counts: Counter[str], word: str) -> str:
    return ", ".join(
        f"{name}{word} {count} resource instances" for name, count in sorted(counts.items())
    )
