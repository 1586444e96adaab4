"""Triggers: which reference a trigger watches, what it asks for, and the causes builds record.

What webhooks send is read elsewhere; making the Build is `generate`.

Source: triggers.md TR-90 to TR-122, TR-514 to TR-523; build-api.md BA-113, BA-652.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api.build import (
    BuildConfig,
    BuildRequest,
    BuildTriggerCause,
    BuildTriggerPolicy,
    GenericWebHookCause,
    ImageChangeCause,
    ObjectReference,
    SourceRevision,
)
from slipcast.api.meta import ObjectMeta
from slipcast.builds.strategy import image_of

MANUAL: Final = BuildTriggerCause(message="Manually triggered")
CONFIG_CHANGE: Final = BuildTriggerCause(message="Build configuration change")
IMAGE_CHANGE: Final = "Image change"
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


def image_change_request(
    config: BuildConfig, images: Mapping[Reference, str]
) -> BuildRequest | None:
    """What is asked for when tags have other images than those last built with (TR-92 to TR-99).

    Shape:  images are the newest of each tag, in full; tags that have none are not there. All
            references that are out of date become causes of the one build.
    """
    stale: list[tuple[ObjectReference, str]] = []
    for trigger in config.spec.triggers:
        place, change = watched(trigger, config), trigger.image_change
        if place is None or change is None or change.paused:
            continue
        image = images.get(place, "")
        if image and image != change.last_triggered_image_id:
            ref = ObjectReference(kind=place.kind, namespace=place.namespace, name=place.name)
            stale.append((ref, image))
    if not stale:
        return None
    first, image = stale[0]
    return BuildRequest(
        metadata=_named(config),
        triggered_by_image=ObjectReference(kind="DockerImage", name=image),
        from_=first,
        triggered_by=tuple(image_change_cause(ref, found) for ref, found in stale),
    )


def config_change_request(config: BuildConfig) -> BuildRequest | None:
    """What is asked for when a BuildConfig has never been built (TR-110 to TR-112)."""
    wants = any(trigger.type == "ConfigChange" for trigger in config.spec.triggers)
    if not wants or config.status.last_version != 0:
        return None
    return BuildRequest(metadata=_named(config), last_version=0, triggered_by=(CONFIG_CHANGE,))


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
