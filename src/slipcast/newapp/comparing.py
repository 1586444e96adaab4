"""What a second run changes: an object as it is to be, beside the one that is there.

What others have filled in since is no difference: what the server defaults, images that triggers
set, secrets of webhooks that forges were told.

Source: user-pain UP-17, UP-24; generated-objects.md GO-144.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from slipcast.api.applications import GENERATED_BY, LABELS, NAMED, name_of
from slipcast.api.document import JSON
from slipcast.builds.triggers import SECRET_KEY
from slipcast.newapp.objects import PENDING, TRIGGERS, WEBHOOKS

_IMAGES: Final = frozenset({"DockerImage", "ImageStreamTag", "ImageStreamImage"})


def kept(content: JSON, current: JSON) -> JSON:
    """An object as it is to be, with what must stay of the one that is there."""
    held = _with_word(_with_data(content), current)
    owned = _with_tags(_with_owner(held, current), current)
    return _with_images(_with_secrets(owned, current), current)


def differences(content: JSON, current: JSON, namespace: str) -> list[str]:
    """The paths at which an object that is there says something else."""
    return [*_paths(_local(content, namespace), _local(current, namespace), "")]


def is_reference(content: Any) -> bool:
    """Whether a part of a document names an image: nothing in it goes without the rest."""
    return isinstance(content, dict) and content.get("kind") in _IMAGES and "name" in content


def _with_data(content: JSON) -> JSON:
    """A Secret whose words are encoded, as the server keeps them (UP-24)."""
    words = content.get("stringData")
    if content.get("kind") != "Secret" or not isinstance(words, dict):
        return content
    encoded = {name: base64.b64encode(str(word).encode()).decode() for name, word in words.items()}
    rest = {name: value for name, value in content.items() if name != "stringData"}
    return {**rest, "data": {**(content.get("data") or {}), **encoded}}


def _with_word(content: JSON, current: JSON) -> JSON:
    """A Secret of webhooks that keeps its word: nobody has to be told another."""
    annotations = content["metadata"].get("annotations") or {}
    word = (current.get("data") or {}).get(SECRET_KEY)
    if content.get("kind") != "Secret" or WEBHOOKS not in annotations or not word:
        return content
    return {**content, "data": {SECRET_KEY: word}}


def _with_tags(content: JSON, current: JSON) -> JSON:
    """A stream with the tags that it has besides those that are wanted (GO-2)."""
    wanted = (content.get("spec") or {}).get("tags")
    held = (current.get("spec") or {}).get("tags")
    if content.get("kind") != "ImageStream" or not wanted or not held:
        return content
    fresh = {each["name"]: each for each in wanted}
    tags = [fresh.pop(each["name"], each) for each in held]
    return {**content, "spec": {**content["spec"], "tags": [*tags, *fresh.values()]}}


def _with_owner(content: JSON, current: JSON) -> JSON:
    """What is part of another application stays part of that (UP-25)."""
    owner = _owner(current)
    if not owner or owner == _owner(content):
        return content
    metadata = content["metadata"]
    labels, annotations = metadata.get("labels") or {}, metadata.get("annotations") or {}
    unclaimed = {
        "labels": {name: each for name, each in labels.items() if name not in LABELS},
        "annotations": {
            name: each for name, each in annotations.items() if name not in {NAMED, GENERATED_BY}
        },
    }
    return {**content, "metadata": {**metadata, **unclaimed}}


def _owner(content: JSON) -> str:
    metadata = content["metadata"]
    return name_of(metadata.get("labels") or {}, metadata.get("annotations") or {})


def _with_secrets(content: JSON, current: JSON) -> JSON:
    """A BuildConfig whose webhooks keep their secrets: nobody has to be told new ones."""
    if content.get("kind") != "BuildConfig":
        return content
    held = (current.get("spec") or {}).get("triggers") or []
    by_type = {each.get("type"): each for each in held if isinstance(each, dict)}
    triggers = [
        _with_secret(each, by_type.get(each["type"]))
        for each in content["spec"].get("triggers") or []
    ]
    return {**content, "spec": {**content["spec"], "triggers": triggers}}


def _with_secret(trigger: JSON, held: JSON | None) -> JSON:
    """A webhook with the secret that it has, unless that moves into a Secret."""
    is_moved = "secretReference" in str(trigger) and "secretReference" not in str(held)
    if held is None or is_moved or "secret" not in str(trigger):
        return trigger
    return held


def _with_images(content: JSON, current: JSON) -> JSON:
    """What deploys images that triggers set, with those that they have set."""
    waiting = set(_triggered(content))
    held = {each.get("name"): each.get("image") for each in _containers(current)}
    if not waiting & held.keys():
        return content
    kept = [
        {**each, "image": held[each["name"]]} if each["name"] in waiting & held.keys() else each
        for each in _containers(content)
    ]
    template = content["spec"]["template"]
    below = {**template, "spec": {**template["spec"], "containers": kept}}
    return {**content, "spec": {**content["spec"], "template": below}}


def _triggered(content: JSON) -> Iterator[str]:
    """The containers whose images triggers set."""
    if content.get("kind") == "DeploymentConfig":
        for each in content["spec"].get("triggers") or []:
            yield from (each.get("imageChangeParams") or {}).get("containerNames") or []
    if content.get("kind") == "Deployment":
        yield from (each["name"] for each in _containers(content) if each["image"] == PENDING)


def _containers(content: JSON) -> list[JSON]:
    found: Any = content
    for name in ("spec", "template", "spec", "containers"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, list) else []


def _local(content: Any, namespace: str) -> Any:
    """A document whose references to tags of a namespace do not say which it is."""
    if isinstance(content, list):
        return [_local(each, namespace) for each in content]
    if not isinstance(content, dict):
        return content
    is_own = content.get("kind") == "ImageStreamTag" and content.get("namespace") == namespace
    return {
        name: _local(_decoded(value) if name == TRIGGERS else value, namespace)
        for name, value in content.items()
        if not (is_own and name == "namespace")
    }


def _decoded(text: Any) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, TypeError):
        return text


def _paths(wanted: Any, current: Any, path: str) -> Iterator[str]:
    """Where an object that is there says another thing than is wanted."""
    if isinstance(wanted, dict) and isinstance(current, dict):
        if is_reference(wanted) and not wanted.keys() >= {k for k, v in current.items() if v}:
            yield path
            return
        for name, value in wanted.items():
            yield from _paths(value, current.get(name), f"{path}.{name}" if path else name)
    elif isinstance(wanted, list) and isinstance(current, list) and len(wanted) == len(current):
        for number, (value, held) in enumerate(zip(wanted, current, strict=True)):
            yield from _paths(value, held, f"{path}[{number}]")
    elif wanted != current and not (wanted in ({}, [], "", None) and current in (None, "")):
        yield path
