"""A Build out of a BuildConfig and a request, and the BuildConfig as it is afterwards.

Which references must be looked up is told by `wanted`; whoever asks looks them up and hands in
what was found. Choosing secrets is not done here.

Source: build-api.md section 2, 9.1 to 9.3; build-lifecycle.md section 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.build import (
    BinaryBuildSource,
    Build,
    BuildConfig,
    BuildRequest,
    BuildSource,
    BuildSpec,
    BuildStatus,
    BuildStrategy,
    BuildTriggerCause,
    BuildTriggerPolicy,
    CustomBuildStrategy,
    EnvVar,
    ObjectReference,
)
from slipcast.api.meta import ObjectMeta, OwnerReference
from slipcast.builds import naming
from slipcast.builds.options import with_env, with_options
from slipcast.builds.phases import Phase
from slipcast.builds.strategy import image_of, source_type
from slipcast.builds.triggers import (
    MANUAL,
    Reference,
    as_applied,
    last_image,
    reference,
    references,
    watched,
    watches_strategy,
    with_image,
    with_spec_noted,
    with_trigger_statuses,
)
from slipcast.values.apifaults import BadRequest, InternalError, Invalid
from slipcast.values.causes import Cause
from slipcast.values.instant import to_text

BASE_IMAGE: Final = "OPENSHIFT_CUSTOM_BUILD_BASE_IMAGE"
IMAGE_KINDS: Final = ("ImageStreamTag", "ImageStreamImage", "DockerImage")
BUILD_CONFIG_KIND: Final = kinds.require(kinds.BUILD, "BuildConfig")


class Unresolved(msgspec.Struct, frozen=True, kw_only=True):
    """A reference that leads to no image, and why: `unable to find latest tagged image`."""

    why: str


Resolved = Mapping[Reference, str | Unresolved]
"""What was found: pull specs in full."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What a request makes: the Build, the BuildConfig to be stored before it, and warnings."""

    build: Build
    config: BuildConfig | None
    warnings: tuple[str, ...] = ()


def wanted(config: BuildConfig, request: BuildRequest) -> tuple[Reference, ...]:
    """The references that must be looked up for a build, each once (BL-10, BL-16, BL-17)."""
    namespace = config.metadata.namespace
    asked = _asked(config, request)
    watching = (watched(each, config) for each in config.spec.triggers if each is not asked)
    triggers = tuple(place for place in watching if place is not None)
    return tuple(dict.fromkeys((*triggers, *references(_images(config), namespace))))


def generated(
    config: BuildConfig,
    request: BuildRequest,
    resolved: Resolved,
    now: datetime,
    *,
    account: str = naming.DEFAULT_ACCOUNT,
    newest: int = 0,
) -> Made:
    """The Build that a request makes of a BuildConfig, and the BuildConfig that counted it.

    Shape:  newest is the highest number among builds that are there already, for a BuildConfig
            that was deleted and created again without them.
    Errors: BadRequest when paused, of another lastVersion or with options of another strategy;
            Invalid when an image is not found; InternalError when its image was built already.
    """
    _check(config, request)
    triggers, warnings = _refreshed(config, request, resolved)
    before = config
    config = replace(config, spec=replace(config.spec, triggers=triggers))
    number = max(config.status.last_version, newest) + 1
    status = with_trigger_statuses(config, _asked(config, request), to_text(now))
    config = with_spec_noted(replace(config, status=replace(status, last_version=number)))
    spec = _spec(config, request, _Images(config, resolved), account)
    build = Build(metadata=_metadata(config, request), spec=spec, status=_status(config))
    return Made(build=build, config=as_applied(before, config), warnings=warnings)


def _check(config: BuildConfig, request: BuildRequest) -> None:
    """What keeps a BuildConfig from making this build, in order (BA-115)."""
    where = place_of(config.metadata)
    if naming.is_paused(config.metadata.annotations):
        raise BadRequest(paused(config))
    version, said = config.status.last_version, request.last_version
    if said is not None and said != version:
        raise BadRequest(
            f"the LastVersion({version}) on build config {where} does not match the build request"
            f" LastVersion({said})"
        )
    trigger, image = _asked(config, request), request.triggered_by_image
    if trigger is None or trigger.image_change is None or image is None:
        return
    if last_image(trigger, config) == image.name:
        raise InternalError(
            f"Internal error occurred: build config {where} has already instantiated a build for"
            f" imageid {image.name}"
        )


def paused(config: BuildConfig) -> str:
    """What is said of a BuildConfig that makes no builds for now (BA-115, BA-133)."""
    where = place_of(config.metadata)
    return f"can't instantiate from BuildConfig {where}: BuildConfig is paused"


def place_of(metadata: ObjectMeta) -> str:
    """An object as messages name it: `namespace/name`."""
    return f"{metadata.namespace}/{metadata.name}"


def _asked(config: BuildConfig, request: BuildRequest) -> BuildTriggerPolicy | None:
    """The trigger that a request speaks for: that of its image, if it has one (TR-95)."""
    if request.from_ is None or request.triggered_by_image is None:
        return None
    place = reference(request.from_, config.metadata.namespace)
    return next((each for each in config.spec.triggers if watched(each, config) == place), None)


def _refreshed(
    config: BuildConfig, request: BuildRequest, resolved: Resolved
) -> tuple[tuple[BuildTriggerPolicy, ...], tuple[str, ...]]:
    """The triggers with the images of this moment, and what could not be looked up (BL-10)."""
    asked, image = _asked(config, request), request.triggered_by_image
    triggers: list[BuildTriggerPolicy] = []
    warnings: list[str] = []
    for trigger in config.spec.triggers:
        place, found = watched(trigger, config), ""
        if trigger is asked and image is not None:
            found = image.name
        elif place is not None:
            try:
                found = _found(place, resolved)
            except Invalid as fault:
                if watches_strategy(trigger):
                    raise
                # What it was built with last stays known, so that the image's return is no news.
                warnings.append(fault.message)
        triggers.append(with_image(trigger, found or last_image(trigger, config)))
    return tuple(triggers), tuple(warnings)


def _found(place: Reference, resolved: Resolved) -> str:
    """The image a reference leads to.

    Errors: Invalid in the words of BA-116; InternalError for a kind that is no image.
    """
    if place.kind not in IMAGE_KINDS:
        raise InternalError(f"Internal error occurred: Unknown From Kind {place.kind}")
    found = resolved.get(place, Unresolved(why="nothing was found"))
    if isinstance(found, str):
        return found
    message = (
        f"Error resolving {place.kind} {place.name} in namespace {place.namespace}: {found.why}"
    )
    cause = Cause(field="from", reason="", message=message)
    raise Invalid.told(message, plural=place.kind, name=place.name, causes=(cause,))


class _Images:
    """The images a build starts from, as this BuildConfig and moment have them."""

    def __init__(self, config: BuildConfig, resolved: Resolved) -> None:
        self.config = config
        self.resolved = resolved

    def pinned(self, image: ObjectReference) -> ObjectReference:
        """A reference as a Build has it: an image by its pull spec."""
        if image.kind == "DockerImage":
            return image
        return self._docker(_found(reference(image, self.config.metadata.namespace), self.resolved))

    def of_strategy(self, image: ObjectReference) -> ObjectReference:
        """The image of the strategy: what its trigger has, else what is there now (BL-17)."""
        last = next(
            (_last(each) for each in self.config.spec.triggers if watches_strategy(each)), ""
        )
        return self._docker(last) if last else self.pinned(image)

    def of_source(self, image: ObjectReference) -> ObjectReference:
        """An image of the source: what a trigger of the same reference has (BL-16)."""
        triggers = self.config.spec.triggers
        if image == image_of(self.config.spec.strategy):
            return self.of_strategy(image)
        last = next((_last(each) for each in triggers if _is_of(each, image)), "")
        return self._docker(last) if last else self.pinned(image)

    @staticmethod
    def _docker(name: str) -> ObjectReference:
        return ObjectReference(kind="DockerImage", name=name)


def _last(trigger: BuildTriggerPolicy) -> str:
    return trigger.image_change.last_triggered_image_id if trigger.image_change else ""


def _is_of(trigger: BuildTriggerPolicy, image: ObjectReference) -> bool:
    """Whether a trigger names an image in just these words (BL-16)."""
    change = trigger.image_change
    if trigger.type != "ImageChange" or change is None or change.from_ is None:
        return False
    return (change.from_.namespace, change.from_.name) == (image.namespace, image.name)


def _images(config: BuildConfig) -> Iterator[ObjectReference]:
    """Every image a BuildConfig's builds start from."""
    strategy, source = config.spec.strategy, config.spec.source
    image = image_of(strategy)
    if image is not None:
        yield image
    if strategy.source_strategy is not None and strategy.source_strategy.runtime_image is not None:
        yield strategy.source_strategy.runtime_image
    yield from (each.from_ for each in source.images)


def _spec(config: BuildConfig, request: BuildRequest, images: _Images, account: str) -> BuildSpec:
    """The spec of a build: the BuildConfig's at this moment, with what was asked (BA-120)."""
    spec = config.spec
    strategy = with_env(_strategy(spec.strategy, images), request.env)
    where = place_of(config.metadata)
    strategy = with_options(strategy, request, where, args="Docker build specific options")
    return BuildSpec(
        service_account=spec.service_account or account,
        source=_source(spec.source, request, images),
        revision=request.revision,
        strategy=strategy,
        output=spec.output,
        resources=spec.resources,
        post_commit=spec.post_commit,
        completion_deadline_seconds=spec.completion_deadline_seconds,
        node_selector=spec.node_selector,
        mount_trusted_ca=spec.mount_trusted_ca,
        triggered_by=_causes(request),
    )


def _causes(request: BuildRequest) -> tuple[BuildTriggerCause, ...]:
    """Why the build was started (BA-652); source that is sent along has no cause (BA-125)."""
    if request.triggered_by or request.binary is not None:
        return request.triggered_by
    return (MANUAL,)


def _source(source: BuildSource, request: BuildRequest, images: _Images) -> BuildSource:
    """The source of a build: what is sent along stands for a repository (BA-50, BA-51)."""
    pinned = (replace(each, from_=images.of_source(each.from_)) for each in source.images)
    source = replace(source, images=tuple(pinned))
    if request.binary is not None:
        sends_dockerfile = request.binary.as_file == "Dockerfile"
        inline = None if sends_dockerfile else source.dockerfile
        source = replace(source, git=None, dockerfile=inline)
    return with_binary(source, request.binary)


def with_binary(source: BuildSource, binary: BinaryBuildSource | None) -> BuildSource:
    """The source with what is sent along, or without; its type follows, lest it bring it back."""
    source = replace(source, binary=binary)
    return replace(source, type=source_type(source))


def _strategy(strategy: BuildStrategy, images: _Images) -> BuildStrategy:
    """The strategy of a build: its images by their pull specs (BL-17)."""
    source, docker, custom = (
        strategy.source_strategy,
        strategy.docker_strategy,
        strategy.custom_strategy,
    )
    if source is not None:
        runtime = source.runtime_image
        source = replace(
            source,
            from_=images.of_strategy(source.from_),
            runtime_image=None if runtime is None else images.pinned(runtime),
        )
    if docker is not None and docker.from_ is not None:
        docker = replace(docker, from_=images.of_strategy(docker.from_))
    if custom is not None:
        custom = based_on(replace(custom, from_=images.of_strategy(custom.from_)))
    return replace(strategy, source_strategy=source, docker_strategy=docker, custom_strategy=custom)


def based_on(custom: CustomBuildStrategy) -> CustomBuildStrategy:
    """A custom strategy whose image is told which image it is (BL-18)."""
    base = EnvVar(name=BASE_IMAGE, value=custom.from_.name)
    if all(each.name != BASE_IMAGE for each in custom.env):
        return replace(custom, env=(*custom.env, base))
    return replace(
        custom, env=tuple(base if each.name == BASE_IMAGE else each for each in custom.env)
    )


def _metadata(config: BuildConfig, request: BuildRequest) -> ObjectMeta:
    """Name, labels, annotations and owner of a build (BA-22, BA-26, BA-27)."""
    name, number = config.metadata.name, config.status.last_version
    policy = config.spec.run_policy or "Serial"
    system = naming.config_labels(name, policy)
    owner = OwnerReference(
        api_version=BUILD_CONFIG_KIND.api_version,
        kind=BUILD_CONFIG_KIND.name,
        name=name,
        uid=config.metadata.uid,
    )
    return ObjectMeta(
        name=naming.build_name(name, number),
        namespace=config.metadata.namespace,
        labels={**request.metadata.labels, **config.metadata.labels, **system},
        annotations={**request.metadata.annotations, **naming.config_annotations(name, number)},
        owner_references=(owner,),
    )


def _status(config: BuildConfig) -> BuildStatus:
    of = ObjectReference(
        kind="BuildConfig", namespace=config.metadata.namespace, name=config.metadata.name
    )
    return BuildStatus(phase=Phase.NEW, config=of)
