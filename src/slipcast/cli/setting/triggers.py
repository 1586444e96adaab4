"""What starts builds, set, taken away and listed.

Source: cli.md section 8.3 (TR).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

import msgspec

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.builds.triggers import HIDDEN_SECRET
from slipcast.cli.setting import parts
from slipcast.values.faults import Fault, UsageFault

Trigger = dict[str, Any]
"""A trigger as the API has it."""

HOOKS: Final[Mapping[str, tuple[str, str]]] = {
    "webhook": ("Generic", "generic"),
    "github": ("GitHub", "github"),
    "gitlab": ("GitLab", "gitlab"),
    "bitbucket": ("Bitbucket", "bitbucket"),
}
"""THE TABLE of webhooks: how they are called here, their type, and its field."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a command line asks for.

    Shape:  sort is `config`, `image`, a webhook of THE TABLE, or empty for all triggers; image as
            typed. allow_env counts for generic webhooks. rotation "begin" keeps the newest webhook
            of the type beside the new one, "end" takes all away but the newest.
    """

    sort: str = ""
    image: str = ""
    allow_env: bool = False
    remove: bool = False
    auto: Literal["", "auto", "manual"] = ""
    rotation: Literal["", "begin", "end"] = ""

    @property
    def has_secret(self) -> bool:
        """Whether a new webhook is asked for."""
        return self.sort in HOOKS and not self.remove and self.rotation != "end"

    @property
    def concerns_hooks(self) -> bool:
        """Whether webhooks may come or go."""
        return self.sort in HOOKS or (self.remove and not self.sort)

    @property
    def changes(self) -> bool:
        """Whether anything is to be changed."""
        return bool(self.sort or self.remove or self.auto)


def image_of(text: str, namespace: str = "") -> JSON:
    """The reference to a tag that a text such as `shop/base:1` is.

    Errors: UsageFault.
    """
    *where, name = text.split("/")
    stream, colon, tag = name.partition(":")
    if len(where) > 1 or (where and ("." in where[0] or ":" in where[0])) or "@" in text:
        raise UsageFault(
            f"the value of --from-image must be a tag of an image stream on this server: {text}"
        )
    if not stream or not colon or not tag:
        raise UsageFault("the value of --from-image must include the tag you wish to pull from")
    said = {"namespace": where[0]} if where and where[0] != namespace else {}
    return {"kind": "ImageStreamTag", **said, "name": f"{stream}:{tag}"}


def not_config(kind: Kind, content: JSON) -> Fault:
    """What is said of an object that no build starts from."""
    return Fault(f"{parts.said(kind, content)} is not a build config")


def changed(kind: Kind, config: JSON, wish: Wish, secret: JSON) -> JSON:
    """A BuildConfig with its triggers as asked for; secret is what a new webhook says of its own.

    Errors: Fault; UsageFault.
    """
    if kind.name != "BuildConfig":
        raise not_config(kind, config)
    config = copy.deepcopy(config)
    spec = config.setdefault("spec", {})
    spec["triggers"] = list(_wished(config, list(spec.get("triggers") or ()), wish, secret))
    return config


def _wished(config: JSON, held: list[Trigger], wish: Wish, secret: JSON) -> Iterator[Trigger]:
    match wish.sort:
        case "":
            yield from _all(config, held, wish)
        case "config":
            yield from _kept(held, "ConfigChange")
            if not wish.remove and wish.auto != "manual":
                yield {"type": "ConfigChange"}
        case "image":
            yield from _image(config, held, wish)
        case _:
            yield from _hooks(held, wish, secret)


def _hooks(held: list[Trigger], wish: Wish, secret: JSON) -> Iterator[Trigger]:
    """All triggers, with the webhooks of a type that are wanted: the newest of them first."""
    type_, field = HOOKS[wish.sort]
    others = list(_kept(held, type_))
    yield from others
    if wish.has_secret:
        allowed = {"allowEnv": True} if wish.allow_env else {}
        yield {"type": type_, field: {**secret, **allowed}}
    if wish.rotation:
        yield from [each for each in held if each not in others][:1]


def _kept(held: list[Trigger], type_: str) -> Iterator[Trigger]:
    return (each for each in held if each.get("type", "").lower() != type_.lower())


def _all(config: JSON, held: list[Trigger], wish: Wish) -> Iterator[Trigger]:
    """All triggers, gone, or automatic or not: webhooks are neither (TR-7)."""
    if wish.remove:
        return
    automatic = {"ConfigChange", "ImageChange"}
    yield from (each for each in held if each.get("type") not in automatic)
    if wish.auto == "manual":
        return
    yield {"type": "ConfigChange"}
    images = [each for each in held if each.get("type") == "ImageChange"]
    yield from map(_going, images)
    own = input_of(config)
    if own is not None and all(_from(config, each) != own for each in images):
        yield {"type": "ImageChange", "imageChange": {}}


def _image(config: JSON, held: list[Trigger], wish: Wish) -> Iterator[Trigger]:
    namespace = config["metadata"].get("namespace", "")
    wanted = _in(image_of(wish.image, namespace), namespace)
    there = [each for each in held if _from(config, each) == wanted]
    yield from (each for each in held if _from(config, each) != wanted)
    if wish.remove or wish.auto == "manual":
        return
    if there:
        # What it last started stays known, so that nothing is started anew (TR-3).
        yield _going(there[0])
        return
    change = {} if wanted == input_of(config) else {"from": image_of(wish.image, namespace)}
    yield {"type": "ImageChange", "imageChange": change}


def input_of(config: JSON) -> tuple[str, str] | None:
    """The tag that the strategy starts from, by namespace and name, if it is one."""
    image = parts.strategy_of(config).get("from") or {}
    if image.get("kind") != "ImageStreamTag":
        return None
    return _in(image, config["metadata"].get("namespace", ""))


def _from(config: JSON, trigger: Trigger) -> tuple[str, str] | None:
    """The tag that a trigger watches."""
    if trigger.get("type") != "ImageChange":
        return None
    image = (trigger.get("imageChange") or {}).get("from")
    if not image:
        return input_of(config)
    return _in(image, config["metadata"].get("namespace", ""))


def _is_paused(trigger: Trigger) -> bool:
    return bool((trigger.get("imageChange") or {}).get("paused"))


def _going(trigger: Trigger) -> Trigger:
    """A trigger that is paused no more."""
    if not _is_paused(trigger):
        return trigger
    change = {name: each for name, each in trigger["imageChange"].items() if name != "paused"}
    return {**trigger, "imageChange": change}


def _in(image: JSON, namespace: str) -> tuple[str, str]:
    return image.get("namespace") or namespace, image.get("name", "")


def rows(kind: Kind, config: JSON) -> Iterator[tuple[str, str, str, str]]:
    """A line for each trigger: name, type, value, and whether it starts builds by itself (TR-2)."""
    name = parts.said(kind, config)
    held: list[Trigger] = list((config.get("spec") or {}).get("triggers") or ())
    by_config = any(each.get("type") == "ConfigChange" for each in held)
    yield name, "config", "", str(by_config).lower()
    namespace = config["metadata"].get("namespace", "")
    watched = {tag: each for each in held if (tag := _from(config, each)) is not None}
    own = input_of(config)
    if own is not None and own not in watched:
        yield name, "image", _shown(own, namespace), "false"
    for tag, trigger in watched.items():
        yield name, "image", _shown(tag, namespace), str(not _is_paused(trigger)).lower()
    for word, (type_, field) in HOOKS.items():
        for each in held:
            if each.get("type", "").lower() == type_.lower():
                allowed = " allowenv" if (each.get(field) or {}).get("allowEnv") else ""
                yield name, word, f"{HIDDEN_SECRET}{allowed}", ""


def _shown(tag: tuple[str, str], namespace: str) -> str:
    where, name = tag
    return name if where == namespace else f"{where}/{name}"
