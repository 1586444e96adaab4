"""What feeds what: the objects of projects, and which of them lead to which.

Source: cli.md ST-1 to ST-4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from slipcast.api.build import Build, BuildConfig
from slipcast.api.core import Service
from slipcast.api.image import ImageStream, NamedTagEventList, TagReference
from slipcast.api.pod import Pod
from slipcast.builds import naming
from slipcast.images import lookup
from slipcast.views.status.objects import Deployer, Objects, place_of
from slipcast.views.status.references import Place, Reference, TagPlace, inputs_of, reference_of

K = TypeVar("K")
V = TypeVar("V")


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """Objects, and what is asked about them again and again.

    Shape:  builds are those of each BuildConfig, the newest first; strays came of none that is
            there. makers are the BuildConfigs that push into each tag.
    """

    objects: Objects
    configs: Mapping[Place, BuildConfig]
    streams: Mapping[Place, ImageStream]
    builds: Mapping[Place, tuple[Build, ...]]
    strays: tuple[Build, ...]
    makers: Mapping[TagPlace, tuple[BuildConfig, ...]]

    def knows(self, stream: Place) -> bool:
        """Whether it is known if a stream is there."""
        known = self.objects
        return stream in self.streams or stream.namespace in known.listed or stream in known.absent

    def lacks(self, stream: Place) -> bool:
        """Whether a stream is known not to be there."""
        return self.knows(stream) and stream not in self.streams

    def history(self, tag: TagPlace) -> NamedTagEventList | None:
        """The images that a tag has had; None where it has had none."""
        stream = self.streams.get(tag.stream)
        held = stream.status.tags if stream is not None else ()
        return next((each for each in held if each.tag == tag.tag), None)

    def wanted(self, tag: TagPlace) -> TagReference | None:
        """What a tag shall be; None where nobody has said it."""
        stream = self.streams.get(tag.stream)
        held = stream.spec.tags if stream is not None else ()
        return next((each for each in held if each.name == tag.tag), None)

    def has(self, reference: Reference) -> bool:
        """Whether an image is there, or nothing is known about it."""
        stream = reference.stream
        if stream is None or not self.knows(stream):
            return True
        if reference.tag is not None:
            history = self.history(reference.tag)
            return history is not None and bool(history.items)
        found = self.streams.get(stream)
        identity = reference.image[1] if reference.image is not None else ""
        return found is not None and not isinstance(lookup.by_id(found, identity), tuple)

    def makers_of(self, reference: Reference) -> tuple[BuildConfig, ...]:
        """The BuildConfigs that push an image."""
        return self.makers.get(reference.tag, ()) if reference.tag is not None else ()

    def deployers_of(self, service: Service) -> tuple[Deployer, ...]:
        """What keeps the pods running that a service leads to."""
        wanted = service.spec.selector
        return tuple(
            each
            for each in self.objects.deployers
            if wanted
            and each.metadata.namespace == service.metadata.namespace
            and wanted.items() <= each.labels.items()
        )


def graph(objects: Objects) -> Graph:
    """The graph of objects."""
    known = {place_of(each): each for each in objects.configs}
    builds = _grouped((Place(each.metadata.namespace, naming.config_name(each)), each)
                      for each in objects.builds)  # fmt: skip
    outputs = ((output_of(each), each) for each in objects.configs)
    return Graph(
        objects=objects,
        configs=known,
        streams={place_of(each): each for each in objects.streams},
        builds={
            place: tuple(sorted(found, key=_age, reverse=True)) for place, found in builds.items()
        },
        strays=tuple(
            each for place, found in builds.items() if place not in known for each in found
        ),
        makers=_grouped(
            (output.tag, config)
            for output, config in outputs
            if output is not None and output.tag is not None
        ),
    )


def output_of(config: BuildConfig) -> Reference | None:
    """Where the image of a BuildConfig is pushed."""
    return reference_of(config.spec.output.to, config.metadata.namespace)


def inputs(config: BuildConfig) -> tuple[Reference, ...]:
    """What a BuildConfig builds from."""
    return inputs_of(config.spec, config.metadata.namespace)


def is_alone(pod: Pod) -> bool:
    """Whether a pod is nobody else's: no build's, and of nothing that keeps pods running."""
    controlled = any(each.controller for each in pod.metadata.owner_references)
    return not controlled and naming.BUILD_NAME not in pod.metadata.labels


def _age(build: Build) -> tuple[str, int]:
    """What builds are ordered by: those of one second by their numbers."""
    return build.metadata.creation_timestamp, naming.number(build) or 0


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}
