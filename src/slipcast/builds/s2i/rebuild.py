"""A build asked for again, read from the labels of its result.

Source: source-to-image, rebuild (S2I-275 to 282) with the decisions noted there: the branch is
built unless the exact commit is asked for, the old tag does not stay as display name, and a
scripts URL that the result merely inherited is not repeated.
"""

from __future__ import annotations

from msgspec.structs import replace

from slipcast.builds.s2i.labels import DESCRIPTION, DISPLAY_NAME
from slipcast.builds.s2i.reasons import Reason, failure
from slipcast.builds.s2i.request import S2IRequest
from slipcast.values.image import ImageConfig

DETACHED = "HEAD"


def request(flags: S2IRequest, image: str, config: ImageConfig) -> S2IRequest:
    """The request that repeats the build of image; what flags say wins.

    Errors: BuildFault when a label that is needed is missing.
    """
    labels = config.labels
    space = f"{flags.label_namespace}build."
    shown = labels.get(DISPLAY_NAME, "")
    return replace(
        flags,
        source=_needed(config, f"{space}source-location", image),
        builder_image=flags.builder_image or _needed(config, f"{space}image", image),
        tag=flags.tag or image,
        ref=flags.ref or _ref(flags, config, space),
        context_dir=flags.context_dir or labels.get(f"{space}source-context-dir", ""),
        description=flags.description or labels.get(DESCRIPTION, ""),
        display_name=flags.display_name or ("" if shown == image else shown),
    )


def _ref(flags: S2IRequest, config: ImageConfig, space: str) -> str:
    commit = config.labels.get(f"{space}commit.id", "")
    branch = config.labels.get(f"{space}commit.ref", "")
    if flags.exact_commit:
        return commit
    return "" if branch == DETACHED else branch


def _needed(config: ImageConfig, label: str, image: str) -> str:
    if value := config.labels.get(label):
        return value
    raise failure(
        Reason.GENERIC,
        f"required label {label!r} not found in image {image!r}",
        hint="Only an image that was built from source by this command can be rebuilt.",
    )
