"""What controllers keep of builds: all of one that goes on, a few words of one that is over.

Ten thousand builds that are over cost a few words each and are never looked at again, but for the
few that a history limit is about.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from functools import lru_cache
from typing import Final

import msgspec

from slipcast.api.build import Build, BuildStatus
from slipcast.api.document import Document
from slipcast.api.lens import read
from slipcast.api.meta import ObjectMeta
from slipcast.builds import lineage, naming
from slipcast.builds.phases import Phase, is_terminal
from slipcast.builds.reasons import Reason
from slipcast.builds.s2i.reasons import Reason as ScriptReason
from slipcast.builds.strategies import is_delegated
from slipcast.builds.strategy import strategy_type
from slipcast.ports.figures import Sort
from slipcast.values.apifaults import BadRequest
from slipcast.values.names import shortened

NO_WORDS: Mapping[str, str] = {}


class _Metadata(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    creation_timestamp: str = ""
    deletion_timestamp: str = ""
    labels: Mapping[str, str] = NO_WORDS
    annotations: Mapping[str, str] = NO_WORDS
    resource_version: str = ""


class _Pushed(msgspec.Struct, frozen=True, rename="camel"):
    image_digest: str = ""


class _Output(msgspec.Struct, frozen=True):
    to: _Pushed = _Pushed()


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    phase: str = ""
    reason: str = ""
    start_timestamp: str = ""
    completion_timestamp: str = ""
    log_snippet: str = ""
    output: _Output = _Output()


class _There(msgspec.Struct, frozen=True):
    """Something that is there, whatever is in it."""


class _Strategy(msgspec.Struct, frozen=True, rename="camel"):
    docker_strategy: _There | None = None
    source_strategy: _There | None = None
    custom_strategy: _There | None = None
    jenkins_pipeline_strategy: _There | None = None


class _Spec(msgspec.Struct, frozen=True):
    strategy: _Strategy = _Strategy()


class _Glance(msgspec.Struct, frozen=True):
    metadata: _Metadata
    spec: _Spec = _Spec()
    status: _Status = _Status()


OTHER: Final = "Other"
"""What stands for all phases and reasons that are not ours."""
_PHASES: Final = frozenset({"", *(each.value for each in Phase)})
_REASONS: Final = frozenset(each.value for each in (*Reason, *ScriptReason))
_WAITS = frozenset({Phase.NEW, ""})


class Over(msgspec.Struct, frozen=True, gc=False):
    """A build that is over.

    Shape:  config is the name of its BuildConfig as the build says it, and number the text of its
            annotation; both empty where there is none. image is the digest of what was pushed,
            empty where nothing was. is_annotated says that config is in full.
            is_settled says that nothing more can be learnt of it. began and ended are there of one
            that may have pushed and not said so; through is by whose images it was started.
            sort is what it is counted by.
    """

    namespace: str
    name: str
    uid: str
    created: str
    config: str
    number: str
    sort: Sort
    image: str
    is_annotated: bool
    is_leaving: bool
    is_settled: bool
    began: str = ""
    ended: str = ""
    through: str = ""

    @property
    def build(self) -> Build:
        """What history limits need of it, and else nothing: never to be written back."""
        annotations = {naming.BUILD_NUMBER: self.number}
        if self.is_annotated:
            annotations[naming.BUILD_CONFIG] = self.config
        return Build(
            metadata=ObjectMeta(
                namespace=self.namespace,
                name=self.name,
                uid=self.uid,
                creation_timestamp=self.created,
                deletion_timestamp="1970-01-01T00:00:00Z" if self.is_leaving else "",
                labels={naming.BUILD_CONFIG: shortened(self.config)},
                annotations=annotations,
            ),
            status=BuildStatus(phase=self.sort.phase),
        )


class Going(msgspec.Struct, frozen=True):
    """A build that goes on, or waits: as it is kept, and read."""

    document: Document
    build: Build

    @property
    def key(self) -> tuple[str, str]:
        """Its namespace and name."""
        return self.build.metadata.namespace, self.build.metadata.name

    @property
    def waits(self) -> bool:
        """Whether it waits for something that it was told of."""
        status = self.build.status
        if status.phase in _WAITS:
            return bool(status.reason or status.message)
        return status.reason == Reason.MISSING_PUSH_SECRET


Standing = Going | Over


def standing(document: Document) -> Standing | None:
    """What is kept of a build; nothing of one that somebody else runs, while it does."""
    try:
        seen = read(document, _Glance)
        if is_terminal(seen.status.phase) and seen.status.completion_timestamp:
            return _over(seen)
        build = read(document, Build)
    except BadRequest:
        # No kind of build that we could do anything about.
        return None
    return None if is_delegated(build) else Going(document, build)


def lines(kept: Standing) -> Iterator[Hashable]:
    """Where a build that goes on stands in line: its BuildConfig."""
    if isinstance(kept, Going) and (config := naming.config_name(kept.build)):
        yield line(kept.build.metadata.namespace, config)


def line(namespace: str, config: str) -> Hashable:
    """The line of a BuildConfig; those whose names begin alike share one (BL-3)."""
    return namespace, shortened(config)


def waiting(kept: Standing) -> Iterator[Hashable]:
    """The namespace in which a build waits for something."""
    if isinstance(kept, Going) and kept.waits:
        yield kept.build.metadata.namespace


def histories(kept: Standing) -> Iterator[Hashable]:
    """The BuildConfig whose history a build that is over belongs to."""
    if isinstance(kept, Over) and kept.config:
        yield kept.namespace, kept.config


def phases(kept: Standing) -> Iterator[Hashable]:
    """The phase of a build that goes on, or waits."""
    if isinstance(kept, Going):
        yield sort(kept).phase


def sort(kept: Standing) -> Sort:
    """What a build is counted by."""
    if isinstance(kept, Over):
        return kept.sort
    status = kept.build.status
    return _sorted(status.phase, status.reason, strategy_type(kept.build.spec.strategy))


def unsettled(kept: Standing) -> Iterator[Hashable]:
    """Whether there may be something to be done about a build."""
    if isinstance(kept, Going) or not kept.is_settled:
        yield True


def _sorted(phase: str, reason: str, strategy: str) -> Sort:
    """A sort; what others made up as a phase or a reason is one: there are few sorts.

    Shape:  equal ones are one.
    """
    known = reason if not reason or reason in _REASONS else OTHER
    return _sort((phase or Phase.NEW.value) if phase in _PHASES else OTHER, known, strategy)


_sort: Final = lru_cache(maxsize=512)(Sort)


def _strategy(strategy: _Strategy) -> str:
    said = (
        ("Docker", strategy.docker_strategy),
        ("Source", strategy.source_strategy),
        ("Custom", strategy.custom_strategy),
        ("JenkinsPipeline", strategy.jenkins_pipeline_strategy),
    )
    return next((name for name, there in said if there is not None), "")


def _over(seen: _Glance) -> Over:
    metadata, status = seen.metadata, seen.status
    annotations, labels = metadata.annotations, metadata.labels
    annotated = annotations.get(naming.BUILD_CONFIG, "")
    labelled = labels.get(naming.BUILD_CONFIG) or labels.get(naming.BUILD_CONFIG_OLD) or ""
    is_silent = status.phase != Phase.COMPLETE and not status.output.to.image_digest
    return Over(
        namespace=metadata.namespace,
        name=metadata.name,
        uid=metadata.uid,
        created=metadata.creation_timestamp,
        config=annotated or labelled,
        number=annotations.get(naming.BUILD_NUMBER, ""),
        image=seen.status.output.to.image_digest,
        sort=_sorted(status.phase, status.reason, _strategy(seen.spec.strategy)),
        is_annotated=bool(annotated),
        is_leaving=bool(metadata.deletion_timestamp),
        is_settled=status.phase != Phase.FAILED or bool(status.log_snippet),
        began=status.start_timestamp if is_silent else "",
        ended=status.completion_timestamp if is_silent else "",
        through=annotations.get(lineage.THROUGH, ""),
    )
