"""What every build pod shares: name, owner, labels, secrets, deadline, the builder's containers.

Source: build-lifecycle.md sections 5.1 and 5.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from slipcast.api.build import Build, EnvVar, LocalObjectReference
from slipcast.api.container import Container, SecurityContext
from slipcast.api.meta import ObjectMeta, OwnerReference
from slipcast.api.pod import Pod, PodSpec
from slipcast.builds import naming
from slipcast.builds.cluster import Cluster
from slipcast.builds.strategies.environment import (
    BUILD_KIND,
    build_text,
    log_level,
    of_source,
    of_strategy,
)
from slipcast.builds.strategies.mounts import (
    Mounted,
    mounts_of,
    registry_secrets,
    source_secrets,
    strategy_volumes,
    work_area,
)
from slipcast.builds.strategies.plan import PodPlan

PROGRAM: Final = "slipcast-builder"
CLONING: Final = "git-clone"
EXTRACTING: Final = "extract-image-content"
PREPARING: Final = "manage-dockerfile"


def builder_plan(build: Build, cluster: Cluster, role: str, extra: Iterable[EnvVar]) -> PodPlan:
    """The pod of a build that our own builder runs, in a role such as `docker-build`."""
    mounted = (*registry_secrets(build), *source_secrets(build), *strategy_volumes(build))
    if cluster.stages:
        mounted = (work_area(), *mounted)
    main = Container(
        name=role,
        image=cluster.builder_image,
        command=(PROGRAM, role),
        args=(f"--loglevel={log_level(build)}",),
        env=(
            *basic_env(build, cluster),
            *of_strategy(build),
            *_trusted_ca(build),
            *(each.env for each in mounted if each.env is not None),
            *extra,
        ),
        resources=build.spec.resources,
        volume_mounts=mounts_of(mounted),
        termination_message_policy="FallbackToLogsOnError",
        image_pull_policy="IfNotPresent",
        security_context=SecurityContext(privileged=True),
    )
    inits = tuple(_inits(build, main)) if cluster.stages else ()
    reads = build.spec.source.binary is not None and not inits
    return PodPlan(pod=pod_of(build, mounted, inits, with_input(main) if reads else main))


def pod_of(
    build: Build, mounted: Iterable[Mounted], inits: tuple[Container, ...], main: Container
) -> Pod:
    """A build's pod around its containers (BL-507, BL-511, BL-513, BL-514, BL-517)."""
    spec, name = build.spec, build.metadata.name
    # The same secret for the same purpose is one volume, wherever it is seen (BL-50).
    volumes = {each.volume.name: each.volume for each in mounted}
    owner = OwnerReference(
        api_version=BUILD_KIND.api_version,
        kind=BUILD_KIND.name,
        name=name,
        uid=build.metadata.uid,
        controller=True,
    )
    metadata = ObjectMeta(
        name=naming.pod_name(build),
        namespace=build.metadata.namespace,
        labels=naming.pod_labels(name),
        annotations=naming.pod_annotations(name),
        owner_references=(owner,),
    )
    return Pod(
        metadata=metadata,
        spec=PodSpec(
            volumes=tuple(volumes.values()),
            init_containers=inits,
            containers=(main,),
            restart_policy="Never",
            active_deadline_seconds=spec.completion_deadline_seconds,
            # What was sent lies with one of several servers, and only it can build that.
            node_name=build.metadata.annotations.get(naming.UPLOAD_SERVER, ""),
            node_selector=spec.node_selector or {},
            service_account_name=naming.account(build),
            image_pull_secrets=_pull_secrets(build),
        ),
    )


def basic_env(build: Build, cluster: Cluster, api_version: str = "v1") -> Iterator[EnvVar]:
    """The variables that every build's container has (BL-520 to BL-525)."""
    yield EnvVar(name="BUILD", value=build_text(build, api_version))
    yield from of_source(build)
    if cluster.version:
        yield EnvVar(name="ORIGIN_VERSION", value=cluster.version)


def with_input(container: Container) -> Container:
    """The container that is sent the source (BL-515)."""
    return replace(container, stdin=True, stdin_once=True)


def _inits(build: Build, main: Container) -> Iterator[Container]:
    """The containers that prepare the source, one after another (BL-544 to BL-546)."""
    source = build.spec.source
    if source.git is not None or source.binary is not None:
        cloning = _as(main, CLONING)
        yield cloning if source.binary is None else with_input(cloning)
    if source.images:
        yield _as(main, EXTRACTING)
    yield _as(main, PREPARING)


def _as(main: Container, role: str) -> Container:
    return replace(main, name=role, command=(PROGRAM, role))


def _trusted_ca(build: Build) -> Iterator[EnvVar]:
    trusts = build.spec.mount_trusted_ca
    if trusts is not None:
        yield EnvVar(name="BUILD_MOUNT_ETC_PKI_CATRUST", value="true" if trusts else "false")


def _pull_secrets(build: Build) -> tuple[LocalObjectReference, ...]:
    """What the pod's own image is pulled with: a custom build's image may be private."""
    custom = build.spec.strategy.custom_strategy
    return (custom.pull_secret,) if custom is not None and custom.pull_secret is not None else ()
