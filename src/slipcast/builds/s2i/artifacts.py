"""The mapping of runtime artifacts: what is carried into the runtime image, and where to.

Source: source-to-image, two-image builds (S2I-240 to 244).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import msgspec

from slipcast.builds.s2i.injections import split
from slipcast.builds.s2i.reasons import Reason, failure
from slipcast.values.faults import BuildFault, UsageFault
from slipcast.values.image import ImageConfig

INPUT_FILES_LABEL = "io.openshift.s2i.assemble-input-files"
PROGRAM_MODE = 0o755
FILE_MODE = 0o644


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """A file or directory of the assemble container and the directory that receives it.

    Shape:  source is absolute; target is absolute and receives source's base name.
    """

    source: str
    target: str


def mapping(asked: Sequence[str], runtime: ImageConfig) -> tuple[Artifact, ...]:
    """What to carry over: asked for, else what the runtime image's label lists.

    Errors: BuildFault InvalidArtifactsMapping.
    """
    texts = tuple(asked) or (runtime.labels.get(INPUT_FILES_LABEL, ""),)
    try:
        pairs = [pair for text in texts for pair in split(text)]
    except UsageFault as fault:
        raise _invalid(str(fault)) from fault
    if not pairs:
        raise failure(
            Reason.INVALID_ARTIFACTS_MAPPING,
            "no runtime artifacts to copy were specified",
            hint=(
                "Give --runtime-artifact SRC[:DST], or a runtime image with the label "
                f"{INPUT_FILES_LABEL}."
            ),
        )
    return tuple(_artifact(source, target, runtime.workdir) for source, target in pairs)


def _artifact(source: str, target: str, workdir: str) -> Artifact:
    if not source.startswith("/"):
        raise _invalid(f"the source {source!r} of a runtime artifact must be an absolute path")
    if PurePosixPath(source) == PurePosixPath("/"):
        raise _invalid("the whole file system cannot be a runtime artifact")
    if target.startswith("/"):
        raise _invalid(f"the destination {target!r} of a runtime artifact must be relative")
    if ".." in PurePosixPath(target).parts or ".." in PurePosixPath(source).parts:
        raise _invalid(f"the runtime artifact {source}:{target} may not hold '..'")
    return Artifact(
        source=str(PurePosixPath(source)), target=str(PurePosixPath("/", workdir, target))
    )


def _invalid(text: str) -> BuildFault:
    return failure(Reason.INVALID_ARTIFACTS_MAPPING, text)


def mode(*, directory: bool, mode: int) -> int:
    """The mode an artifact has in the runtime image (S2I-244)."""
    return PROGRAM_MODE if directory or mode & 0o111 else FILE_MODE
