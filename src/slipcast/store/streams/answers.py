"""What an import is answered: its status as clients know it.

Source: image-streams.md IS-85.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from slipcast.api.document import JSON, Document
from slipcast.api.image import (
    Image,
    ImageImportStatus,
    ImageStreamImport,
    RepositoryImportStatus,
)
from slipcast.api.status import Status
from slipcast.images import imports


def shown(request: ImageStreamImport, kept: Document | None, images: Mapping[str, JSON]) -> JSON:
    """The status, with the stream and the images as they were kept.

    Shape:  images are the kept ones by name.
    """
    spec, said = request.spec, request.status
    answer: dict[str, Any] = {}
    if kept is not None:
        stream = kept.content
        answer["import"] = {
            field: each for field, each in stream.items() if field not in {"apiVersion", "kind"}
        }
    if said.repository is not None:
        whole = spec.repository is not None and spec.repository.include_manifest
        answer["repository"] = _repository(said.repository, images, whole=whole)
    if said.images:
        answer["images"] = [
            _image_status(imports.blank(each, whole=wanted.include_manifest), images)
            for wanted, each in zip(spec.images, said.images, strict=True)
        ]
    return answer


def _repository(said: RepositoryImportStatus, images: Mapping[str, JSON], *, whole: bool) -> JSON:
    shown: dict[str, Any] = {"status": _status(said.status)}
    if said.images:
        shown["images"] = [
            _image_status(imports.blank(each, whole=whole), images) for each in said.images
        ]
    if said.additional_tags:
        shown["additionalTags"] = list(said.additional_tags)
    return shown


def _image_status(said: ImageImportStatus, images: Mapping[str, JSON]) -> JSON:
    shown: dict[str, Any] = {"status": _status(said.status)}
    if said.image is not None:
        shown["image"] = _image(said.image, images)
    shown["tag"] = said.tag
    if said.manifests:
        shown["manifests"] = [_image(each, images) for each in said.manifests]
    return shown


def _image(image: Image, images: Mapping[str, JSON]) -> JSON:
    """An image as it was found; when it was kept, with what the server knows of it."""
    content: JSON = msgspec.to_builtins(image)
    stored = images.get(image.metadata.name, {}).get("metadata", {})
    known = {field: stored[field] for field in ("uid", "creationTimestamp") if field in stored}
    metadata = {"name": image.metadata.name, "creationTimestamp": None, **known}
    return {**content, "metadata": metadata}


def _status(status: Status) -> JSON:
    content: JSON = msgspec.to_builtins(status)
    return {"metadata": {}, **content}
