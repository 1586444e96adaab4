"""The catalogue of builder images as image streams, for everybody to build with.

Our own images lie where builds run, in no registry: their tags only name them (IS-20), and say by
annotations what an image would. Where an image of the same contract is public, that is told too.

Source: detection.md section 8.5, IS-512.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.newapp.streams import PORTS
from slipcast.source.catalogue import BuilderImage, Catalogue
from slipcast.source.versions import newest_first

STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")
TITLE: Final = "openshift.io/display-name"
PUBLIC: Final = "slipcast.dev/public-image"


def streams(catalogue: Catalogue) -> tuple[JSON, ...]:
    """A stream of each language, with a tag of each version and `latest`."""
    return tuple(_stream(catalogue, language) for language in catalogue.languages)


def _stream(catalogue: Catalogue, language: str) -> JSON:
    rows = [row for row in catalogue.builders if row.language == language]
    newest = min(rows, key=lambda row: newest_first(row.version))
    latest = {
        "name": "latest",
        "annotations": {**_annotations(newest), TITLE: f"{language.title()} (latest)"},
        "from": {"kind": "ImageStreamTag", "name": newest.version},
    }
    return {
        "apiVersion": STREAM.api_version,
        "kind": STREAM.name,
        "metadata": {"name": language, "annotations": {TITLE: language.title()}},
        "spec": {"tags": [*map(_tag, rows), latest]},
    }


def _tag(row: BuilderImage) -> JSON:
    return {
        "name": row.version,
        "annotations": _annotations(row),
        "from": {"kind": "DockerImage", "name": row.image},
        "reference": True,
    }


def _annotations(row: BuilderImage) -> dict[str, str]:
    return dict(_said(row))


def _said(row: BuilderImage) -> Iterator[tuple[str, str]]:
    yield "tags", ",".join(row.tags)
    yield "supports", ",".join(dict.fromkeys((*row.supports, f"{row.language}:{row.version}")))
    yield "version", row.version
    yield "description", row.description
    yield TITLE, f"{row.language.title()} {row.version}"
    yield PORTS, f"{row.port}/tcp"
    if row.sample:
        yield "sampleRepo", row.sample
    if row.public:
        yield PUBLIC, row.public
