"""Circles: builds that start from what they make, at once or by way of each other.

Tags are followed to what they stand for, as they are and as they will be. BuildConfigs that are
there count as well: what watches the new image may make what the new build starts from.

Source: generated-objects.md section 9, GO-120 to GO-126; user-pain UP-31.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from slipcast.api.build import BuildConfig
from slipcast.api.image import ImageStream
from slipcast.builds.triggers import watched
from slipcast.newapp.component import NewStream, Output
from slipcast.newapp.making import Planned
from slipcast.newapp.request import NewAppRequest
from slipcast.newapp.streams import LATEST, spec_tag
from slipcast.values.circles import way_back
from slipcast.values.faults import Fault, InvalidFault
from slipcast.values.imageref import ImageRef

StreamOf = Callable[[str, str], ImageStream | None]
"""The stream of a namespace and a name, as it is now."""


class Place(msgspec.Struct, frozen=True):
    """Where an image is: a tag of a namespace, or a name in a registry."""

    kind: Literal["tag", "image"]
    name: str
    namespace: str = ""


def warnings(
    request: NewAppRequest,
    parts: Sequence[Planned],
    stream_of: StreamOf,
    there: Iterable[BuildConfig] = (),
) -> tuple[str, ...]:
    """Warnings of builds that start themselves, where their names were asked for (GO-122, GO-123).

    Shape:  there are the BuildConfigs of the project; those of the names that are made give way.
    Errors: Fault where nobody asked for those names, and of builds that start each other.
    """
    made = [each.image.stream for each in parts if each.image is not None and each.image.stream]
    follow = _Following(
        request.namespace, {f"{each.name}:{each.tag}": each for each in made}, stream_of
    )
    new = {part.name: follow.of(part) for part in parts if part.build is not None}
    old = {each.metadata.name: follow.of_config(each) for each in there if new}
    built = {**old, **new}
    starts = {
        name: [other for other, (inputs, _) in built.items() if output in inputs]
        for name, (_, output) in built.items()
        if output is not None
    }
    found = [_itself(request, part) for part in parts if part.name in starts.get(part.name, ())]
    circle = _circle(starts, new)
    if circle:
        shown = " -> ".join((*circle, circle[0]))
        known = ", ".join(f"bc/{each}" for each in circle if each not in new)
        raise Fault(
            f"these builds would start each other again and again: {shown}",
            hint=f"{known} is there already: take its image change trigger away, or build from"
            " another image."
            if known
            else "Make one of them apart, under another --name.",
        )
    return tuple(found)


class _Following(msgspec.Struct, frozen=True):
    """Follows tags: of streams there are, and of those that are about to be made."""

    namespace: str
    made: dict[str, NewStream]
    stream_of: StreamOf

    def of(self, part: Planned) -> tuple[frozenset[Place], Place | None]:
        """All that a build's input stands for, and what it makes."""
        build = part.build
        output = build.output if build is not None else Output()
        if not output.name:
            return frozenset(), None
        to = self._tag(output.name) if output.is_tag else _image(output.name)
        image = part.image
        if image is None:
            return frozenset(), to
        start = self._tag(image.name, image.namespace) if image.is_tag else _image(image.name)
        return frozenset(self._followed(start)), to

    def of_config(self, config: BuildConfig) -> tuple[frozenset[Place], Place | None]:
        """All that the tags stand for which start a build that is there, and what it makes."""
        output = config.spec.output.to
        if output is None:
            return frozenset(), None
        is_tag = output.kind == "ImageStreamTag"
        to = self._tag(output.name, output.namespace) if is_tag else _image(output.name)
        tags = filter(None, (watched(each, config) for each in config.spec.triggers))
        starts = (self._tag(each.name, each.namespace) for each in tags)
        return frozenset(place for start in starts for place in self._followed(start)), to

    def _tag(self, name: str, namespace: str = "") -> Place:
        return Place("tag", name, namespace or self.namespace)

    def _followed(self, place: Place) -> Iterator[Place]:
        seen: set[Place] = set()
        at: Place | None = place
        while at is not None and at not in seen:
            seen.add(at)
            yield at
            at = self._next(at)

    def _next(self, place: Place) -> Place | None:
        if place.kind == "image":
            return None
        if place.namespace == self.namespace and place.name in self.made:
            return _image(self.made[place.name].pull_spec)
        name, _, tag = place.name.partition(":")
        stream = self.stream_of(place.namespace, name)
        spec = spec_tag(stream, tag) if stream is not None else None
        if spec is None or spec.from_ is None:
            return None
        to = spec.from_
        if to.kind == "DockerImage":
            return _image(to.name)
        if to.kind != "ImageStreamTag":
            return None
        full = to.name if ":" in to.name else f"{name}:{to.name}"
        return Place("tag", full, to.namespace or place.namespace)


def _image(spec: str) -> Place:
    try:
        ref = ImageRef.parse(spec)
    except InvalidFault:
        return Place("image", spec)
    whole = ref if ref.tag or ref.digest else msgspec.structs.replace(ref, tag=LATEST)
    return Place("image", str(whole))


def _itself(request: NewAppRequest, part: Planned) -> str:
    """The warning of a build that starts itself.

    Errors: Fault where nobody asked for its name.
    """
    output = part.build.output.name if part.build is not None else ""
    what = f'output image of "{request.namespace}/{output}" should be different than input'
    if request.name or request.to:
        return f"{what}: the build will start itself again and again"
    flag = "--to" if request.builds else "--name"
    raise Fault(f"{what}, override artifact names with {flag}")


def _circle(starts: Mapping[str, Sequence[str]], new: Iterable[str]) -> tuple[str, ...]:
    """Names of which each starts the next and the last the first, of more than one; or none.

    Shape:  it begins with a new one; circles of others were there before.
    """
    others = {name: [each for each in found if each != name] for name, found in starts.items()}
    ways = (way_back(others, name) for name in new)
    return next(filter(None, ways), ())
