"""The images of containers, set.

Source: kubectl's set image, tried out; oc's --source.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli.setting import parts
from slipcast.values.faults import Fault, UsageFault

EVERY = "*"


def split(words: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The words that name objects, and the images by container.

    Errors: UsageFault.
    """
    named: list[str] = []
    images: dict[str, str] = {}
    for word in words:
        name, equals, image = word.partition("=")
        if not equals:
            if images:
                raise UsageFault("all resources must be specified before image changes: " + word)
            named.append(word)
        elif not name or not image:
            raise UsageFault(f"invalid argument syntax {word!r}, expected CONTAINER=IMAGE")
        else:
            images[name] = image
    if not images:
        raise UsageFault("at least one image update is required")
    if EVERY in images and len(images) > 1:
        raise UsageFault("all containers are already specified by *, but others are also specified")
    return tuple(named), images


def changed(kind: Kind, content: JSON, images: Mapping[str, str]) -> JSON:
    """An object whose containers have other images.

    Errors: Fault when the object has no containers, or none of a name.
    """
    after = copy.deepcopy(content)
    containers = list(parts.containers_of(kind, after))
    if EVERY in images:
        for container in containers:
            container["image"] = images[EVERY]
        return after
    there = {container.get("name"): container for container in containers}
    for name, image in images.items():
        if name not in there:
            raise Fault(f"unable to find container named {name!r}")
        there[name]["image"] = image
    return after
