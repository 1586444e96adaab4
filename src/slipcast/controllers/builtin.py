"""THE TABLE of controllers: what wakes each, what it sees, which function decides.

A controller is woken for a key: the namespace and name of what is to be looked at. To wake it once
too often costs a look; to forget to, until the next round over everything.

Source: build-lifecycle.md BL-4, BL-34 to BL-36, BL-40, BL-46; house rule of controllers.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, Generic, TypeVar

import msgspec

from slipcast.api.build import Build
from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.api.lens import read
from slipcast.builds import naming
from slipcast.builds.quotas import COUNTED
from slipcast.controllers import gathering
from slipcast.controllers.queue import Key
from slipcast.controllers.sight import (
    BUILD,
    BUILD_CONFIG,
    CONFIG_MAP,
    POD,
    SECRET,
    STREAM,
    Sight,
    owner_of,
)
from slipcast.controllers.standing import Going, Over, line
from slipcast.reconcile import buildconfigs, builds, imagechange, imageimports, quotas
from slipcast.reconcile.actions import Act, Action, Create
from slipcast.reconcile.buildconfigs import ConfigView
from slipcast.reconcile.imagechange import ImageView
from slipcast.reconcile.imageimports import ImportView
from slipcast.reconcile.quotas import QUOTA, QuotaView
from slipcast.reconcile.views import BuildView
from slipcast.values.apifaults import BadRequest

V = TypeVar("V")

Wakes = Callable[[Sight, Document], Iterable[Key]]
"""Whom a change of an object wakes; what is seen is seen already as it is after the change."""


class Row(msgspec.Struct, Generic[V], frozen=True, kw_only=True):
    """A controller.

    Shape:  component is its name in Events. lane says what must not be looked at side by side.
            everything is looked at again from time to time. refused decides what is to be done
            when one of its Creates or Acts was, for a reason that asking again will not change.
            Changes of the kinds in crowds are looked at together, those of one moment at its end.
    """

    name: str
    component: str
    wakes: Mapping[Kind, Wakes]
    everything: Callable[[Sight], Iterable[Key]]
    lane: Callable[[Sight, Key], Hashable]
    gather: Callable[[Sight, Key], Awaitable[V | None]]
    reconcile: Callable[[V, datetime], tuple[Action, ...]]
    refused: Callable[[V, Create | Act, str, datetime], tuple[Action, ...]]
    crowds: frozenset[Kind] = frozenset()


LISTED: Final = (BUILD, POD, BUILD_CONFIG, STREAM, QUOTA)
"""The kinds of which controllers know all there are."""

FOLLOWED: Final = tuple(kind for kind in COUNTED if kind not in LISTED)
"""The kinds of which they want to know only that something changes."""


def _by_build(sight: Sight, document: Document) -> Iterator[Key]:
    """A build wakes itself, and whose turn it is now (BL-35)."""
    names = document.names
    key = (names.namespace, names.name)
    if _may_matter(sight, key):
        yield key
    config = _config_of(document)
    if config:
        for name in sight.turn(names.namespace, config).start:
            yield names.namespace, name


def _by_pod(sight: Sight, document: Document) -> Iterator[Key]:
    """A pod wakes its build, and the one in whose way it was (BL-44)."""
    names = document.names
    key = (names.namespace, owner_of(document))
    if _may_matter(sight, key):
        yield key
    for each in sight.builds.by("waiting", names.namespace):
        if isinstance(each, Going) and naming.pod_name(each.build) == names.name:
            yield each.key


def _by_input(sight: Sight, document: Document) -> Iterator[Key]:
    """What builds may wait for wakes those of its namespace that wait (BL-40, BL-46)."""
    for each in sight.builds.by("waiting", document.names.namespace):
        if isinstance(each, Going):
            yield each.key


def _by_stream(sight: Sight, document: Document) -> Iterator[Key]:
    """A stream may be the output of builds in any namespace."""
    namespace = document.names.namespace
    for each in sight.builds.in_index("waiting"):
        if isinstance(each, Going):
            to = each.build.spec.output.to
            if to is not None and (to.namespace or each.key[0]) == namespace:
                yield each.key


def _unsettled(sight: Sight) -> Iterator[Key]:
    for each in sight.builds.in_index("unsettled"):
        yield each.key if isinstance(each, Going) else (each.namespace, each.name)


def _may_matter(sight: Sight, key: Key) -> bool:
    found = sight.builds.get(*key)
    return found is not None and not (isinstance(found, Over) and found.is_settled)


def _config_of(document: Document) -> str:
    try:
        return naming.config_name(read(document, Build))
    except BadRequest:
        return ""


def _line_of(sight: Sight, key: Key) -> Hashable:
    """Builds of one BuildConfig are looked at one after another: each sees what became of all."""
    found = sight.builds.get(*key)
    config = naming.config_name(found.build) if isinstance(found, Going) else ""
    return line(key[0], config) if config else (*key, "")


def _its_config(sight: Sight, document: Document) -> Iterator[Key]:
    """A build that is over, or gone, wakes its BuildConfig (BL-130)."""
    names = document.names
    if isinstance(sight.builds.get(names.namespace, names.name), Going):
        return
    config = _config_of(document)
    if config and _is_tended(sight, (names.namespace, config)):
        yield names.namespace, config


def _itself(sight: Sight, document: Document) -> Iterator[Key]:
    names = document.names
    key = (names.namespace, names.name)
    if _is_tended(sight, key):
        yield key


def _is_tended(sight: Sight, key: Key) -> bool:
    kept = sight.configs.get(*key)
    return kept is not None and sight.is_tended(key, kept)


def _tended(sight: Sight) -> Iterator[Key]:
    for name, kept in sight.configs.values():
        if sight.is_tended(name, kept):
            yield name


def _stale_itself(sight: Sight, document: Document) -> Iterator[Key]:
    """A BuildConfig that watches an image it was not built with wakes itself (TR-93)."""
    names = document.names
    key = (names.namespace, names.name)
    if _is_stale(sight, key):
        yield key


def _stale_by_stream(sight: Sight, document: Document) -> Iterator[Key]:
    """A stream wakes those who watch it and were not built with what it has (TR-93)."""
    names = document.names
    for key, kept in sight.configs.named("watched", (names.namespace, names.name)):
        if sight.is_stale(kept):
            yield key


def _stale_by_build(sight: Sight, document: Document) -> Iterator[Key]:
    """A build that is over may have made an image of which it was not known whose it is.

    Shape:  whoever builds from it waits for that where the ways go round in a circle.
    """
    names = document.names
    if isinstance(sight.builds.get(names.namespace, names.name), Going):
        return
    config = _config_of(document)
    if not config:
        return
    key = (names.namespace, config)
    for each in {key, *sight.fed(key)}:
        if _is_stale(sight, each):
            yield each


def _stale(sight: Sight) -> Iterator[Key]:
    for name, kept in sight.configs.values():
        if sight.is_stale(kept):
            yield name


def _is_stale(sight: Sight, key: Key) -> bool:
    kept = sight.configs.get(*key)
    return kept is not None and sight.is_stale(kept)


def _importing_itself(sight: Sight, document: Document) -> Iterator[Key]:
    """A stream that wants images of elsewhere wakes itself (IS-101)."""
    names = document.names
    if sight.importing.get(names.namespace, names.name) is not None:
        yield names.namespace, names.name


def _importing(sight: Sight) -> Iterator[Key]:
    if sight.imports is not None:
        for name, _ in sight.importing.values():
            yield name


def _counting_itself(sight: Sight, document: Document) -> Iterator[Key]:
    names = document.names
    if sight.quotas.get(names.namespace, names.name) is not None:
        yield names.namespace, names.name


def _counting_others(sight: Sight, document: Document) -> Iterator[Key]:
    """An object is counted by some quotas of its namespace."""
    if len(sight.quotas):
        for name, _ in sight.quotas.named("counts", (document.names.namespace, document.kind)):
            yield name


def _counting_quotas(sight: Sight, document: Document) -> Iterator[Key]:
    """A quota tells how much there is, and is counted itself."""
    yield from _counting_itself(sight, document)
    yield from _counting_others(sight, document)


def _counting(sight: Sight) -> Iterator[Key]:
    for name, _ in sight.quotas.values():
        yield name


def _own(_sight: Sight, key: Key) -> Hashable:
    return key


def _pod_refused(
    view: BuildView, _action: Create | Act, why: str, now: datetime
) -> tuple[Action, ...]:
    return builds.pod_refused(view, why, now)


def _first_refused(
    view: ConfigView, _action: Create | Act, why: str, _now: datetime
) -> tuple[Action, ...]:
    return buildconfigs.instantiate_refused(view, why)


def _change_refused(
    view: ImageView, action: Create | Act, why: str, _now: datetime
) -> tuple[Action, ...]:
    request = action.body if isinstance(action, Act) else action.object
    return imagechange.instantiate_refused(view, request, why)


def _import_refused(
    view: ImportView, _action: Create | Act, why: str, _now: datetime
) -> tuple[Action, ...]:
    return imageimports.refused(view, why)


def _not_refused(
    _view: QuotaView, _action: Create | Act, _why: str, _now: datetime
) -> tuple[Action, ...]:
    return ()


BUILDS: Final = Row[BuildView](
    name="builds",
    component="build-controller",
    wakes={
        BUILD: _by_build,
        POD: _by_pod,
        SECRET: _by_input,
        CONFIG_MAP: _by_input,
        STREAM: _by_stream,
    },
    everything=_unsettled,
    lane=_line_of,
    gather=gathering.build_view,
    reconcile=builds.reconcile,
    refused=_pod_refused,
)

CONFIGS: Final = Row[ConfigView](
    name="buildconfigs",
    component="buildconfig-controller",
    wakes={BUILD_CONFIG: _itself, BUILD: _its_config},
    everything=_tended,
    lane=_own,
    gather=gathering.config_view,
    reconcile=buildconfigs.reconcile,
    refused=_first_refused,
)

IMAGES: Final = Row[ImageView](
    name="imagechange",
    component="image-change-controller",
    wakes={STREAM: _stale_by_stream, BUILD_CONFIG: _stale_itself, BUILD: _stale_by_build},
    everything=_stale,
    lane=_own,
    gather=gathering.image_view,
    reconcile=imagechange.reconcile,
    refused=_change_refused,
)

IMPORTS: Final = Row[ImportView](
    name="imageimports",
    component="image-import-controller",
    wakes={STREAM: _importing_itself},
    everything=_importing,
    lane=_own,
    gather=gathering.import_view,
    reconcile=imageimports.reconcile,
    refused=_import_refused,
)

QUOTAS: Final = Row[QuotaView](
    name="quotas",
    component="resourcequota-controller",
    wakes={**dict.fromkeys(COUNTED, _counting_others), QUOTA: _counting_quotas},
    everything=_counting,
    lane=_own,
    crowds=frozenset(COUNTED) - {QUOTA},
    gather=gathering.quota_view,
    reconcile=quotas.reconcile,
    refused=_not_refused,
)

TABLE: Final = (BUILDS, CONFIGS, IMAGES, IMPORTS, QUOTAS)
"""THE TABLE."""
