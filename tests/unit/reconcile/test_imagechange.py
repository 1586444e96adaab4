"""The controller of image changes: triggers.md section 7."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from slipcast.api.build import BuildConfig, BuildRequest
from slipcast.builds.lineage import THROUGH, Maker
from slipcast.builds.triggers import Reference
from slipcast.images.resolve import Found
from slipcast.reconcile.actions import Act, Action, Change, Record
from slipcast.reconcile.imagechange import ImageView, instantiate_refused, reconcile
from verdicts import seen

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
RUBY = Reference(kind="ImageStreamTag", namespace="shop", name="ruby:2.3")
DIGEST = "sha256:" + "b" * 64
IMAGE = Found(pull_spec="r/ruby@" + DIGEST, image=DIGEST)
APP, BASE = ("shop", "app"), ("shop", "base")
RUNNING = Maker(config=APP, build="app-1", output=DIGEST)
MADE = Maker(config=APP, build="app-1", image=DIGEST)


def a_config(last: str = "", version: int = 3, **metadata: Any) -> BuildConfig:
    strategy = {"sourceStrategy": {"from": {"kind": "ImageStreamTag", "name": "ruby:2.3"}}}
    change = {"lastTriggeredImageID": last}
    spec = {"strategy": strategy, "triggers": [{"type": "ImageChange", "imageChange": change}]}
    metadata = {"name": "app", "namespace": "shop", **metadata}
    return seen(BuildConfig, metadata=metadata, spec=spec, status={"lastVersion": version})


def decided(config: BuildConfig, **more: Any) -> tuple[Action, ...]:
    return reconcile(ImageView(config=config, images={RUBY: IMAGE}, **more), NOW)


def test_a_new_image_asks_for_a_build_unless_another_was_started_tr_95() -> None:
    (action,) = decided(a_config("r/ruby@sha256:old"))

    assert isinstance(action, Act)
    assert isinstance(action.body, BuildRequest)
    assert action.body.triggered_by_image is not None
    assert (action.body.triggered_by_image.name, action.body.last_version) == (IMAGE.pull_spec, 3)


@pytest.mark.parametrize(
    "config",
    [
        a_config(IMAGE.pull_spec),
        a_config(annotations={"openshift.io/build-config.paused": "true"}),
        a_config(deletionTimestamp="2026-11-22T18:00:00Z"),
    ],
)
def test_nothing_is_asked_of_a_config_that_wants_nothing_tr_92_tr_100(config: BuildConfig) -> None:
    assert decided(config) == ()


def test_an_image_that_a_build_of_the_config_made_is_noted_and_told_tr_104() -> None:
    change, told = decided(a_config(), makers=(MADE,))

    assert isinstance(change, Change)
    assert isinstance(change.after, BuildConfig)
    (trigger,) = change.after.spec.triggers
    assert trigger.image_change is not None
    assert trigger.image_change.last_triggered_image_id == IMAGE.pull_spec
    (status,) = change.after.status.image_change_triggers
    assert status.last_triggered_image_id == IMAGE.pull_spec
    assert isinstance(told, Record)
    assert "was made by a build of this BuildConfig" in told.message


def test_an_image_that_a_build_may_have_pushed_is_waited_for_tr_104() -> None:
    elsewhere = replace(RUNNING, output="sha256:other")

    assert decided(a_config(), makers=(RUNNING,)) == ()
    assert len(decided(a_config(), makers=(elsewhere,))) == 1


def test_an_image_that_goes_back_to_the_configs_own_is_noted_and_told_up_31() -> None:
    maker = Maker(config=BASE, build="base-4", image=DIGEST, through=frozenset({APP}))

    change, told = decided(a_config(), makers=(maker,))

    assert isinstance(change, Change)
    assert isinstance(told, Record)
    assert told.type == "Warning"
    assert told.message == (
        f"{IMAGE.pull_spec} of shop/ruby:2.3 was made by build base-4 because of an image of this"
        " BuildConfig, so that it starts none: it builds in a circle with shop/base"
    )


def test_a_build_says_through_whose_builds_its_image_came_about_up_31() -> None:
    maker = Maker(config=BASE, build="base-4", image=DIGEST, through=frozenset({("shop", "os")}))

    (action,) = decided(a_config(), makers=(maker,))

    assert isinstance(action, Act)
    assert action.body.metadata.annotations == {THROUGH: "shop/base,shop/os"}


def test_a_refusal_is_told_tr_98() -> None:
    config = a_config()
    view = ImageView(config=config, images={RUBY: IMAGE})

    (told,) = instantiate_refused(view, BuildRequest(last_version=3), "no such account")

    assert isinstance(told, Record)
    assert told.reason == "BuildConfigTriggerFailed"
    assert told.message == "error triggering Build for BuildConfig shop/app: no such account"


@pytest.mark.parametrize("config", [a_config(version=4), a_config(IMAGE.pull_spec)])
def test_who_was_overtaken_tells_nothing_tr_113(config: BuildConfig) -> None:
    view = ImageView(config=config, images={RUBY: IMAGE})

    assert instantiate_refused(view, BuildRequest(last_version=3), "x") == ()
