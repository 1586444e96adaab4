"""Triggers: which reference a trigger watches, what it asks for, and the causes builds record.

What webhooks send is read elsewhere; making the Build is `generate`.

Source: triggers.md TR-90 to TR-122, TR-514 to TR-523; build-api.md BA-113, BA-652.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api.apply import LAST_APPLIED
from slipcast.api.build import (
    BuildConfig,
    BuildConfigStatus,
    BuildRequest,
    BuildTriggerCause,
    BuildTriggerPolicy,
    CommonSpec,
    GenericWebHookCause,
    ImageChangeCause,
    ImageChangeTriggerStatus,
    ImageStreamTagReference,
    ObjectReference,
    SourceRevision,
)
from slipcast.api.meta import ObjectMeta
from slipcast.builds import naming
from slipcast.builds.strategy import image_of

MANUAL: Final = BuildTriggerCause(message="Manually triggered")
CONFIG_CHANGE: Final = BuildTriggerCause(message="Build configuration change")
IMAGE_CHANGE: Final = "Image change"
SECRET_KEY: Final = "WebHookSecretKey"  # noqa: S105 -- where in a Secret one is (TR-24)
HIDDEN_SECRET: Final = "<secret>"  # noqa: S105 -- what stands for a secret (TR-120)


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """An image by its place in a stream: the namespace is always said."""

    kind: str
    namespace: str
    name: str


def reference(image: ObjectReference, namespace: str) -> Reference:
    """A reference as it is meant in a namespace."""
    return Reference(kind=image.kind, namespace=image.namespace or namespace, name=image.name)


def watched(trigger: BuildTriggerPolicy, config: BuildConfig) -> Reference | None:
    """The tag an image change trigger watches; None for what watches nothing (TR-90)."""
    change = trigger.image_change
    if trigger.type != "ImageChange" or change is None:
        return None
    image = change.from_ or image_of(config.spec.strategy)
    if image is None or image.kind != "ImageStreamTag":
        return None
    return reference(image, config.metadata.namespace)


def watches_strategy(trigger: BuildTriggerPolicy) -> bool:
    """Whether a trigger watches whatever image the strategy starts from."""
    change = trigger.image_change
    return trigger.type == "ImageChange" and change is not None and change.from_ is None


def last_image(trigger: BuildTriggerPolicy, config: BuildConfig) -> str:
    """The image that a trigger last started a build with; empty for none.

    Shape:  what the spec says counts, else what the status remembers: who applies a manifest
            again, which knows of no image, starts nothing (UP-17).
    """
    place, change = watched(trigger, config), trigger.image_change
    if place is None or change is None:
        return ""
    if change.last_triggered_image_id:
        return change.last_triggered_image_id
    remembered = (
        each.last_triggered_image_id
        for each in config.status.image_change_triggers
        if (each.from_.namespace, each.from_.name) == (place.namespace, place.name)
    )
    return next(remembered, "")


def stale_images(
    config: BuildConfig, images: Mapping[Reference, str]
) -> tuple[tuple[BuildTriggerPolicy, Reference], ...]:
    """The triggers whose tags have other images than those last built with (TR-92, TR-99).

    Shape:  images are the newest of each tag, in full; tags that have none are not there.
    """
    return tuple(
        (trigger, place)
        for trigger in config.spec.triggers
        if (place := watched(trigger, config)) is not None
        and not (trigger.image_change and trigger.image_change.paused)
        and images.get(place, "") not in {"", last_image(trigger, config)}
    )


def image_change_request(
    config: BuildConfig, images: Mapping[Reference, str]
) -> BuildRequest | None:
    """What is asked for when tags have other images than those last built with (TR-92 to TR-99).

    Shape:  images are the newest of each tag, in full; tags that have none are not there. All
            references that are out of date become causes of the one build, in the words of the
            BuildConfig. Whoever has started another build meanwhile refuses.
    """
    stale = [
        (change.from_ or image_of(config.spec.strategy) or ObjectReference(), images[place])
        for trigger, place in stale_images(config, images)
        if (change := trigger.image_change) is not None
    ]
    if not stale:
        return None
    first, image = stale[0]
    return BuildRequest(
        metadata=_named(config),
        triggered_by_image=ObjectReference(kind="DockerImage", name=image),
        from_=first,
        last_version=config.status.last_version,
        triggered_by=tuple(image_change_cause(ref, found) for ref, found in stale),
    )


def with_images(config: BuildConfig, images: Mapping[Reference, str]) -> BuildConfig:
    """The BuildConfig as if builds had been started with images."""
    triggers = tuple(
        with_image(trigger, images.get(place, ""))
        if (place := watched(trigger, config))
        else trigger
        for trigger in config.spec.triggers
    )
    told = replace(config, spec=replace(config.spec, triggers=triggers))
    return as_applied(config, replace(told, status=with_trigger_statuses(told)))


def as_applied(before: BuildConfig, after: BuildConfig) -> BuildConfig:
    """The BuildConfig after a build was started, whose spec stays the applier's (UP-17).

    Shape:  an image is then remembered by the status alone, unless the spec names one already:
            who applies the same again would take away what he did not write.
    """
    if LAST_APPLIED not in before.metadata.annotations:
        return after
    triggers = tuple(
        new if old.image_change is None or old.image_change.last_triggered_image_id else old
        for old, new in zip(before.spec.triggers, after.spec.triggers, strict=True)
    )
    return replace(after, spec=replace(after.spec, triggers=triggers))


def with_image(trigger: BuildTriggerPolicy, image: str) -> BuildTriggerPolicy:
    """A trigger that has started a build with an image; as it was where there is none."""
    change = trigger.image_change
    if change is None or not image:
        return trigger
    return replace(trigger, image_change=replace(change, last_triggered_image_id=image))


def with_trigger_statuses(
    config: BuildConfig, asked: BuildTriggerPolicy | None = None, now: str = ""
) -> BuildConfigStatus:
    """The status, told anew of what each image change trigger last did (BA-36).

    Shape:  asked is the trigger that starts a build now.
    """
    times = {each.from_: each.last_trigger_time for each in config.status.image_change_triggers}
    told: list[ImageChangeTriggerStatus] = []
    for trigger in config.spec.triggers:
        place = watched(trigger, config)
        if place is None:
            continue
        from_ = ImageStreamTagReference(namespace=place.namespace, name=place.name)
        told.append(
            ImageChangeTriggerStatus(
                last_triggered_image_id=last_image(trigger, config),
                from_=from_,
                last_trigger_time=now if trigger is asked else times.get(from_, ""),
            )
        )
    return replace(config.status, image_change_triggers=tuple(told))


def config_change_request(config: BuildConfig) -> BuildRequest | None:
    """What is asked for when a BuildConfig has never been built (TR-110 to TR-112).

    Shape:  also when what is built has changed, where its annotation says so (UP-17).
    """
    version = config.status.last_version
    if not _is_on_change(config) or (version and not _is_built_anew(config)):
        return None
    return BuildRequest(
        metadata=_named(config), last_version=version, triggered_by=(CONFIG_CHANGE,)
    )


def wants_spec_noted(config: BuildConfig) -> bool:
    """Whether changes of a BuildConfig are to be built, and it is not known since when."""
    return (
        _is_on_change(config)
        and _rebuilds(config)
        and config.status.last_version != 0
        and naming.BUILT_SPEC not in config.metadata.annotations
    )


def with_spec_noted(config: BuildConfig) -> BuildConfig:
    """The BuildConfig that knows what its newest build was made of, where that matters."""
    if not _rebuilds(config):
        return config
    annotations = {**config.metadata.annotations, naming.BUILT_SPEC: spec_hash(config)}
    return replace(config, metadata=replace(config.metadata, annotations=annotations))


def spec_hash(config: BuildConfig) -> str:
    """What is built, and how, as a hash: neither what starts builds nor how many are kept."""
    own = {name: getattr(config.spec, name) for name in CommonSpec.__struct_fields__}
    return sha256(msgspec.json.encode(own, order="deterministic")).hexdigest()


def _is_on_change(config: BuildConfig) -> bool:
    return any(trigger.type == "ConfigChange" for trigger in config.spec.triggers)


def _rebuilds(config: BuildConfig) -> bool:
    return config.metadata.annotations.get(naming.REBUILD_ON_CHANGE) == "true"


def _is_built_anew(config: BuildConfig) -> bool:
    built = config.metadata.annotations.get(naming.BUILT_SPEC)
    return bool(built) and _rebuilds(config) and built != spec_hash(config)


def image_change_cause(ref: ObjectReference, image: str) -> BuildTriggerCause:
    """A new image as the cause of a build (TR-516)."""
    change = ImageChangeCause(image_id=image, from_ref=ref)
    return BuildTriggerCause(message=IMAGE_CHANGE, image_change_build=change)


_HOOKS: Final[Mapping[str, tuple[str, str]]] = {
    "github": ("GitHub WebHook", "github_web_hook"),
    "generic": ("Generic WebHook", "generic_web_hook"),
    "gitlab": ("GitLab WebHook", "gitlab_web_hook"),
    "bitbucket": ("Bitbucket WebHook", "bitbucket_web_hook"),
}
"""THE TABLE of forges: what builds say of them, and where (TR-517 to TR-520)."""


def webhook_cause(forge: str, revision: SourceRevision | None) -> BuildTriggerCause:
    """A webhook as the cause of a build; its secret is not told (TR-120, TR-122)."""
    message, block = _HOOKS[forge]
    told = GenericWebHookCause(revision=revision, secret=HIDDEN_SECRET)
    return replace(BuildTriggerCause(message=message), **{block: told})


def references(images: Iterable[ObjectReference], namespace: str) -> tuple[Reference, ...]:
    """References that must be looked up, each once, in their order."""
    places = (reference(image, namespace) for image in images if image.kind != "DockerImage")
    return tuple(dict.fromkeys(places))


def _named(config: BuildConfig) -> ObjectMeta:
    return ObjectMeta(name=config.metadata.name, namespace=config.metadata.namespace)
