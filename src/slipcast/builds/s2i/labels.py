"""Labels of the result: generated, given, and added by assemble.

Source: source-to-image, labels of the result (S2I-219 to 232).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from slipcast.builds.s2i.reasons import Reason, failure
from slipcast.builds.s2i.request import S2IRequest
from slipcast.values.revision import SourceRevision

DISPLAY_NAME = "io.k8s.display-name"
DESCRIPTION = "io.k8s.description"
METADATA_FILE = "/tmp/.s2i/image_metadata.json"  # noqa: S108 - fixed by the contract, in the container
LIMIT = 10 * 1024


def generated(request: S2IRequest, revision: SourceRevision) -> dict[str, str]:
    """The labels a build makes of itself; an empty value gives no label."""
    author = f"{revision.author_name} <{revision.author_email}>"
    build = {
        "image": request.builder_image,
        "commit.id": revision.commit,
        "commit.ref": revision.ref,
        "commit.author": author if revision.author_name or revision.author_email else "",
        "commit.date": revision.date,
        "commit.message": revision.message,
        "source-location": revision.location,
        "source-context-dir": revision.context_dir,
    }
    found = {
        DISPLAY_NAME: request.display_name or request.tag,
        DESCRIPTION: request.description,
        **{f"{request.label_namespace}build.{name}": value for name, value in build.items()},
    }
    return {name: value for name, value in found.items() if value}


def result(
    base: Mapping[str, str],
    request: S2IRequest,
    revision: SourceRevision,
    added: Mapping[str, str],
) -> dict[str, str]:
    """All labels of the result: the base image's, generated, given, added by assemble; later wins.

    Errors: BuildFault when they are larger than an image may carry (S2I-232).
    """
    labels = {**base, **generated(request, revision), **dict(request.labels), **added}
    size = sum(len(name.encode()) + len(value.encode()) for name, value in labels.items())
    if size > LIMIT:
        raise failure(
            Reason.GENERIC,
            f"the labels of the image take {size} bytes, more than the {LIMIT} allowed",
            hint=f"Give fewer or shorter labels; assemble adds those in {METADATA_FILE}.",
        )
    return labels


def added_by_assemble(text: bytes | None) -> dict[str, str]:
    """The labels in the metadata file that assemble may leave; None when there is no file.

    Errors: BuildFault when the file is not what it should be.
    """
    if text is None:
        return {}
    try:
        document = json.loads(text)
        rows = [row.items() for row in document.get("labels") or ()]
    except (ValueError, AttributeError, TypeError) as fault:
        raise _illegal(str(fault)) from fault
    pairs = [pair for row in rows for pair in row]
    if not all(isinstance(value, str) for _, value in pairs):
        raise _illegal("a label's value is not a string")
    return dict(pairs)


def _illegal(what: str) -> Exception:
    return failure(
        Reason.GENERIC,
        f"{METADATA_FILE}, left by assemble, cannot be read: {what}",
        hint='Write {"labels": [{"name": "value"}]}.',
    )
