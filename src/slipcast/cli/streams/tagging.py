"""What a tag is set to: the words of `slipcast tag`, as the tag of a stream.

Source: cli.md TG-1 to TG-12; `oc tag`.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal

import msgspec

from slipcast.api.document import JSON
from slipcast.values.faults import Fault, InvalidFault, UsageFault
from slipcast.values.imageref import ImageRef

SourceKind = Literal["ImageStreamTag", "ImageStreamImage", "DockerImage"]

SOURCES: Final[dict[str, SourceKind]] = {
    "imagestreamtag": "ImageStreamTag",
    "istag": "ImageStreamTag",
    "imagestreamimage": "ImageStreamImage",
    "isimage": "ImageStreamImage",
    "docker": "DockerImage",
    "dockerimage": "DockerImage",
}
"""THE TABLE of what `--source` may say."""
POLICIES: Final = {"source": "Source", "local": "Local"}
"""THE TABLE of what `--reference-policy` may say."""
MODES: Final = {"legacy": "Legacy", "preserveoriginal": "PreserveOriginal"}
"""THE TABLE of what `--import-mode` may say."""

_TAG: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What a tag is to mean: a tag or an image of a stream, or an image anywhere."""

    kind: SourceKind
    ref: ImageRef

    @property
    def name(self) -> str:
        """Its name without a namespace: `stream:tag`, `stream@id`; a pull spec in full."""
        if self.kind == "DockerImage":
            return self.text
        return self.text.rpartition("/")[2]

    @property
    def text(self) -> str:
        """Its name as it is told; a digest says more than the tag beside it."""
        exact = self.ref if self.ref.digest is None else self.ref.with_digest(self.ref.digest)
        return str(exact)


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """A tag that is set: `stream:tag` in a namespace."""

    namespace: str
    name: str

    def told(self, current: str) -> str:
        """Its name, with the namespace where that is not the current one."""
        return self.name if self.namespace == current else f"{self.namespace}/{self.name}"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a tag is to be set."""

    alias: bool = False
    reference: bool = False
    scheduled: bool = False
    insecure: bool = False
    policy: str = "Source"
    mode: str = ""

    @property
    def imports(self) -> bool:
        """Whether something is said about how the image is looked up."""
        return self.scheduled or self.insecure or bool(self.mode)


def source(words: str, kind: str) -> Source:
    """The source that a command line names; without a kind its form says which it is (TG-3).

    Errors: UsageFault.
    """
    said = SOURCES.get(kind.lower()) if kind else None
    if kind and said is None:
        known = ", ".join(sorted(SOURCES))
        raise UsageFault(f"invalid source {kind!r}; must be one of {known}")
    try:
        ref = ImageRef.parse(words, "SOURCE")
    except InvalidFault as fault:
        raise UsageFault(f"invalid SOURCE: {fault.errors[0].what}") from fault
    found = Source(kind=said or _meant(ref), ref=ref)
    _check(found)
    return found


def destinations(words: tuple[str, ...], namespace: str) -> tuple[Destination, ...]:
    """The tags that are set or deleted (TG-10).

    Errors: UsageFault.
    """
    return tuple(_destination(word, namespace) for word in words)


def policy_of(word: str) -> str:
    """A reference policy as the API has it (TG-9).

    Errors: UsageFault.
    """
    return _choice("reference policy", word, POLICIES)


def mode_of(word: str) -> str:
    """An import mode as the API has it; nothing for none.

    Errors: UsageFault.
    """
    return _choice("import mode", word, MODES) if word else ""


def check(found: Source, wish: Wish) -> None:
    """See that the wish goes with the source (TG-8).

    Errors: UsageFault.
    """
    if not wish.imports:
        return
    if found.kind != "DockerImage":
        raise UsageFault("only Docker images can have importing flags set")
    if wish.alias:
        raise UsageFault("cannot set a Docker image tag as an alias and also set import flags")


def current(found: Source, stream: JSON, words: str) -> Source:
    """What a tag means now, so that the copy does not follow it (TG-5).

    Errors: Fault when it means no image.
    """
    items: list[dict[str, Any]] = next(
        (
            each.get("items") or []
            for each in (stream.get("status") or {}).get("tags") or ()
            if each.get("tag") == found.ref.tag
        ),
        [],
    )
    if not items:
        raise Fault(
            f'"{words}" is not currently pointing to an image, cannot use it as the source of a tag'
        )
    image, reference = items[0].get("image") or "", items[0].get("dockerImageReference") or ""
    try:
        if image:
            return Source(
                kind="ImageStreamImage",
                ref=ImageRef.parse(f"{str(found.ref).rpartition(':')[0]}@{image}"),
            )
        return Source(kind="DockerImage", ref=ImageRef.parse(reference))
    except InvalidFault as fault:
        raise Fault(
            f'the image stream tag "{words}" has an invalid pull spec and cannot be used to tag: '
            f"{fault.errors[0].what}"
        ) from fault


def tag_of(found: Source, wish: Wish, to: Destination, namespace: str) -> JSON:
    """The ImageStreamTag that is written (TG-11)."""
    followed: JSON = {"kind": found.kind, "name": found.name}
    tag: JSON = {
        "name": to.name.partition(":")[2],
        "from": followed,
        "importPolicy": _import_policy(wish),
        "referencePolicy": {"type": wish.policy},
    }
    if wish.reference:
        tag["reference"] = True
    if found.kind == "DockerImage":
        tag["generation"] = 0
    elif found.ref.namespace or to.namespace != namespace:
        followed["namespace"] = found.ref.namespace or namespace
    return {"metadata": {"name": to.name, "namespace": to.namespace}, "tag": tag}


def told(found: Source, wish: Wish, to: Destination, namespace: str) -> str:
    """What was done, in a sentence (TG-14)."""
    name = to.told(namespace)
    if wish.alias:
        return f"Tag {name} set up to track {found.text}."
    if wish.scheduled:
        return f"Tag {name} set to import {found.text} periodically."
    return f"Tag {name} set to {found.text}."


def follows(found: Source, to: Destination, namespace: str) -> bool:
    """Whether an alias is really followed: inside of one stream (IS-26)."""
    place = found.ref.namespace or namespace
    return (place, found.ref.name) == (to.namespace, to.name.partition(":")[0])


def _meant(ref: ImageRef) -> SourceKind:
    if ref.registry:
        return "DockerImage"
    if ref.digest is not None:
        return "ImageStreamImage"
    return "ImageStreamTag" if ref.tag else "DockerImage"


def _check(found: Source) -> None:
    """See that a name into a stream has all its parts (TG-4).

    Errors: UsageFault.
    """
    if found.kind == "DockerImage":
        return
    if found.ref.registry or "/" in found.ref.namespace:
        raise UsageFault("server in SOURCE is only allowed when providing a Docker image")
    if found.kind == "ImageStreamTag" and not found.ref.tag:
        raise UsageFault("--source=ImageStreamTag requires a valid <name>:<tag> in SOURCE")
    if found.kind == "ImageStreamImage" and found.ref.digest is None:
        raise UsageFault("--source=ImageStreamImage requires a valid <name>@<id> in SOURCE")


def _destination(word: str, namespace: str) -> Destination:
    place, slash, name = word.rpartition("/")
    if "/" in place or (slash and not place):
        raise UsageFault(f'"{word}" must be of the form [<namespace>/]<stream_name>:<tag>')
    stream, _, tag = name.partition(":")
    if not stream or not tag:
        raise UsageFault(f'"{word}" must be of the form <stream_name>:<tag>')
    # What has several colons is no tag at all, which the server says.
    if ":" not in tag and not _TAG.fullmatch(tag):
        raise UsageFault(f'"{tag}" is not a tag: it has letters, digits and _ . - in it')
    return Destination(namespace=place or namespace, name=name)


def _import_policy(wish: Wish) -> JSON:
    policy: JSON = {}
    if wish.insecure:
        policy["insecure"] = True
    if wish.scheduled:
        policy["scheduled"] = True
    if wish.mode:
        policy["importMode"] = wish.mode
    return policy


def _choice(what: str, word: str, table: dict[str, str]) -> str:
    found = table.get(word.lower())
    if found is None:
        known = ", ".join(sorted(table.values()))
        raise UsageFault(f"invalid {what} {word!r}; must be one of {known}")
    return found
