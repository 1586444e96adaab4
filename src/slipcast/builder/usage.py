"""The usage script of a builder image (S2I-3)."""

from __future__ import annotations

from slipcast.builder import assembly, diagnosis, owners
from slipcast.builder.job import Job, failing
from slipcast.builder.lookup import Lookup
from slipcast.builder.tail import Tail
from slipcast.builds.s2i import scripts, users
from slipcast.builds.s2i.reasons import Reason
from slipcast.ports.engine import ContainerSpec
from slipcast.values.image import ImageFacts


def run(job: Job, builder: ImageFacts) -> None:
    """Run it; what it prints goes to progress.

    Errors: BuildFault when there is none, or it failed.
    """
    request = job.request
    destination = scripts.destination(request.destination, builder.config).value
    lookup = Lookup(
        job,
        image=request.builder_image,
        image_url=scripts.scripts_url(builder.config).value,
        destination=destination,
        in_source=lambda _: None,
    )
    found = lookup.find((scripts.USAGE,))
    script = found[scripts.USAGE]
    user = users.assemble_user(request.assemble_user, builder.config)
    spec = ContainerSpec(
        image=builder.id,
        argv=(script.path,),
        name=job.container_name(request.builder_image),
        user=user,
        network=request.network,
        add_hosts=request.add_hosts,
        cap_drop=request.cap_drop,
        limits=request.limits,
    )
    with failing(Reason.GENERIC, ""), job.engine.container(spec) as container:
        if script.content is not None:
            owner = owners.of(container, request.builder_image, user)
            container.write(
                f"{destination}/scripts", assembly.script_entries([script], 0), owner=owner
            )
        tail = Tail(job.progress)
        status = container.run(stdout=tail.sink("stdout"), stderr=tail.sink("stderr"))
        if not status.ok:
            raise diagnosis.fault(
                container, request.builder_image, script.path, status, tail.lines, Reason.GENERIC
            )
