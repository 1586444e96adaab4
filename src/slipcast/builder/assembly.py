"""The assemble container: uploaded to, run, and handed on when assemble ended well.

Source: source-to-image, the assemble container (S2I-199 to 207).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

import msgspec

from slipcast.builder import diagnosis, injecting, owners, pulls, reading, stages
from slipcast.builder.job import Job, failing
from slipcast.builder.tail import Tail
from slipcast.builds.s2i import labels, platform, scripts
from slipcast.builds.s2i.reasons import Reason, failure
from slipcast.builds.s2i.scripts import Script
from slipcast.ports.engine import Container, ContainerSpec
from slipcast.values.container import Owner
from slipcast.values.entries import Entry
from slipcast.values.faults import NotFound
from slipcast.values.image import ImageFacts

Entries = Callable[[], Iterable[Entry]]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is put into a container of the builder image, and how assemble is run there.

    Shape:  image is the name as typed. env is the build environment, the platform's not counted.
            artifacts are those of the previous image, None when there are none.
    """

    builder: ImageFacts
    image: str
    user: str
    destination: str
    scripts: Mapping[str, Script]
    env: tuple[tuple[str, str], ...]
    source: Entries
    artifacts: Entries | None = None
    timestamp: int | None = None


class Assembled(msgspec.Struct, frozen=True):
    """A container in which assemble ended well, and the labels it asked for.

    Shape:  leave_out are paths of the container that get into no image.
    """

    container: Container
    labels: Mapping[str, str]
    leave_out: tuple[str, ...] = ()


@contextmanager
def assembled(job: Job, plan: Plan) -> Iterator[Assembled]:
    """The container after assemble, injections emptied; gone when the context ends.

    Errors: BuildFault AssembleFailed, with the last lines of the script's output.
    """
    with failing(Reason.ASSEMBLE_FAILED, ""), ExitStack() as stack:
        container = _made(stack, job, plan)
        with job.progress.stage(*stages.ASSEMBLE, f"Assembling in {plan.image}"):
            owner = owners.of(container, plan.image, plan.user)
            injected = _upload(job, plan, container, owner)
            run(job, plan, container)
            injecting.empty(container, injected, owner)
        added = labels.added_by_assemble(reading.content(container, labels.METADATA_FILE))
        yield Assembled(container, added, tuple(each.path for each in injected if each.remove))


def _made(stack: ExitStack, job: Job, plan: Plan) -> Container:
    """The container; an image that was removed since it was looked at is fetched again (S2I-99)."""
    spec = _spec(job, plan)
    try:
        return stack.enter_context(job.engine.container(spec))
    except NotFound as gone:
        again = pulls.needed(
            job,
            plan.image,
            job.request.pull_policy,
            stages.PULL_BUILDER,
            Reason.PULL_BUILDER_IMAGE_FAILED,
        )
        if again.id != plan.builder.id:
            # Users, scripts and labels were decided on the image that is gone.
            raise failure(
                Reason.PULL_BUILDER_IMAGE_FAILED,
                f"the image {plan.image} became another one during the build",
                hint="Build again.",
            ) from gone
        return stack.enter_context(job.engine.container(spec))


def _spec(job: Job, plan: Plan) -> ContainerSpec:
    request = job.request
    return ContainerSpec(
        image=plan.builder.id,
        argv=(plan.scripts[scripts.ASSEMBLE].path,),
        name=job.container_name(plan.image),
        user=plan.user,
        env=platform.env(request.platform, (*plan.env, *request.hidden_env), plan.timestamp),
        mounts=(*platform.mounts(request.platform), *request.volumes),
        network=request.network,
        add_hosts=request.add_hosts,
        cap_drop=request.cap_drop,
        security_opt=request.security_opt,
        limits=request.limits,
    )


def _upload(
    job: Job, plan: Plan, container: Container, owner: Owner
) -> tuple[injecting.Injected, ...]:
    workdir = plan.builder.config.workdir
    injected = injecting.write(container, job.request.injections, workdir, owner)
    container.write(
        f"{plan.destination}/scripts",
        script_entries(plan.scripts.values(), plan.timestamp or 0),
        owner=owner,
    )
    container.write(f"{plan.destination}/src", plan.source(), owner=owner)
    if plan.artifacts is not None:
        container.write(f"{plan.destination}/artifacts", plan.artifacts(), owner=owner)
    return injected


def script_entries(found: Iterable[Script], mtime: int) -> Iterator[Entry]:
    """The uploaded ones among the scripts, executable whatever they were before (S2I-155)."""
    for script in found:
        if script.content is not None:
            yield Entry(
                path=script.name,
                mode=0o755,
                mtime=mtime,
                size=len(script.content),
                content=script.content,
            )


def run(job: Job, plan: Plan, container: Container) -> None:
    """Run assemble to its end.

    Errors: BuildFault saying how it ended.
    """
    tail = Tail(job.progress, quiet=job.request.quiet)
    stdout, stderr = tail.sinks(one=job.request.one_stream)
    status = container.run(stdout=stdout, stderr=stderr)
    if not status.ok:
        path = plan.scripts[scripts.ASSEMBLE].path
        raise diagnosis.fault(
            container, plan.image, path, status, tail.lines, Reason.ASSEMBLE_FAILED
        )
