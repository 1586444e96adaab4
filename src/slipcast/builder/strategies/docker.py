"""Builds by a Dockerfile, in a working container for each of its steps.

All images that the Dockerfile names are pulled first, with the credentials of the Build; the
engine's own build then finds them there, and needs none.

Source: builder-process.md 7.2, BLD-120 to BLD-127.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from slipcast.api.build import DockerBuildStrategy
from slipcast.builder import dockerfilerewrite, limits, ondemand
from slipcast.builder.credentials import registries
from slipcast.builder.diagnosis import OutOfMemory
from slipcast.builder.inputs.files import secrets_into
from slipcast.builder.presence import here, refuse_id
from slipcast.builder.task import Built, Fetched, Task
from slipcast.builds.reasons import Reason
from slipcast.builds.s2i import platform
from slipcast.builds.stages import Stage, Step
from slipcast.builds.strategies.mounts import volume_path
from slipcast.dockerfile.edit import line_ends
from slipcast.dockerfile.parse import Dockerfile
from slipcast.dockerfile.stages import base_images, copied_images, declares
from slipcast.ports.engine import BuildSpec, PullSpec
from slipcast.values.container import Mount, PullPolicy
from slipcast.values.faults import BuildFault, EngineFault, InvalidFault, PortFault
from slipcast.values.image import ImageFacts
from slipcast.values.imageref import ImageRef

_NO_IMAGE: Final = "scratch"
_NOT_SUPPORTED: Final = "NotSupported"
_OUT_OF_MEMORY: Final = "OutOfMemory"
_NO_REGISTRY: Final = "localhost"
_PROXIES: Final = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "FTP_PROXY", "ALL_PROXY"})
_ONE_LAYER: Final = frozenset({"SkipLayers", "SkipLayersAndWarn"})
_TRUST: Final = "/etc/pki/ca-trust"
_BUNDLE: Final = "extracted/pem/tls-ca-bundle.pem"


def run(task: Task, source: Fetched) -> Built:
    """Build the context; the Dockerfile is rewritten first, unless an earlier container did.

    Errors: BuildFault ManageDockerfileFailed, PullBuilderImageFailed, DockerBuildFailed.
    """
    strategy = task.build.spec.strategy.docker_strategy or DockerBuildStrategy()
    path = dockerfilerewrite.rewrite(task, source)
    dockerfile = dockerfilerewrite.parsed(path.read_bytes())
    unkept = dockerfilerewrite.hidden(task, dockerfile)
    _tell_hidden(task, unkept)
    args = {each.name: each.value for each in strategy.build_args} | line_ends(dockerfile)
    seen = {name: args[name] for name in unkept & args.keys() if declares(dockerfile, name)}
    seen |= {name: value for name, value in task.unkept(strategy.env) if name in unkept}
    # Steps see the value; what asks whether there is one is answered.
    args |= dict.fromkeys(unkept & args.keys(), "")
    images = _images(dockerfile, args)
    ondemand.provide(task, images)
    for image in images:
        _pull(task, strategy, image)
    with secrets_into(task, source.context):
        spec = _spec(task, strategy, args, context=source.context, dockerfile=path)
        facts = _build(task, replace(spec, step_env=seen))
    return Built(tag=task.tag, image=facts.id, bases=images)


def _tell_hidden(task: Task, unkept: frozenset[str]) -> None:
    for name in sorted(task.hidden - unkept):
        task.progress.warn(
            f"the image keeps {name}, which is of a Secret: the Dockerfile says it outside of RUN"
        )


def _images(dockerfile: Dockerfile, args: Mapping[str, str]) -> tuple[str, ...]:
    """Every image that has to be there (BLD-121)."""
    try:
        named = (*base_images(dockerfile, args), *copied_images(dockerfile))
    except InvalidFault as fault:
        raise _failed(f"the Dockerfile cannot be built: {fault.message}") from fault
    return tuple(name for name in dict.fromkeys(named) if name != _NO_IMAGE)


def _pull(task: Task, strategy: DockerBuildStrategy, image: str) -> None:
    try:
        sources = (each.from_.name for each in task.build.spec.source.images)
        index = next((index for index, name in enumerate(sources) if name == image), None)
        known = registries.pull(task) if index is None else registries.source_image(task, index)
        access = known(image)
        if not task.is_by_hand:
            refuse_id(task.engine, image)
        if not strategy.force_pull and here(task.engine, image, access) is not None:
            return
        ref = ImageRef.parse(image)
        policy = PullPolicy.ALWAYS if strategy.force_pull else PullPolicy.IF_NOT_PRESENT
        if not strategy.force_pull and ref.registry == _NO_REGISTRY:
            policy = PullPolicy.NEVER
        task.progress.note(f"Pulling image {image} ...", level=0)
        spec = PullSpec(image=image, policy=policy, access=access)
        with task.progress.stage(Stage.PULL_IMAGES, Step.PULL_BASE_IMAGE, f"Pulling {image}"):
            task.engine.pull(spec, log=partial(task.progress.output, "stderr"))
    except (PortFault, InvalidFault) as fault:
        hint = fault.hint or "check the name, and the pullSecret of the strategy"
        msg = f"failed to pull image: {fault.message}"
        reason = Reason.PULL_BUILDER_FAILED
        raise BuildFault(msg, reason=reason, hint=hint, tail=fault.tail) from fault


def _build(task: Task, spec: BuildSpec) -> ImageFacts:
    with task.progress.stage(Stage.BUILD, Step.DOCKER_BUILD, f"Building {spec.tag}"):
        try:
            return _built(task, spec)
        except PortFault as fault:
            if fault.reason == _OUT_OF_MEMORY:
                raise OutOfMemory(
                    fault.message,
                    reason=Reason.DOCKER_BUILD_FAILED,
                    hint="Give the build more memory: spec.resources.limits.memory.",
                ) from fault
            # What the engine printed has been shown already.
            raise _failed(fault.message, fault.hint) from fault


def _built(task: Task, spec: BuildSpec) -> ImageFacts:
    """The image; what the platform shows steps is left out where an engine can show them nothing.

    Errors: what the engine raises.
    """
    log = partial(task.progress.output, "stdout")
    required = tuple(mount for mount in spec.mounts if mount not in platform.mounts(task.platform))
    try:
        return task.engine.build(spec, log=log)
    except EngineFault as fault:
        if fault.reason != _NOT_SUPPORTED or required == spec.mounts:
            raise
        task.progress.note(f"Steps do not see the platform's CA bundle: {fault.message}")
    return task.engine.build(replace(spec, mounts=required), log=log)


def _spec(
    task: Task,
    strategy: DockerBuildStrategy,
    args: Mapping[str, str],
    *,
    context: Path,
    dockerfile: Path,
) -> BuildSpec:
    policy = strategy.image_optimization_policy
    if policy == "SkipLayersAndWarn":
        task.progress.warn("the image gets one layer, so no layer of it can be used again")
    return BuildSpec(
        context=context,
        dockerfile=dockerfile,
        tag=task.tag,
        build_args=args,
        proxies=_proxies(task, args),
        mounts=tuple(_mounts(task, strategy)),
        limits=limits.own(),
        no_cache=strategy.no_cache,
        layers=policy not in _ONE_LAYER,
    )


def _proxies(task: Task, args: Mapping[str, str]) -> dict[str, str]:
    """The proxies of this process and of the platform (BLD-126); the Build's arguments win."""
    given = {**task.env, **dict(task.platform.env)}
    return {
        name: value
        for name, value in given.items()
        if name.upper() in _PROXIES and value and name not in args
    }


def _mounts(task: Task, strategy: DockerBuildStrategy) -> Iterator[Mount]:
    """What steps see and no image keeps (BLD-127)."""
    yield from platform.mounts(task.platform)
    if task.env.get("BUILD_MOUNT_ETC_PKI_CATRUST") == "true":
        yield from _trusted(task)
    for volume in strategy.volumes:
        directory = task.at(volume_path(volume)).resolve()
        for mount in volume.mounts:
            yield Mount(source=str(directory), target=mount.destination_path, read_only=True)


def _trusted(task: Task) -> Iterator[Mount]:
    """The authorities that the cluster trusts, where images of Red Hat's kin look for them."""
    directory = task.at(_TRUST)
    if task.platform.ca_bundle is not None:
        directory = task.work / "ca-trust"
        file = directory / _BUNDLE
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(task.platform.ca_bundle.read_bytes())
    if directory.is_dir():
        yield Mount(source=str(directory), target=_TRUST, read_only=True)


def _failed(message: str, hint: str = "") -> BuildFault:
    return BuildFault(message, reason=Reason.DOCKER_BUILD_FAILED, hint=hint)
