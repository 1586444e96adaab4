"""What is wrong with choices of objects by labels.

Source: Kubernetes' validation of meta/v1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from slipcast.api.meta import LabelSelector, LabelSelectorRequirement
from slipcast.api.metadata import labels_of
from slipcast.values.causes import Cause, forbidden, invalid, required
from slipcast.values.names import label_value, qualified_name

_LISTING: Final = frozenset({"In", "NotIn"})
_BARE: Final = frozenset({"Exists", "DoesNotExist"})


def selector(value: LabelSelector, path: str) -> Iterator[Cause]:
    """What is wrong with a selector."""
    yield from labels_of(value.match_labels, f"{path}.matchLabels")
    for number, requirement in enumerate(value.match_expressions):
        yield from _requirement(requirement, f"{path}.matchExpressions[{number}]")


def chooses(value: LabelSelector, labels: Mapping[str, str]) -> bool:
    """Whether a selector chooses what has such labels."""
    return all(labels.get(key) == text for key, text in value.match_labels.items()) and all(
        _holds(requirement, labels) for requirement in value.match_expressions
    )


def is_empty(value: LabelSelector) -> bool:
    """Whether a selector chooses everything."""
    return not value.match_labels and not value.match_expressions


def _requirement(requirement: LabelSelectorRequirement, path: str) -> Iterator[Cause]:
    operator, values = requirement.operator, requirement.values
    if operator in _LISTING:
        if not values:
            yield required(f"{path}.values", "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in _BARE:
        if values:
            what = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            yield forbidden(f"{path}.values", what)
    else:
        yield invalid(f"{path}.operator", operator, "not a valid selector operator")
    for what in qualified_name(requirement.key):
        yield invalid(f"{path}.key", requirement.key, what)
    for number, text in enumerate(values):
        yield from (invalid(f"{path}.values[{number}]", text, what) for what in label_value(text))


def _holds(requirement: LabelSelectorRequirement, labels: Mapping[str, str]) -> bool:
    found = labels.get(requirement.key)
    match requirement.operator:
        case "In":
            return found is not None and found in requirement.values
        case "NotIn":
            return found is None or found not in requirement.values
        case "Exists":
            return found is not None
        case "DoesNotExist":
            return found is None
        case _:
            return False
