"""The previous image: what its save-artifacts script hands to the next build.

Whatever goes wrong here, the build goes on without artifacts.

Source: source-to-image, incremental builds (S2I-181 to 190).
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from slipcast.builder import diagnosis, reading, stages
from slipcast.builder.assembly import Entries
from slipcast.builder.job import Job
from slipcast.builder.pulls import Puller
from slipcast.builder.tail import Tail
from slipcast.builds.s2i import users
from slipcast.builds.s2i.reasons import Exit, Reason, failure
from slipcast.builds.s2i.scripts import Script
from slipcast.ports.engine import ContainerSpec
from slipcast.values.faults import BuildFault, PortFault
from slipcast.values.image import ImageFacts

CLEAN = "Clean build will be performed"
CLEAN_AFTER_FAULT = f"{CLEAN} because of error saving previous build artifacts"


def find(job: Job, puller: Puller) -> ImageFacts | None:
    """The image of the build before, None when there is none or none is wanted."""
    request = job.request
    name = request.incremental_from_tag or request.tag
    if not request.incremental or not name:
        return None
    try:
        with job.progress.stage(*stages.PULL_PREVIOUS, f"Getting the previous image {name}"):
            return puller.once(job, name, request.incremental_pull_policy)
    except PortFault as fault:
        job.progress.note(f"no previous image {name}: {fault.message}", level=2)
        job.progress.note(CLEAN)
        return None


@contextmanager
def artifacts(
    job: Job, previous: ImageFacts | None, script: Script | None, below: Path
) -> Iterator[Entries | None]:
    """What save-artifacts of the previous image gave, for the length of the context; else None."""
    if previous is None or script is None:
        yield None
        return
    with ExitStack() as stack:
        spool = stack.enter_context(TemporaryFile(dir=below))
        try:
            with job.progress.stage(
                *stages.RETRIEVE_ARTIFACTS, "Saving the artifacts of the previous image"
            ):
                tar = _saved(job, previous, script, spool)
                if tar is not None:
                    reading.check(tar)
        except (PortFault, BuildFault, tarfile.TarError, ValueError, OSError) as fault:
            job.progress.warn(f"{CLEAN_AFTER_FAULT}: {fault}")
            tar = None
        yield None if tar is None else lambda: reading.entries(tar, below)


def _saved(
    job: Job, previous: ImageFacts, script: Script, spool: IO[bytes]
) -> tarfile.TarFile | None:
    request = job.request
    user = users.assemble_user(request.assemble_user, previous.config)
    if not users.is_allowed(request.allowed_uids, user):
        raise failure(
            Reason.USER_FORBIDDEN, f"the previous image runs as {user!r}, which is not allowed"
        )
    spec = ContainerSpec(
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
    tail = Tail(job.progress)
    with job.engine.container(spec) as container:
        if reading.member(container, script.path) is None:
            job.progress.note(f"the previous image has no {script.path}; {CLEAN}")
            return None
        status = container.run(stdout=lambda data: _kept(spool, data), stderr=tail.sink("stderr"))
        if not status.ok:
            fault = diagnosis.fault(
                container, spec.image, script.path, status, tail.lines, Reason.GENERIC
            )
            fault.exit_code = Exit.SAVE_ARTIFACTS
            raise fault
    if spool.tell() == 0:
        job.progress.note("the previous image saved no artifacts")
        return None
    spool.seek(0)
    return tarfile.open(fileobj=spool, mode="r:", errorlevel=1)


def _kept(spool: IO[bytes], data: bytes) -> None:
    spool.write(data)
