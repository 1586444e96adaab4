"""The plan of builds by an image of the user's own.

Source: build-lifecycle.md BL-508 to BL-516, section 5.2; build-api.md section 5.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slipcast.api.build import Build, CustomBuildStrategy, EnvVar
from slipcast.api.container import Container, SecurityContext
from slipcast.builds.cluster import Cluster
from slipcast.builds.reasons import Reason
from slipcast.builds.strategies.environment import BUILD_KIND
from slipcast.builds.strategies.mounts import (
    Mounted,
    custom_secrets,
    engine_socket,
    mounts_of,
    registry_secrets,
    source_secrets,
)
from slipcast.builds.strategies.plan import Facts, Plan, PodPlan, Refused
from slipcast.builds.strategies.pod import basic_env, pod_of, with_input
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import ImageRef

ROLE: Final = "custom-build"
VERSIONS: Final = ("v1", BUILD_KIND.api_version)
"""The versions in which a build can be told (BA-580)."""


def plan(build: Build, cluster: Cluster, facts: Facts) -> Plan:
    """The pod of a build that the user's image runs."""
    custom = build.spec.strategy.custom_strategy or CustomBuildStrategy()
    version = custom.build_api_version or VERSIONS[0]
    if version not in VERSIONS:
        return _refused(f"A build cannot be told in buildAPIVersion {version!r}.")
    if custom.expose_docker_socket and not cluster.engine_socket:
        return _refused("This cluster gives no build the container engine's socket.")
    mounted = tuple(_mounted(build, custom, cluster))
    main = Container(
        name=ROLE,
        image=custom.from_.name,
        env=(
            *basic_env(build, cluster, version),
            *_output(facts.output),
            *(each.env for each in mounted if each.env is not None),
            *custom.env,
        ),
        resources=build.spec.resources,
        volume_mounts=mounts_of(mounted),
        termination_message_policy="FallbackToLogsOnError",
        image_pull_policy="Always" if custom.force_pull else "IfNotPresent",
        security_context=SecurityContext(privileged=True),
    )
    reads = build.spec.source.binary is not None
    return PodPlan(pod=pod_of(build, mounted, (), with_input(main) if reads else main))


def _mounted(build: Build, custom: CustomBuildStrategy, cluster: Cluster) -> Iterator[Mounted]:
    """The volumes; registries' secrets are of use to whoever can speak to the engine only."""
    if custom.expose_docker_socket:
        yield engine_socket(cluster.engine_socket)
        yield from registry_secrets(build)
    yield from source_secrets(build)
    yield from custom_secrets(build)


def _output(output: str) -> Iterator[EnvVar]:
    """Where the image goes: the host, and the rest (BL-530)."""
    if not output:
        return
    try:
        ref = ImageRef.parse(output)
    except InvalidFault:
        yield EnvVar(name="OUTPUT_REGISTRY")
        yield EnvVar(name="OUTPUT_IMAGE", value=output)
        return
    yield EnvVar(name="OUTPUT_REGISTRY", value=ref.registry)
    rest = output.removeprefix(f"{ref.registry}/") if ref.registry else output
    yield EnvVar(name="OUTPUT_IMAGE", value=rest)


def _refused(message: str) -> Refused:
    return Refused(reason=Reason.CANNOT_CREATE_POD_SPEC, message=message)
