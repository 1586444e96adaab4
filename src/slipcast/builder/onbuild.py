"""The ONBUILD strategy: the engine builds, and the image's own instructions fire.

Source: source-to-image, ONBUILD strategy (S2I-249 to 252).
"""

from __future__ import annotations

from pathlib import Path

from slipcast.builder import assembly, laying, stages
from slipcast.builder.job import Job, failing
from slipcast.builder.lookup import Lookup
from slipcast.builder.source import Source
from slipcast.builds.s2i import onbuild, platform, scripts
from slipcast.builds.s2i.reasons import Reason, failure
from slipcast.builds.s2i.scripts import Script
from slipcast.ports.engine import BuildSpec
from slipcast.values.container import PullPolicy
from slipcast.values.image import ImageFacts

_SCRIPTS = ".s2i-scripts"


def build(
    job: Job, builder: ImageFacts, source: Source, env: tuple[tuple[str, str], ...]
) -> ImageFacts:
    """The image.

    Errors: BuildFault when nothing starts the application, or the engine's build failed.
    """
    request = job.request
    starter = onbuild.starter(source.tree)
    if starter is None:
        raise failure(
            Reason.GENERIC,
            "nothing in the source starts the application: the image "
            f"{request.builder_image!r} has ONBUILD instructions, so an executable file named "
            f"{', '.join(onbuild.STARTERS)} must lie in the root of the source",
        )
    assemble = _assemble(job, builder, source)
    context = source.workspace.root / "context"
    dockerfile = source.workspace.root / "Dockerfile"
    with failing(Reason.DOCKERFILE_CREATION_FAILED, "the build context cannot be written"):
        laying.lay(source.entries(), context)
        if assemble is not None and assemble.content is not None:
            mtime = source.timestamp or 0
            laying.lay(assembly.script_entries([assemble], mtime), context / _SCRIPTS)
        dockerfile.write_text(
            onbuild.text(request.builder_image, env, assemble, starter, _SCRIPTS),
            encoding="utf-8",
        )
    return _built(job, source, context, dockerfile)


def _built(job: Job, source: Source, context: Path, dockerfile: Path) -> ImageFacts:
    request = job.request
    spec = BuildSpec(
        context=context,
        dockerfile=dockerfile,
        tag=request.tag,
        mounts=(*platform.mounts(request.platform), *request.volumes),
        network=request.network,
        cap_drop=request.cap_drop,
        add_hosts=request.add_hosts,
        limits=request.limits,
        policy=PullPolicy.NEVER,
        timestamp=source.timestamp,
    )
    with (
        failing(Reason.IMAGE_BUILD_FAILED, "the engine could not build the image"),
        job.progress.stage(*stages.BUILD_IMAGE, f"Building on {request.builder_image}"),
    ):
        return job.engine.build(spec, log=lambda data: job.progress.output("stderr", data))


def _assemble(job: Job, builder: ImageFacts, source: Source) -> Script | None:
    config = builder.config
    lookup = Lookup(
        job,
        image=job.request.builder_image,
        image_url=scripts.scripts_url(config).value,
        destination=scripts.destination(job.request.destination, config).value,
        in_source=source.script,
    )
    return lookup.find((), (scripts.ASSEMBLE,)).get(scripts.ASSEMBLE)
