"""What starts the builds of a BuildConfig.

Source: triggers.md TR-1 to TR-9; build-api.md BA-513.
"""

from __future__ import annotations

from collections.abc import Iterator

from slipcast.api.build import (
    BuildConfig,
    BuildTriggerPolicy,
    ImageChangeTrigger,
    ObjectReference,
    WebHookTrigger,
)
from slipcast.builds.strategy import image_of
from slipcast.builds.validate import references
from slipcast.values.causes import Cause, invalid, not_supported, required

_WEBHOOKS = {"GitHub": "github", "Generic": "generic", "GitLab": "gitlab", "Bitbucket": "bitbucket"}
_SAME = "multiple ImageChange triggers refer to the same image stream tag"
_NO_DEFAULT = (
    "a default ImageChange trigger can only be used when the build strategy includes an"
    " ImageStreamTag reference."
)
_ONLY_TAGS = "only an ImageStreamTag type of reference is allowed in an ImageChange trigger."


def triggers(config: BuildConfig, path: str) -> Iterator[Cause]:
    """What is wrong with the triggers of a BuildConfig, each and together."""
    default = image_of(config.spec.strategy)
    watched: set[str] = set()
    for number, trigger in enumerate(config.spec.triggers):
        yield from _trigger(trigger, default, f"{path}[{number}]")
        change = trigger.image_change
        if trigger.type != "ImageChange" or change is None:
            continue
        tag = _key(change.from_ or default, config.metadata.namespace)
        if tag in watched:
            yield invalid(path, tag, _SAME)
        watched.add(tag)


def _key(reference: ObjectReference | None, namespace: str) -> str:
    """What tells watched tags apart; whatever is no tag counts as one and the same (TR-7)."""
    if reference is None or reference.kind != "ImageStreamTag":
        return ""
    return f"{reference.namespace or namespace}/{reference.name}"


def _trigger(
    trigger: BuildTriggerPolicy, default: ObjectReference | None, path: str
) -> Iterator[Cause]:
    if not trigger.type:
        yield required(f"{path}.type")
    elif trigger.type in _WEBHOOKS:
        block = _WEBHOOKS[trigger.type]
        yield from _webhook(_block(trigger), f"{path}.{block}", is_generic=block == "generic")
    elif trigger.type == "ImageChange":
        yield from _image_change(trigger.image_change, default, path)
    elif trigger.type != "ConfigChange":
        known = (*_WEBHOOKS, "ImageChange", "ConfigChange")
        yield not_supported(f"{path}.type", trigger.type, known)


def _block(trigger: BuildTriggerPolicy) -> WebHookTrigger | None:
    blocks = {
        "GitHub": trigger.github,
        "Generic": trigger.generic,
        "GitLab": trigger.gitlab,
        "Bitbucket": trigger.bitbucket,
    }
    return blocks[trigger.type]


def _webhook(block: WebHookTrigger | None, path: str, *, is_generic: bool) -> Iterator[Cause]:
    if block is None:
        yield required(path)
        return
    if not block.secret and block.secret_reference is None:
        yield required(f"{path}.secret")
    if block.secret_reference is not None and not block.secret_reference.name:
        yield required(f"{path}.secretReference.name")
    if block.allow_env and not is_generic:
        # The block is not quoted, for it holds the secret.
        yield invalid(f"{path}.allowEnv", block.allow_env, "git webhooks cannot allow env vars")


def _image_change(
    change: ImageChangeTrigger | None, default: ObjectReference | None, path: str
) -> Iterator[Cause]:
    if change is None:
        yield required(f"{path}.imageChange")
    elif change.from_ is None:
        if default is None or default.kind != "ImageStreamTag":
            yield invalid(f"{path}.imageChange", change, _NO_DEFAULT)
    elif change.from_.kind != "ImageStreamTag":
        yield invalid(f"{path}.imageChange.from.kind", change.from_.kind, _ONLY_TAGS)
    else:
        # One step is missing in this path, and clients know it so (BA-14).
        yield from references.stream_tag(change.from_, f"{path}.from")
