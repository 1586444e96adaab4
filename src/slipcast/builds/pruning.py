"""Which builds an administrator's clean-up takes away; history limits are `builds.history`.

Source: build-lifecycle.md BL-131, BL-132.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from slipcast.api.build import Build, BuildConfig
from slipcast.builds import naming
from slipcast.builds.phases import Phase, is_terminal
from slipcast.values.instant import to_text
from slipcast.values.names import shortened


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept, and whether builds of no BuildConfig are looked at too.

    Shape:  complete and failed count for each BuildConfig, of the builds that are old enough.
    """

    complete: int = 5
    failed: int = 1
    younger: timedelta = timedelta(minutes=60)
    orphans: bool = False


_Place = tuple[str, str]


def prunable(
    builds: Iterable[Build], configs: Iterable[BuildConfig], keeping: Keeping, now: datetime
) -> tuple[Build, ...]:
    """The builds that go: all of them over, the oldest of a namespace first."""
    limit = to_text(now - keeping.younger)
    old = [
        each
        for each in builds
        if is_terminal(each.status.phase) and each.metadata.creation_timestamp <= limit
    ]
    said = defaultdict[_Place, list[Build]](list)
    for build in old:
        said[build.metadata.namespace, naming.config_name(build)].append(build)
    owned, gone = set[str](), list[Build]()
    for config in configs:
        own = tuple(_of(config, said))
        owned.update(each.metadata.uid for each in own)
        gone += _past(own, keeping)
    if keeping.orphans:
        gone += [each for each in old if each.metadata.uid not in owned]
    return tuple(sorted(gone, key=_place))


def _of(config: BuildConfig, said: Mapping[_Place, Sequence[Build]]) -> Iterator[Build]:
    """The builds of a BuildConfig; some say only how its name begins."""
    name, namespace = config.metadata.name, config.metadata.namespace
    for words in {name, shortened(name)}:
        for build in said.get((namespace, words), ()):
            if naming.is_of_config(build, name):
                yield build


def _past(builds: Sequence[Build], keeping: Keeping) -> Iterator[Build]:
    newest = sorted(builds, key=_age, reverse=True)
    good = [each for each in newest if each.status.phase == Phase.COMPLETE]
    bad = [each for each in newest if each.status.phase != Phase.COMPLETE]
    yield from good[keeping.complete :]
    yield from bad[keeping.failed :]


def _age(build: Build) -> tuple[str, int]:
    return build.metadata.creation_timestamp, naming.number(build) or 0


def _place(build: Build) -> tuple[str, str, int, str]:
    return build.metadata.namespace, *_age(build), build.metadata.name
