"""Getting the images of a build: the policy applied, transient failures tried again.

Source: source-to-image, pull (S2I-136 to 143).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from slipcast.builder.job import Job
from slipcast.builds.s2i.reasons import Exit, Reason, failure
from slipcast.ports.engine import PullSpec
from slipcast.values.container import PullPolicy
from slipcast.values.faults import EngineFault, NotFound
from slipcast.values.image import ImageFacts

TRIES = 6
PAUSE = 5.0

TRANSIENT = (
    "ping attempt failed with error",
    "is already in progress",
    "connection reset by peer",
    "transport closed before response was received",
    "connection refused",
)
"""Words of failures that often pass by themselves (S2I-139)."""


class Puller:
    """Pulls the images of a build."""

    def __init__(self, pause: Callable[[float], None]) -> None:
        """Take the function that waits, in seconds."""
        self._pause = pause

    def image(
        self, job: Job, image: str, policy: PullPolicy, stage: tuple[str, str], reason: Reason
    ) -> ImageFacts:
        """The image after applying the policy.

        Errors: BuildFault with reason; exit code 1 when the policy forbids to pull, else 2.
        """
        try:
            with job.progress.stage(*stage, f"Getting the image {image}"):
                return self.pull(job, image, policy)
        except NotFound as fault:
            raise failure(
                reason,
                f"image {image!r} is not on this host, and the pull policy {policy} forbids to "
                "pull it",
                hint=fault.hint or "Give --pull-policy if-not-present.",
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

    def pull(self, job: Job, image: str, policy: PullPolicy) -> ImageFacts:
        """The image after applying the policy, tried again after failures that pass by."""
        for left in range(TRIES, 0, -1):
            try:
                return self.once(job, image, policy)
            except EngineFault as fault:
                if not _passes(fault):
                    raise
                job.progress.note(f"pulling {image} failed, {left} tries left: {fault.message}")
            self._pause(PAUSE)
        return self.once(job, image, policy)

    @staticmethod
    def once(job: Job, image: str, policy: PullPolicy) -> ImageFacts:
        """The image after applying the policy; what the engine raises passes."""
        spec = PullSpec(image=image, policy=policy, access=job.credentials(image))
        return job.engine.pull(spec, log=partial(job.progress.output, "stderr"))


def _passes(fault: EngineFault) -> bool:
    text = "\n".join((fault.message, *fault.tail)).lower()
    return any(words in text for words in TRANSIENT)
