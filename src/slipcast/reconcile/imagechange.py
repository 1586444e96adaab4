"""The controller of image changes: a build for each BuildConfig whose tags have new images.

An image that a build of the BuildConfig itself has made starts none: it would make the next, for
ever. Neither does one that others made because of such an image. As long as a build goes on that
may have made it, nothing is decided about it.

Source: triggers.md section 7; a deviation from TR-104; user-pain.md UP-31.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.build import BuildConfig, BuildRequest
from slipcast.api.meta import Object
from slipcast.builds import lineage, naming
from slipcast.builds.lineage import Maker, Place, Pushed
from slipcast.builds.triggers import (
    Reference,
    image_change_request,
    stale_images,
    with_images,
)
from slipcast.images.resolve import Found
from slipcast.reconcile.actions import NORMAL, WARNING, Act, Action, Change, Record

BUILD_CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")


class ImageView(msgspec.Struct, frozen=True, kw_only=True):
    """A BuildConfig and the images of the tags that it watches.

    Shape:  images are the newest of each tag; tags that have none are not there. created is when
            they came there. makers are builds that may have made them: those of the BuildConfig
            itself, and of others where the ways from its images lead back to it.
    """

    config: BuildConfig
    images: Mapping[Reference, Found]
    created: Mapping[Reference, str] = {}
    makers: tuple[Maker, ...] = ()

    @property
    def place(self) -> Place:
        """Which BuildConfig it is."""
        return self.config.metadata.namespace, self.config.metadata.name


def reconcile(view: ImageView, now: datetime) -> tuple[Action, ...]:  # noqa: ARG001 -- as all are
    """What is to be done about the tags of a BuildConfig; nothing when all is as it should be.

    Shape:  a paused BuildConfig is not asked for builds, which it would refuse (TR-100).
    """
    config = view.config
    if config.metadata.deletion_timestamp or naming.is_paused(config.metadata.annotations):
        return ()
    known = {
        place: makers
        for place in view.images
        if (makers := lineage.makers_of(_pushed(view, place), view.makers)) is not None
    }
    own = {
        place: makers for place, makers in known.items() if lineage.goes_back_to(view.place, makers)
    }
    others = {place: view.images[place].pull_spec for place in known if place not in own}
    request = image_change_request(config, others)
    if request is None:
        return _passed_over(view, own)
    stale = {place for _, place in stale_images(config, others)}
    through = lineage.led_through(each for place in stale for each in known[place])
    if through:
        said = {lineage.THROUGH: lineage.written(through)}
        request = replace(request, metadata=replace(request.metadata, annotations=said))
    return (Act(kind=BUILD_CONFIG, object=config, subresource="instantiate", body=request),)


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


def _pushed(view: ImageView, place: Reference) -> Pushed:
    return Pushed(image=view.images[place].image, created=view.created.get(place, ""))


def _passed_over(view: ImageView, own: Mapping[Reference, tuple[Maker, ...]]) -> tuple[Action, ...]:
    """What is to be remembered and told of images that go back to the BuildConfig's own."""
    config = view.config
    images = {place: view.images[place].pull_spec for place in own}
    stale = dict.fromkeys(place for _, place in stale_images(config, images))
    if not stale:
        return ()
    noted = Change(
        kind=BUILD_CONFIG,
        before=config,
        after=with_images(config, {place: images[place] for place in stale}),
    )
    return (noted, *(_told(view, place, own[place]) for place in stale))


def _told(view: ImageView, place: Reference, makers: tuple[Maker, ...]) -> Record:
    """What people are told of an image that starts no build."""
    what = f"{view.images[place].pull_spec} of {place.namespace}/{place.name}"
    is_own = any(each.config == view.place for each in makers)
    if is_own:
        why = "was made by a build of this BuildConfig, so that it starts none"
    else:
        others = sorted(lineage.led_through(makers) - {view.place})
        shown = ", ".join("/".join(each) for each in others)
        why = (
            f"was made by build {makers[-1].build} because of an image of this BuildConfig, so that"
            f" it starts none: it builds in a circle with {shown}"
        )
    return Record(
        kind=BUILD_CONFIG,
        object=view.config,
        type=NORMAL if is_own else WARNING,
        reason="BuildConfigTriggerSkipped",
        message=f"{what} {why}",
    )
