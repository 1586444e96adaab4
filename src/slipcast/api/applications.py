"""Applications: what one run of new-app made, told by its labels and annotations.

Nothing owns such objects; what they have in common is a name. Nobody else's objects are an
application's, even when they have the same label: new-app signs what it makes.

Source: generated-objects.md GO-110 to GO-113; user-pain.md UP-25.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

GENERATED_BY: Final = "openshift.io/generated-by"
"""The annotation that names who made an object: new-app, new-build."""
NAMED: Final = "slipcast.dev/application"
"""The annotation that names the application where no label does."""
APP: Final = "app"
LABELS: Final = (APP, "app.kubernetes.io/instance", "build")
"""The labels that name the application, the first that is there."""


def name_of(labels: Mapping[str, str], annotations: Mapping[str, str]) -> str:
    """The application that an object is part of; empty when new-app did not make it."""
    if GENERATED_BY not in annotations:
        return ""
    named = (annotations.get(NAMED), *(labels.get(each) for each in LABELS))
    return next((each for each in named if each), "")


def is_labelled(labels: Mapping[str, str], name: str) -> bool:
    """Whether an object has an application's label, whoever made it."""
    return name in {labels.get(each) for each in LABELS}
