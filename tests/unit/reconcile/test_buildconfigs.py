"""The controller of BuildConfigs: triggers.md section 8, build-lifecycle.md BL-130."""

from datetime import UTC, datetime
from typing import Any

import pytest

from slipcast.api.build import Build, BuildConfig, BuildRequest
from slipcast.reconcile.actions import Act, Record, Remove
from slipcast.reconcile.buildconfigs import ConfigView, instantiate_refused, reconcile
from verdicts import seen

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
ON_CHANGE = {"triggers": [{"type": "ConfigChange"}]}


def a_config(last_version: int = 0, spec: Any = None, **metadata: Any) -> BuildConfig:
    metadata = {"name": "frontend", "namespace": "shop", **metadata}
    status = {"lastVersion": last_version}
    return seen(BuildConfig, metadata=metadata, spec=spec or {}, status=status)


def a_build(number: int, phase: str = "Complete", config: str = "frontend", **more: str) -> Build:
    annotations = {
        "openshift.io/build.number": str(number),
        "openshift.io/build-config.name": config,
    }
    metadata = {"name": f"{config}-{number}", "annotations": annotations, **more}
    return seen(Build, metadata=metadata, status={"phase": phase})


def removed(*builds: Build) -> list[str]:
    config = a_config(spec={"successfulBuildsHistoryLimit": 1})
    actions = reconcile(ConfigView(config=config, builds=builds), NOW)
    return [each.object.metadata.name for each in actions if isinstance(each, Remove)]


def test_builds_past_the_limit_go_bl_130() -> None:
    assert removed(a_build(1), a_build(2), a_build(3, "Running")) == ["frontend-1"]


def test_builds_of_others_stay_and_those_that_go_are_not_counted_bl_130() -> None:
    gone = a_build(2, deletionTimestamp="2026-11-22T18:00:00Z")

    assert removed(a_build(1), gone, a_build(9, config="backend")) == []


def test_a_new_config_gets_its_first_build_tr_110_tr_112() -> None:
    (action,) = reconcile(ConfigView(config=a_config(spec=ON_CHANGE)), NOW)

    assert isinstance(action, Act)
    assert isinstance(action.body, BuildRequest)
    assert (action.subresource, action.body.last_version) == ("instantiate", 0)


@pytest.mark.parametrize(
    "config",
    [
        a_config(1, ON_CHANGE),
        a_config(0),
        a_config(0, ON_CHANGE, annotations={"openshift.io/build-config.paused": "true"}),
        a_config(0, ON_CHANGE, deletionTimestamp="2026-11-22T18:00:00Z"),
    ],
)
def test_nothing_is_asked_of_a_config_that_wants_nothing_tr_110_tr_115(config: BuildConfig) -> None:
    assert reconcile(ConfigView(config=config), NOW) == ()


def test_a_first_build_that_was_refused_is_told_tr_115_bl_590() -> None:
    (told,) = instantiate_refused(ConfigView(config=a_config(spec=ON_CHANGE)), "no such tag")

    assert isinstance(told, Record)
    assert told.reason == "BuildConfigInstantiateFailed"
    assert told.message == ("error instantiating Build from BuildConfig shop/frontend: no such tag")


def test_who_was_overtaken_tells_nothing_tr_113() -> None:
    assert instantiate_refused(ConfigView(config=a_config(1, ON_CHANGE)), "x") == ()
