"""What becomes of a build's image.

Source: build-api.md section 6.1.
"""

from __future__ import annotations

from collections.abc import Iterator

from slipcast.api.build import BuildOutput, ImageLabel
from slipcast.builds.validate import references
from slipcast.values.causes import Cause, invalid, required
from slipcast.values.names import data_key, qualified_name


def output(value: BuildOutput, path: str) -> tuple[Cause, ...]:
    """What is wrong with an output."""
    target = references.target_image(value.to, f"{path}.to") if value.to is not None else ()
    return (
        *target,
        *references.secret(value.push_secret, f"{path}.pushSecret"),
        *_labels(value.image_labels, f"{path}.imageLabels"),
    )


def _labels(labels: tuple[ImageLabel, ...], path: str) -> Iterator[Cause]:
    seen: set[str] = set()
    for number, label in enumerate(labels):
        where = f"{path}[{number}].name"
        if not label.name:
            yield required(where)
        elif label.name in seen:
            yield invalid(where, label.name, "duplicate name")
        elif data_key(label.name):
            yield from (invalid(where, label.name, what) for what in qualified_name(label.name))
        seen.add(label.name)
