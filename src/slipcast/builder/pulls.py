"""Getting the images of a build: the policy applied, and a failure told apart by its reason.

Failures that pass by themselves are tried again by the engine.

Source: source-to-image, pull (S2I-136 to 143).
"""

from __future__ import annotations

from functools import partial

from slipcast.builder.job import Job
from slipcast.builds.s2i.reasons import Exit, Reason, failure
from slipcast.ports.engine import PullSpec, ignore
from slipcast.values.container import PullPolicy
from slipcast.values.faults import EngineFault, InvalidFault, NotFound
from slipcast.values.image import ImageFacts
from slipcast.values.imageref import ImageRef

_LOCAL = "localhost"


def pull(job: Job, image: str, policy: PullPolicy, *, quiet: bool = False) -> ImageFacts:
    """The image after applying the policy; what the engine raises passes.

    A name below `localhost/`, without port, is how engines call images that no registry has, so it
    is pulled only where the policy insists.
    """
    if policy is PullPolicy.IF_NOT_PRESENT and is_local(image):
        policy = PullPolicy.NEVER
    spec = PullSpec(image=image, policy=policy, access=job.credentials(image))
    log = ignore if quiet else partial(job.progress.output, "stderr")
    return job.engine.pull(spec, log=log)


def is_local(image: str) -> bool:
    """Whether the name is one that no registry has."""
    try:
        return ImageRef.parse(image).registry == _LOCAL
    except InvalidFault:
        return False


def needed(
    job: Job, image: str, policy: PullPolicy, stage: tuple[str, str], reason: Reason
) -> ImageFacts:
    """An image that the build cannot do without.

    Errors: BuildFault with reason; exit code 1 when the policy forbids to pull, else 2.
    """
    try:
        with job.progress.stage(*stage, f"Getting the image {image}"):
            return pull(job, image, policy)
    except NotFound as fault:
        if policy is PullPolicy.NEVER:
            raise failure(
                reason,
                f"image {image!r} is not on this host, and the pull policy {policy} forbids to "
                "pull it",
                hint="Give --pull-policy if-not-present.",
            ) from fault
        raise failure(
            reason,
            f"image {image!r} is not on this host, and no registry has images of such a name",
            exit_code=Exit.PULL,
            hint="Build it first, or correct the name.",
        ) from fault
    except EngineFault as fault:
        raise failure(
            reason,
            f"unable to get the image {image!r}: {fault.message}",
            exit_code=Exit.PULL,
            hint=fault.hint
            or "Check the name, the credentials for its registry, and --pull-policy.",
            tail=fault.tail,
        ) from fault
