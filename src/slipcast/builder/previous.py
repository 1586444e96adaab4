"""The previous image: what its save-artifacts script hands to the next build.

Whatever goes wrong here, the build goes on without artifacts.

Source: source-to-image, incremental builds (S2I-181 to 190).
"""

from __future__ import annotations

from pathlib import Path

from slipcast.builder import diagnosis, pulls, reading, stages
from slipcast.builder.assembly import Entries
from slipcast.builder.inputs import archive
from slipcast.builder.job import Job
from slipcast.builder.tail import Tail
from slipcast.builder.workspace import Workspace, remove_tree
from slipcast.builds.s2i import users
from slipcast.builds.s2i.reasons import Exit, Reason, failure
from slipcast.builds.s2i.scripts import Script
from slipcast.ports.engine import Container, ContainerSpec
from slipcast.values.container import ExitStatus
from slipcast.values.entries import Entry
from slipcast.values.faults import BuildFault, PortFault
from slipcast.values.image import ImageFacts

CLEAN = "Clean build will be performed"
CLEAN_AFTER_FAULT = f"{CLEAN} because of error saving previous build artifacts"
_LONGEST_SILENCE = 300.0
_SPOOL = "artifacts.tar"


def find(job: Job) -> ImageFacts | None:
    """The image of the build before, None when there is none or none is wanted."""
    request = job.request
    name = request.incremental_from_tag or request.tag
    if not request.incremental or not name:
        return None
    try:
        with job.progress.stage(*stages.PULL_PREVIOUS, f"Getting the previous image {name}"):
            # A failure is told below: it is none of the build's, though engines shout.
            return pulls.pull(job, name, request.incremental_pull_policy, quiet=True)
    except PortFault as fault:
        job.progress.note(f"no previous image {name}: {fault.message}", level=2)
        job.progress.note(f"There is no previous image {name}. {CLEAN}", level=0)
        return None


def artifacts(
    job: Job, previous: ImageFacts | None, script: Script | None, space: Workspace
) -> Entries | None:
    """What save-artifacts of the previous image gave, None when that is nothing."""
    if previous is None or script is None:
        return None
    try:
        with job.progress.stage(
            *stages.RETRIEVE_ARTIFACTS, "Saving the artifacts of the previous image"
        ):
            saved = _saved(job, previous, script, space)
    except (PortFault, BuildFault, OSError) as fault:
        job.progress.warn(f"{CLEAN_AFTER_FAULT}: {fault}")
        remove_tree(space.artifacts)
        return None
    return (lambda: saved) if saved else None


def _saved(job: Job, previous: ImageFacts, script: Script, space: Workspace) -> tuple[Entry, ...]:
    """What was saved, checked; its contents stay in a file of the workspace."""
    spool = space.artifacts / _SPOOL
    if not _spooled(job, _spec(job, previous, script), script, spool):
        return ()
    entries = archive.entries(spool)
    if not entries:
        job.progress.note("the previous image saved no artifacts")
    return entries


def _spooled(job: Job, spec: ContainerSpec, script: Script, spool: Path) -> bool:
    """Whether there was a script to run; what it printed is in the spool then."""
    tail = Tail(job.progress)
    with job.engine.container(spec) as container, spool.open("wb") as file:
        if reading.member(container, script.path) is None:
            job.progress.note(f"the previous image has no {script.path}; {CLEAN}")
            return False

        def keep(data: bytes) -> None:
            file.write(data)

        status = container.run(stdout=keep, stderr=tail.sink("stderr"), idle=_LONGEST_SILENCE)
        if not status.ok:
            raise _failed(job, container, script, status, tail)
    return True


def _failed(
    job: Job, container: Container, script: Script, status: ExitStatus, tail: Tail
) -> BuildFault:
    image = job.request.incremental_from_tag or job.request.tag
    fault = diagnosis.fault(container, image, script.path, status, tail.lines, Reason.GENERIC)
    fault.exit_code = Exit.SAVE_ARTIFACTS
    return fault


def _spec(job: Job, previous: ImageFacts, script: Script) -> ContainerSpec:
    request = job.request
    user = users.assemble_user(request.assemble_user, previous.config)
    if not users.is_allowed(request.allowed_uids, user):
        raise failure(
            Reason.USER_FORBIDDEN, f"the previous image runs as {user!r}, which is not allowed"
        )
    return ContainerSpec(
        image=previous.id,
        argv=(script.path,),
        name=job.container_name(request.incremental_from_tag or request.tag),
        user=user,
        mounts=request.volumes,
        network=request.network,
        add_hosts=request.add_hosts,
        cap_drop=request.cap_drop,
        security_opt=request.security_opt,
        limits=request.limits,
    )
