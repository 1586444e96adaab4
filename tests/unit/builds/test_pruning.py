"""Which builds a clean-up takes away: build-lifecycle.md BL-131 and BL-132."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from slipcast.api.build import Build, BuildConfig
from slipcast.builds.pruning import Keeping, prunable
from verdicts import seen

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)
HOUR = 60
LONG = "long-" * 14 + "name"


def a_build(number: int, phase: str = "Complete", *, age: int = HOUR, config: str = "app") -> Build:
    created = (NOW - timedelta(minutes=age)).strftime("%Y-%m-%dT%H:%M:%SZ")
    annotations = {"openshift.io/build.number": str(number)}
    if config:
        annotations["openshift.io/build-config.name"] = config
    metadata = {
        "name": str(number),
        "namespace": "shop",
        "uid": f"uid-{number}",
        "annotations": annotations,
        "creationTimestamp": created,
    }
    return seen(Build, metadata=metadata, status={"phase": phase})


def a_config(name: str = "app", namespace: str = "shop") -> BuildConfig:
    return seen(BuildConfig, metadata={"name": name, "namespace": namespace}, spec={})


def names(*builds: Build, configs: tuple[BuildConfig, ...] = (), **keeping: int) -> list[str]:
    kept = seen(Keeping, **keeping)
    gone = prunable(builds, configs or (a_config(),), kept, NOW)
    return [each.metadata.name for each in gone]


def test_the_oldest_go_and_each_kind_of_end_counts_for_itself_bl_131() -> None:
    good = [a_build(n, age=300 - n) for n in range(1, 8)]
    bad = [a_build(11, "Failed", age=200), a_build(12, "Error", age=190), a_build(13, "Cancelled")]

    assert names(*bad, *good) == ["1", "2", "11", "12"]


def test_builds_younger_than_the_limit_stay_and_do_not_count_bl_131() -> None:
    young = [a_build(n, age=59) for n in (3, 4)]

    assert names(*young, a_build(1, age=61), a_build(2, age=60), complete=1) == ["1"]


@pytest.mark.parametrize("phase", ["New", "Pending", "Running", ""])
def test_a_build_that_is_not_over_never_goes_bl_131(phase: str) -> None:
    build = a_build(1, phase)

    assert names(build, complete=0, failed=0) == []
    assert names(build, configs=(a_config("other"),), orphans=True) == []


@pytest.mark.parametrize(
    "config", ["", "gone"], ids=["says no configuration", "its configuration is gone"]
)
def test_orphans_go_when_they_are_asked_for_bl_132(config: str) -> None:
    orphan = a_build(1, config=config)

    assert names(orphan, complete=0) == []
    assert names(orphan, orphans=True) == ["1"]


def test_orphans_that_are_young_stay_bl_132() -> None:
    assert names(a_build(1, config="gone", age=5), orphans=True) == []


def test_a_configuration_of_another_namespace_owns_no_builds_bl_132() -> None:
    elsewhere = a_config(namespace="other")

    assert names(a_build(1), configs=(elsewhere,), orphans=True) == ["1"]


def test_a_label_that_holds_only_the_beginning_of_a_name_is_enough_bl_132() -> None:
    labels = {"openshift.io/build-config.name": LONG[:63]}
    metadata = {"name": "1", "namespace": "shop", "uid": "u", "labels": labels}
    build = seen(Build, metadata=metadata, status={"phase": "Complete"})

    assert names(build, configs=(a_config(LONG),), orphans=True) == []
    assert names(build, configs=(a_config(LONG),), complete=0) == ["1"]
