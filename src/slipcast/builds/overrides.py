"""What a cluster says about all builds: defaults and overrides, laid over a Build before its pod.

They show in the pod and in the copy of the Build it is given, never in the stored Build.

Source: build-lifecycle.md section 8.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import field
from msgspec.structs import replace

from slipcast.api.build import Build, BuildSpec, BuildStrategy, EnvVar, GitBuildSource, ImageLabel
from slipcast.api.env import ResourceRequirements
from slipcast.api.pod import Pod
from slipcast.api.scheduling import Toleration
from slipcast.builds.options import env_of, with_all_env


class SourceStrategyDefaults(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Defaults of source to image: whether builds are incremental."""

    incremental: bool | None = None


class BuildDefaults(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What builds have when they do not say otherwise.

    Shape:  proxy variables are of every container (BL-560); those of Git only of cloning.
    """

    git_http_proxy: str = field(default="", name="gitHTTPProxy")
    git_https_proxy: str = field(default="", name="gitHTTPSProxy")
    git_no_proxy: str = ""
    http_proxy: str = field(default="", name="httpProxy")
    https_proxy: str = field(default="", name="httpsProxy")
    no_proxy: str = ""
    env: tuple[EnvVar, ...] = ()
    source_strategy_defaults: SourceStrategyDefaults = SourceStrategyDefaults()
    image_labels: tuple[ImageLabel, ...] = ()
    node_selector: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    resources: ResourceRequirements = ResourceRequirements()


class BuildOverrides(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What builds have whatever they say; None and empty say nothing."""

    force_pull: bool | None = None
    image_labels: tuple[ImageLabel, ...] = ()
    node_selector: Mapping[str, str] = {}
    annotations: Mapping[str, str] = {}
    tolerations: tuple[Toleration, ...] = ()


def with_defaults(build: Build, defaults: BuildDefaults) -> Build:
    """The build with the defaults it lacks (BL-553 to BL-557, BL-559)."""
    spec = build.spec
    git = spec.source.git
    if git is not None:
        spec = replace(spec, source=replace(spec.source, git=_proxied(git, defaults)))
    spec = replace(spec, strategy=_with_incremental(_with_env(spec.strategy, defaults), defaults))
    named = {each.name for each in spec.output.image_labels}
    labels = (each for each in defaults.image_labels if each.name not in named)
    selector = spec.node_selector
    if selector is None and defaults.node_selector:
        selector = defaults.node_selector
    resources = spec.resources
    limits = {**defaults.resources.limits, **resources.limits}
    requests = {**defaults.resources.requests, **resources.requests}
    spec = replace(
        spec,
        output=replace(spec.output, image_labels=(*spec.output.image_labels, *labels)),
        node_selector=selector,
        resources=replace(resources, limits=limits, requests=requests),
    )
    return replace(build, spec=spec)


def with_overrides(build: Build, overrides: BuildOverrides) -> Build:
    """The build as it is overridden (BL-561 to BL-563)."""
    spec = _pulled(build.spec, overrides.force_pull)
    given = {each.name: each for each in overrides.image_labels}
    labels = [given.pop(each.name, each) for each in spec.output.image_labels]
    selector = spec.node_selector
    if overrides.node_selector:
        selector = {**(selector or {}), **overrides.node_selector}
    output = replace(spec.output, image_labels=(*labels, *given.values()))
    return replace(build, spec=replace(spec, output=output, node_selector=selector))


def with_pod_defaults(pod: Pod, defaults: BuildDefaults, overrides: BuildOverrides) -> Pod:
    """The pod with what a cluster says of build pods (BL-558, BL-560, BL-564, BL-565)."""
    annotations = {**defaults.annotations, **pod.metadata.annotations, **overrides.annotations}
    proxies = _proxies(defaults)
    with_env = tuple(replace(each, env=(*each.env, *proxies)) for each in pod.spec.containers)
    inits = tuple(replace(each, env=(*each.env, *proxies)) for each in pod.spec.init_containers)
    spec = replace(
        pod.spec,
        containers=with_env,
        init_containers=inits,
        tolerations=overrides.tolerations or pod.spec.tolerations,
    )
    return replace(pod, metadata=replace(pod.metadata, annotations=annotations), spec=spec)


def _proxied(git: GitBuildSource, defaults: BuildDefaults) -> GitBuildSource:
    """The repository with proxies where it says nothing; nothing but an empty text is said too."""
    http, https, none = git.http_proxy, git.https_proxy, git.no_proxy
    return replace(
        git,
        http_proxy=(defaults.git_http_proxy or None) if http is None else http,
        https_proxy=(defaults.git_https_proxy or None) if https is None else https,
        no_proxy=(defaults.git_no_proxy or None) if none is None else none,
    )


def _with_env(strategy: BuildStrategy, defaults: BuildDefaults) -> BuildStrategy:
    env = env_of(strategy)
    named = {each.name for each in env}
    missing = tuple(each for each in defaults.env if each.name not in named)
    return with_all_env(strategy, (*env, *missing)) if missing else strategy


def _with_incremental(strategy: BuildStrategy, defaults: BuildDefaults) -> BuildStrategy:
    source, said = strategy.source_strategy, defaults.source_strategy_defaults.incremental
    if source is None or source.incremental is not None or not said:
        return strategy
    return replace(strategy, source_strategy=replace(source, incremental=True))


def _pulled(spec: BuildSpec, force: bool | None) -> BuildSpec:  # noqa: FBT001 -- may be unsaid
    if force is None:
        return spec
    source, docker, custom = (
        spec.strategy.source_strategy,
        spec.strategy.docker_strategy,
        spec.strategy.custom_strategy,
    )
    strategy = replace(
        spec.strategy,
        source_strategy=None if source is None else replace(source, force_pull=force),
        docker_strategy=None if docker is None else replace(docker, force_pull=force),
        custom_strategy=None if custom is None else replace(custom, force_pull=force),
    )
    return replace(spec, strategy=strategy)


def _proxies(defaults: BuildDefaults) -> tuple[EnvVar, ...]:
    said = {
        "HTTP_PROXY": defaults.http_proxy,
        "HTTPS_PROXY": defaults.https_proxy,
        "NO_PROXY": defaults.no_proxy,
    }
    return tuple(
        EnvVar(name=name, value=value)
        for key, value in said.items()
        if value
        for name in (key, key.lower())
    )
