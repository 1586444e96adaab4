"""The controller of BuildConfigs: the first build of a new one, and builds past the limits.

Also a build of one that has changed, where an annotation of it asks for that.

Source: triggers.md section 8; build-lifecycle.md BL-130, BL-590; user-pain.md UP-17.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from slipcast.api import kinds
from slipcast.api.build import Build, BuildConfig
from slipcast.builds import naming
from slipcast.builds.history import exceeding
from slipcast.builds.triggers import (
    config_change_request,
    wants_spec_noted,
    with_spec_noted,
)
from slipcast.reconcile.actions import WARNING, Act, Action, Change, Record, Remove

BUILD: Final = kinds.require(kinds.BUILD, "Build")
BUILD_CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")


class ConfigView(msgspec.Struct, frozen=True, kw_only=True):
    """A BuildConfig and the builds that may be its own."""

    config: BuildConfig
    builds: tuple[Build, ...] = ()


def reconcile(view: ConfigView, now: datetime) -> tuple[Action, ...]:  # noqa: ARG001 -- as all are
    """What is to be done about a BuildConfig; nothing when all is as it should be.

    Shape:  a paused BuildConfig is not asked for builds, which it would refuse (TR-115).
    """
    config = view.config
    if config.metadata.deletion_timestamp:
        return ()
    name = config.metadata.name
    own = [each for each in view.builds if naming.is_of_config(each, name)]
    present = [each for each in own if not each.metadata.deletion_timestamp]
    old = tuple(Remove(kind=BUILD, object=each) for each in exceeding(config, present))
    if wants_spec_noted(config):
        noted = with_spec_noted(config)
        return (*old, Change(kind=BUILD_CONFIG, before=config, after=noted))
    request = config_change_request(config)
    if request is None or naming.is_paused(config.metadata.annotations):
        return old
    first = Act(kind=BUILD_CONFIG, object=config, subresource="instantiate", body=request)
    return (*old, first)


def instantiate_refused(view: ConfigView, why: str) -> tuple[Action, ...]:
    """What is told when the first build could not be made (TR-113, TR-115, BL-590).

    Shape:  the view is one gathered after the refusal: who was overtaken by another first build
            tells nothing. why is the fault's message.
    """
    config = view.config
    if config_change_request(config) is None:
        return ()
    told = Record(
        kind=BUILD_CONFIG,
        object=config,
        type=WARNING,
        reason="BuildConfigInstantiateFailed",
        message=f"error instantiating Build from BuildConfig {config.metadata.namespace}"
        f"/{config.metadata.name}: {why}",
    )
    return (told,)
