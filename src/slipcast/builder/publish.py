"""From a container to an image under its name: commit, removal of the old one, push.

Source: source-to-image, commit (S2I-189, S2I-211 to 218, S2I-317).
"""

from __future__ import annotations

from collections.abc import Mapping

from slipcast.builder import stages
from slipcast.builder.assembly import Plan
from slipcast.builder.job import Job, failing
from slipcast.builds.s2i import image as result
from slipcast.builds.s2i import labels, platform
from slipcast.builds.s2i.reasons import Exit, Reason, failure
from slipcast.ports.engine import ANONYMOUS, CommitSpec, Container, PushSpec
from slipcast.values.faults import PortFault
from slipcast.values.image import ImageConfig, ImageFacts
from slipcast.values.revision import SourceRevision


def config(
    job: Job,
    base: ImageConfig,
    plan: Plan,
    run: str,
    revision: SourceRevision,
    added: Mapping[str, str],
) -> ImageConfig:
    """What the image says of itself.

    Errors: BuildFault when its labels are too large.
    """
    found = labels.result(base.labels, job.request, revision, added)
    return result.result(base, run=run, env=plan.env, labels=found)


def commit(
    job: Job,
    container: Container,
    config: ImageConfig,
    timestamp: int | None,
    leave_out: tuple[str, ...] = (),
) -> ImageFacts:
    """The image of what the container has become, without some of its paths.

    Errors: BuildFault ContainerCommitFailed.
    """
    destination = job.request.push_to or job.request.send_to
    spec = CommitSpec(
        config=config,
        tag=job.request.tag,
        timestamp=timestamp,
        leave_out=(*platform.LEAVE_OUT, *leave_out),
        push_to=destination,
        push_access=job.credentials(destination) if destination else ANONYMOUS,
    )
    text = f"Committing {job.request.tag}" if job.request.tag else "Committing"
    with (
        failing(
            Reason.CONTAINER_COMMIT_FAILED,
            "the container could not be committed",
            exit_code=Exit.COMMIT,
        ),
        job.progress.stage(*stages.COMMIT, text),
    ):
        image = container.commit(spec)
    _believe(image.config, config)
    return image


def _believe(got: ImageConfig, wanted: ImageConfig) -> None:
    """Refuse an image whose engine dropped what it was told."""
    lost = [
        what
        for what, same in (
            ("CMD", got.cmd == wanted.cmd),
            ("ENTRYPOINT", got.entrypoint == wanted.entrypoint),
            ("USER", got.user == wanted.user),
            ("ENV", _within(dict(wanted.env), dict(got.env))),
            ("LABEL", _within(wanted.labels, got.labels)),
        )
        if not same
    ]
    if lost:
        raise failure(
            Reason.CONTAINER_COMMIT_FAILED,
            f"the engine committed the image without its {', '.join(lost)}",
            exit_code=Exit.COMMIT,
        )


def _within(wanted: Mapping[str, str], got: Mapping[str, str]) -> bool:
    return all(got.get(name) == value for name, value in wanted.items())


def remove_previous(job: Job, previous: ImageFacts | None, image: ImageFacts) -> None:
    """Remove what held the tag before, when that was asked for; a failure is only told."""
    if previous is None or not job.request.remove_previous or previous.id == image.id:
        return
    try:
        job.engine.remove(previous.id)
    except PortFault as fault:
        job.progress.warn(f"the previous image {previous.id} could not be removed: {fault}")


def push(job: Job, image: ImageFacts) -> str:
    """Send the image where it was asked for; its digest there, empty when nowhere."""
    destination = job.request.push_to
    if not destination:
        return ""
    with (
        failing(Reason.PUSH_FAILED, f"the image could not be pushed to {destination}"),
        job.progress.stage(*stages.PUSH, f"Pushing to {destination}"),
    ):
        spec = PushSpec(
            image=image.id, destination=destination, access=job.credentials(destination)
        )
        return job.engine.push(spec)
