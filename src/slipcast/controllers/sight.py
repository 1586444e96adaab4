"""What controllers see: the objects they were told of, and the Api for what they were not.

Who is woken by what is in `builtin`; what is seen of one thing is gathered in `gathering`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.build import Build
from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.api.lens import read
from slipcast.api.limits import ResourceQuota
from slipcast.builds import lineage, naming
from slipcast.builds.cluster import Cluster
from slipcast.builds.lineage import Maker
from slipcast.builds.phases import Phase
from slipcast.builds.runpolicy import Turn, next_builds
from slipcast.controllers.cache import Cache
from slipcast.controllers.demand import (
    Demand,
    Tags,
    demand,
    halves_of,
    tags,
    watched_streams,
)
from slipcast.controllers.importing import Imports, wanting
from slipcast.controllers.standing import (
    Going,
    Over,
    Standing,
    histories,
    line,
    lines,
    standing,
    unsettled,
    waiting,
)
from slipcast.ports.api import Api
from slipcast.reconcile.quotas import QUOTA, counted, is_counted
from slipcast.values.apifaults import BadRequest
from slipcast.values.names import shortened

BUILD: Final = kinds.require(kinds.BUILD, "Build")
BUILD_CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
POD: Final = kinds.require(kinds.CORE, "Pod")
SECRET: Final = kinds.require(kinds.CORE, "Secret")
CONFIG_MAP: Final = kinds.require(kinds.CORE, "ConfigMap")
STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")

_ENDED: Final = frozenset({"Succeeded", "Failed"})
_AT_WORK: Final = frozenset({Phase.PENDING, Phase.RUNNING})


class _Owner(msgspec.Struct, frozen=True):
    kind: str = ""
    name: str = ""
    uid: str = ""


class _PodMetadata(msgspec.Struct, frozen=True, rename="camel"):
    owner_references: tuple[_Owner, ...] = ()
    resource_version: str = ""


class _PodStatus(msgspec.Struct, frozen=True):
    phase: str = ""


class _PodGlance(msgspec.Struct, frozen=True):
    metadata: _PodMetadata = _PodMetadata()
    status: _PodStatus = _PodStatus()


Counting = frozenset[tuple[str, Kind]]
"""What a quota counts: objects of a namespace and kind."""

AnyCache = (
    Cache[Standing] | Cache[Document] | Cache[Demand] | Cache[Tags] | Cache[bool] | Cache[Counting]
)


class Sight:
    """What the controllers of one process see.

    Shape:  pods has the pods of builds that have not ended: for the last words of one that has,
            somebody asks once. configs has the BuildConfigs about which there may be something to
            do beside making builds when asked to, streams those that have images, importing those
            that want some; imports tells how they get them, None where nobody looks them up.
            quotas has those whose use is counted.
    """

    def __init__(self, api: Api, cluster: Cluster, imports: Imports | None = None) -> None:
        self.api = api
        self.cluster = cluster
        self.imports = imports
        self.builds: Cache[Standing] = Cache(
            standing,
            {
                "line": lines,
                "waiting": waiting,
                "history": histories,
                "unsettled": unsettled,
            },
        )
        self.pods: Cache[Document] = Cache(_build_pod)
        self.configs: Cache[Demand] = Cache(demand, {"watched": watched_streams})
        self.streams: Cache[Tags] = Cache(tags)
        self.importing: Cache[bool] = Cache(wanting)
        self.quotas: Cache[Counting] = Cache(_counting, {"counts": _itself})
        self._caches: Mapping[Kind, tuple[AnyCache, ...]] = {
            BUILD: (self.builds,),
            POD: (self.pods,),
            BUILD_CONFIG: (self.configs,),
            STREAM: (self.streams, self.importing),
            QUOTA: (self.quotas,),
        }

    def saw(self, document: Document) -> bool:
        """Take in what was watched; whether it was news."""
        caches = self._caches.get(document.kind)
        # All of them are told, whatever the first one says.
        return caches is None or max([cache.saw(document) for cache in caches])

    def wrote(self, document: Document) -> bool:
        """Take in what was just written by this side; whether it was news."""
        caches = self._caches.get(document.kind, ())
        return max([cache.wrote(document) for cache in caches], default=False)

    def lost(self, document: Document) -> None:
        """Take in that an object is gone."""
        for cache in self._caches.get(document.kind, ()):
            cache.lost(document)

    def left_out(self, kind: Kind, there: set[tuple[str, str]], revision: int) -> None:
        """Take in that nothing else of a kind was there at a revision."""
        for cache in self._caches.get(kind, ()):
            cache.left_out(there, revision)

    def reached(self, kind: Kind, revision: int) -> None:
        """Take in that everything up to a revision was seen."""
        for cache in self._caches.get(kind, ()):
            cache.reached(revision)

    def known(self, kind: Kind, namespace: str, name: str) -> Document | None:
        """An object as it was last seen, where it is kept whole."""
        if kind is not BUILD:
            return None
        found = self.builds.get(namespace, name)
        return found.document if isinstance(found, Going) else None

    def siblings(self, namespace: str, config: str) -> tuple[Build, ...]:
        """The builds that go on or wait and may be of a BuildConfig.

        Shape:  one that has its pod and was not told so yet is shown as Pending: it will be.
        """
        found = self.builds.by("line", line(namespace, config))
        return tuple(self._with_pod(each.build) for each in found if isinstance(each, Going))

    def turn(self, namespace: str, config: str) -> Turn:
        """Whose turn it is among the builds of a BuildConfig."""
        queue = [
            each
            for each in self.siblings(namespace, config)
            if naming.is_of_config(each, config) and not each.metadata.deletion_timestamp
        ]
        return next_builds(queue)

    def history(self, namespace: str, config: str) -> tuple[Build, ...]:
        """A few words of each build of a BuildConfig that is over."""
        names: set[Hashable] = {(namespace, config), (namespace, shortened(config))}
        return tuple(
            each.build
            for name in names
            for each in self.builds.by("history", name)
            if isinstance(each, Over)
        )

    def makers(self, namespace: str, config: str) -> Iterator[Maker]:
        """The builds of a BuildConfig that have pushed an image, or may have."""
        for build in self.siblings(namespace, config):
            if not naming.is_of_config(build, config):
                continue
            maker = _maker(namespace, config, build)
            if maker.image or build.status.phase in _AT_WORK:
                yield maker
        names: set[Hashable] = {(namespace, config), (namespace, shortened(config))}
        for name in names:
            for each in self.builds.by("history", name):
                if not isinstance(each, Over) or not (each.image or each.began):
                    continue
                if naming.is_of_config(each.build, config):
                    yield Maker(
                        config=(namespace, config),
                        build=each.name,
                        image=each.image,
                        began=each.began,
                        ended=each.ended,
                        through=lineage.read(each.through) if each.through else frozenset(),
                    )

    def fed(self, key: tuple[str, str]) -> Iterator[tuple[str, str]]:
        """The BuildConfigs that watch the stream which the builds of one push to."""
        kept = self.configs.get(*key)
        halves = None if kept is None or kept.output is None else halves_of(kept.output)
        if kept is None or kept.output is None or halves is None:
            return
        for name, _ in self.configs.named("watched", (kept.output.namespace, halves[0])):
            yield name

    def circle(self, key: tuple[str, str]) -> frozenset[tuple[str, str]]:
        """The BuildConfigs on the ways from one back to itself."""
        return lineage.circle(key, self.fed)

    def is_awaited(self, key: tuple[str, str]) -> bool:
        """Whether some BuildConfig has still to learn whose image it was that a build pushed."""
        waiting_ = [each for each in self.fed(key) if self._is_stale(each)]
        return bool(waiting_) and not self.circle(key).isdisjoint(waiting_)

    def _is_stale(self, key: tuple[str, str]) -> bool:
        kept = self.configs.get(*key)
        return kept is not None and self.is_stale(kept)

    def is_tended(self, key: tuple[str, str], kept: Demand) -> bool:
        """Whether a build of a BuildConfig may be wanted as it is, or there are old ones."""
        if kept.is_changed or not kept.is_limited:
            return kept.is_changed
        namespace, name = key
        names: set[Hashable] = {key, (namespace, shortened(name))}
        return any(self.builds.has("history", each) for each in names)

    def is_stale(self, kept: Demand) -> bool:
        """Whether a tag that a BuildConfig watches seems to have another image than was built."""
        for each in kept.watches:
            found = self.streams.get(each.namespace, each.stream)
            image = "" if found is None else found.get(each.tag, "")
            if image and image != each.image:
                return True
        return False

    def _with_pod(self, build: Build) -> Build:
        if build.status.phase not in {"", Phase.NEW}:
            return build
        pod = self.pods.get(build.metadata.namespace, naming.pod_name(build))
        if pod is None or not _is_owned(pod, build.metadata.uid):
            return build
        return replace(build, status=replace(build.status, phase=Phase.PENDING))


def _maker(namespace: str, config: str, build: Build) -> Maker:
    """A build that goes on, as one that may make an image."""
    to, through = build.status.output.to, build.metadata.annotations.get(lineage.THROUGH, "")
    return Maker(
        config=(namespace, config),
        build=build.metadata.name,
        image="" if to is None else to.image_digest,
        through=lineage.read(through),
    )


def _is_owned(pod: Document, uid: str) -> bool:
    return any(each.uid == uid for each in read(pod, _PodGlance).metadata.owner_references)


def owner_of(pod: Document) -> str:
    """The name of the build that a pod was made for; empty when it was made for none."""
    try:
        owners = read(pod, _PodGlance).metadata.owner_references
    except BadRequest:
        return ""
    return next((each.name for each in owners if each.kind == BUILD.name), "")


def _counting(document: Document) -> Counting | None:
    """What a quota counts; None when nobody need look at it."""
    try:
        quota = read(document, ResourceQuota)
    except BadRequest:
        return None
    if not is_counted(quota):
        return None
    return frozenset((document.names.namespace, kind) for kind in counted(quota))


def _itself(value: Counting) -> Counting:
    return value


def _build_pod(document: Document) -> Document | None:
    """The pod of a build that has not ended."""
    if not owner_of(document) or read(document, _PodGlance).status.phase in _ENDED:
        return None
    return document
