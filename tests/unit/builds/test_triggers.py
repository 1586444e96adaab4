"""What triggers ask for, and why builds were started: triggers.md sections 7 to 9."""

from typing import Any

import pytest

from slipcast.api.build import BuildConfig, SourceRevision
from slipcast.builds.triggers import (
    Reference,
    config_change_request,
    image_change_request,
    webhook_cause,
)
from verdicts import a_config, seen

RUBY = Reference(kind="ImageStreamTag", namespace="shop", name="ruby:2.3")
ASSETS = Reference(kind="ImageStreamTag", namespace="lib", name="assets:1")
IMAGES = {RUBY: "r/ruby@1", ASSETS: "r/assets@1"}
FROM_ASSETS = {"from": {"kind": "ImageStreamTag", "namespace": "lib", "name": "assets:1"}}


def on_images(*changes: dict[str, Any]) -> BuildConfig:
    return a_config(triggers=[{"type": "ImageChange", "imageChange": each} for each in changes])


def test_an_image_that_was_not_built_with_asks_for_a_build_tr_92_tr_95() -> None:
    request = image_change_request(on_images({"lastTriggeredImageID": "r/ruby@0"}), IMAGES)

    assert request is not None
    assert request.triggered_by_image is not None
    assert (request.triggered_by_image.kind, request.triggered_by_image.name) == (
        "DockerImage",
        "r/ruby@1",
    )
    assert request.from_ is not None
    assert request.from_.name == "ruby:2.3"
    assert [each.message for each in request.triggered_by] == ["Image change"]


def test_all_stale_references_are_causes_of_one_build_tr_94() -> None:
    request = image_change_request(on_images({}, FROM_ASSETS), IMAGES)

    assert request is not None
    changes = [each.image_change_build for each in request.triggered_by]
    assert [each.image_id for each in changes if each] == ["r/ruby@1", "r/assets@1"]


@pytest.mark.parametrize(
    "change",
    [
        {"lastTriggeredImageID": "r/ruby@1"},
        {"paused": True},
        {"from": {"kind": "ImageStreamTag", "name": "unknown:1"}},
        {"from": {"kind": "DockerImage", "name": "x"}},
    ],
)
def test_nothing_is_asked_for_without_news_tr_91_tr_99(change: dict[str, Any]) -> None:
    assert image_change_request(on_images(change), IMAGES) is None


def test_only_image_changes_watch_images() -> None:
    assert image_change_request(a_config(triggers=[{"type": "ConfigChange"}]), IMAGES) is None


def test_a_config_that_was_never_built_asks_for_its_first_build_tr_110_tr_112() -> None:
    request = config_change_request(a_config(triggers=[{"type": "ConfigChange"}]))

    assert request is not None
    assert request.last_version == 0
    assert [each.message for each in request.triggered_by] == ["Build configuration change"]


def test_later_changes_of_a_config_ask_for_nothing_tr_110() -> None:
    spec = {"triggers": [{"type": "ConfigChange"}]}

    assert config_change_request(seen(BuildConfig, spec=spec, status={"lastVersion": 1})) is None
    assert config_change_request(a_config()) is None


@pytest.mark.parametrize(
    ("forge", "message"),
    [
        ("github", "GitHub WebHook"),
        ("generic", "Generic WebHook"),
        ("gitlab", "GitLab WebHook"),
        ("bitbucket", "Bitbucket WebHook"),
    ],
)
def test_a_webhook_is_told_without_its_secret_tr_517_tr_120(forge: str, message: str) -> None:
    cause = webhook_cause(forge, SourceRevision(type="Git"))

    told = (
        cause.github_web_hook
        or cause.generic_web_hook
        or cause.gitlab_web_hook
        or cause.bitbucket_web_hook
    )
    assert cause.message == message
    assert told is not None
    assert told.secret == "<secret>"
    assert told.revision == SourceRevision(type="Git")
