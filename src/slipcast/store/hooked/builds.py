"""BuildConfigs and Builds as they are written; the rules are in `builds`."""

from __future__ import annotations

from typing import Any

from slipcast.api.build import Build, BuildConfig
from slipcast.api.document import JSON
from slipcast.api.lens import read
from slipcast.builds.defaults import defaulted_build, defaulted_config
from slipcast.builds.triggers import watched
from slipcast.builds.updates import updated_build, updated_config
from slipcast.builds.validate.build import build
from slipcast.builds.validate.config import build_config
from slipcast.builds.validate.details import build_details
from slipcast.builds.validate.strategy import unrecognized
from slipcast.store.occasion import Occasion
from slipcast.values.apifaults import refused
from slipcast.values.causes import Cause


def filled_config(occasion: Occasion, content: JSON) -> JSON:
    """A BuildConfig that forgets an image of which is said that it is none (TR-103).

    Shape:  an image that is not spoken of is remembered in the status (UP-17).
    """
    if occasion.before is None or not any(map(_is_cleared, _triggers(content))):
        return content
    status = _with_status(occasion.before, content)
    config = read({**content, "status": status}, BuildConfig)
    pairs = zip(config.spec.triggers, _triggers(content), strict=True)
    places = {watched(trigger, config) for trigger, said in pairs if _is_cleared(said)}
    forgotten = {(place.namespace, place.name) for place in places if place is not None}
    remembered = status.get("imageChangeTriggers") or ()
    seen = config.status.image_change_triggers
    kept = [
        each
        for each, view in zip(remembered, seen, strict=True)
        if (view.from_.namespace, view.from_.name) not in forgotten
    ]
    return {**content, "status": {**status, "imageChangeTriggers": kept}}


def prepared_config(occasion: Occasion, new: BuildConfig, old: BuildConfig | None) -> BuildConfig:
    """A BuildConfig as it is kept (BA-30 to BA-33)."""
    legacy = occasion.resource.legacy
    filled = defaulted_config(new, creating=old is None, legacy=legacy)
    _admitted(occasion, filled)
    return filled if old is None else updated_config(filled, old)


def prepared_build(occasion: Occasion, new: Build, old: Build | None) -> Build:
    """A Build as it is kept (BA-107, BA-142)."""
    filled = defaulted_build(new)
    _admitted(occasion, filled)
    return filled if old is None else updated_build(filled, old)


def wrong_config(
    _occasion: Occasion, new: BuildConfig, old: BuildConfig | None
) -> tuple[Cause, ...]:
    """What is wrong with a BuildConfig."""
    return build_config(new, old)


def wrong_build(occasion: Occasion, new: Build, old: Build | None) -> tuple[Cause, ...]:
    """What is wrong with a Build, or with what is reported of it (BA-140, BA-141)."""
    if occasion.resource.subresource == "details" and old is not None:
        return build_details(new, old)
    return build(new, old)


def config_counts(content: JSON, before: JSON) -> bool:
    """Whether a BuildConfig's generation rises: with its spec, and with each build (BA-35)."""
    return spec_counts(content, before) or _last(content) != _last(before)


def spec_counts(content: JSON, before: JSON) -> bool:
    """Whether what is wanted has changed."""
    return bool(content.get("spec") != before.get("spec"))


def _admitted(occasion: Occasion, new: Build | BuildConfig) -> None:
    """Nothing, when somebody may be allowed to build so.

    Errors: Forbidden; the answer names no group, as the original does not (BA-80).
    """
    if why := unrecognized(new.spec.strategy):
        raise refused(occasion.resource.kind.plural, "", new.metadata.name, why)


def _triggers(content: JSON) -> list[Any]:
    spec = content.get("spec")
    found = spec.get("triggers") if isinstance(spec, dict) else None
    return found if isinstance(found, list) else []


def _is_cleared(trigger: Any) -> bool:
    """Whether a trigger is said, in so many words, to have built with no image."""
    change = trigger.get("imageChange") if isinstance(trigger, dict) else None
    return isinstance(change, dict) and change.get("lastTriggeredImageID") == ""


def _with_status(before: JSON, content: JSON) -> JSON:
    """The status that is sent, where it says anything, else the stored one."""
    said: JSON = content.get("status") or before.get("status") or {}
    return said


def _last(content: JSON) -> int:
    number: int = (content.get("status") or {}).get("lastVersion") or 0
    return number
