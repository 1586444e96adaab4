"""The controller of image changes: a build for each BuildConfig whose tags have new images.

An image that a build of the BuildConfig itself has made starts none: it would make the next, for
ever. As long as one goes on that may have made it, nothing is decided about it.

Source: triggers.md section 7; a deviation from TR-104.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from slipcast.api import kinds
from slipcast.api.build import Build, BuildConfig, BuildRequest
from slipcast.api.meta import Object
from slipcast.builds import naming
from slipcast.builds.phases import Phase
from slipcast.builds.triggers import (
    Reference,
    image_change_request,
    stale_images,
    with_images,
)
from slipcast.images.resolve import Found
from slipcast.reconcile.actions import NORMAL, WARNING, Act, Action, Change, Record

BUILD_CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
_AT_WORK: Final = frozenset({Phase.PENDING, Phase.RUNNING})


class ImageView(msgspec.Struct, frozen=True, kw_only=True):
    """A BuildConfig and the images of the tags that it watches.

    Shape:  images are the newest of each tag; tags that have none are not there. output is the
            digest of the newest image at the tag that the BuildConfig's builds push to, empty
            where there is none. builds are its own that are not over, made the digests that those
            which are over have pushed.
    """

    config: BuildConfig
    images: Mapping[Reference, Found]
    output: str = ""
    builds: tuple[Build, ...] = ()
    made: frozenset[str] = frozenset()


def reconcile(view: ImageView, now: datetime) -> tuple[Action, ...]:  # noqa: ARG001 -- as all are
    """What is to be done about the tags of a BuildConfig; nothing when all is as it should be.

    Shape:  a paused BuildConfig is not asked for builds, which it would refuse (TR-100).
    """
    config = view.config
    if config.metadata.deletion_timestamp or naming.is_paused(config.metadata.annotations):
        return ()
    own = {place: found for place, found in view.images.items() if _is_own(view, found)}
    others = {
        place: found.pull_spec
        for place, found in view.images.items()
        if place not in own and not _may_be_own(view, found)
    }
    request = image_change_request(config, others)
    if request is not None:
        return (Act(kind=BUILD_CONFIG, object=config, subresource="instantiate", body=request),)
    return _passed_over(config, {place: found.pull_spec for place, found in own.items()})


def instantiate_refused(view: ImageView, request: Object, why: str) -> tuple[Action, ...]:
    """What is told when a build could not be made (TR-98, TR-113).

    Shape:  the view is one gathered after the refusal: who was overtaken by another start tells
            nothing. why is the fault's message.
    """
    config = view.config
    asked_at = request.last_version if isinstance(request, BuildRequest) else None
    if asked_at != config.status.last_version or not _is_stale(view):
        return ()
    told = Record(
        kind=BUILD_CONFIG,
        object=config,
        type=WARNING,
        reason="BuildConfigTriggerFailed",
        message=f"error triggering Build for BuildConfig {config.metadata.namespace}"
        f"/{config.metadata.name}: {why}",
    )
    return (told,)


def _is_stale(view: ImageView) -> bool:
    """Whether any tag has an image that was not built with."""
    images = {place: found.pull_spec for place, found in view.images.items()}
    return bool(stale_images(view.config, images))


def _is_own(view: ImageView, found: Found) -> bool:
    """Whether a build of the BuildConfig has made an image."""
    going = (each.status.output.to for each in view.builds)
    made = {to.image_digest for to in going if to is not None}
    return bool(found.image) and (found.image in view.made or found.image in made)


def _may_be_own(view: ImageView, found: Found) -> bool:
    """Whether a build that goes on may have pushed an image, and not said so yet."""
    is_at_output = bool(found.image) and found.image == view.output
    return is_at_output and any(each.status.phase in _AT_WORK for each in view.builds)


def _passed_over(config: BuildConfig, own: Mapping[Reference, str]) -> tuple[Action, ...]:
    """What is to be remembered and told of images that the BuildConfig's own builds made."""
    stale = dict.fromkeys(place for _, place in stale_images(config, own))
    if not stale:
        return ()
    noted = Change(
        kind=BUILD_CONFIG,
        before=config,
        after=with_images(config, {place: own[place] for place in stale}),
    )
    told = (
        Record(
            kind=BUILD_CONFIG,
            object=config,
            type=NORMAL,
            reason="BuildConfigTriggerSkipped",
            message=f"{own[place]} of {place.namespace}/{place.name} was made by a build of this"
            " BuildConfig, so that it starts none",
        )
        for place in stale
    )
    return (noted, *told)
