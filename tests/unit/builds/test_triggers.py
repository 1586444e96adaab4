"""What triggers ask for, and why builds were started: triggers.md sections 7 to 9."""

from typing import Any

import pytest
from msgspec.structs import replace

from slipcast.api.apply import LAST_APPLIED
from slipcast.api.build import BuildConfig, SourceRevision
from slipcast.api.meta import ObjectMeta
from slipcast.builds.naming import REBUILD_ON_CHANGE
from slipcast.builds.triggers import (
    Reference,
    config_change_request,
    image_change_request,
    last_image,
    spec_hash,
    wants_spec_noted,
    webhook_cause,
    with_images,
    with_spec_noted,
)
from verdicts import a_config, seen

RUBY = Reference(kind="ImageStreamTag", namespace="shop", name="ruby:2.3")
ASSETS = Reference(kind="ImageStreamTag", namespace="lib", name="assets:1")
IMAGES = {RUBY: "r/ruby@1", ASSETS: "r/assets@1"}
NOW = "2026-11-22T18:00:00Z"
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


def remembering(last: str, place: Reference, **change: Any) -> BuildConfig:
    """A config whose status knows an image that its spec may not."""
    from_ = {"namespace": place.namespace, "name": place.name}
    told = [{"lastTriggeredImageID": last, "from": from_, "lastTriggerTime": NOW}]
    config = on_images(change)
    status = seen(BuildConfig, status={"imageChangeTriggers": told, "lastVersion": 4}).status
    return replace(config, status=status)


def test_what_the_spec_does_not_say_the_status_remembers_up_17() -> None:
    assert image_change_request(remembering("r/ruby@1", RUBY), IMAGES) is None
    assert image_change_request(remembering("r/ruby@0", RUBY), IMAGES) is not None
    assert image_change_request(remembering("r/ruby@1", ASSETS), IMAGES) is not None


@pytest.mark.parametrize(("said", "kept"), [("", ""), ("r/ruby@0", "r/ruby@1")])
def test_of_what_is_applied_the_spec_stays_as_it_was_written_up_17(said: str, kept: str) -> None:
    metadata = ObjectMeta(namespace="shop", annotations={LAST_APPLIED: "{}"})
    change = {"lastTriggeredImageID": said} if said else {}
    config = replace(on_images(change), metadata=metadata)

    after = with_images(config, IMAGES)

    trigger = after.spec.triggers[0].image_change
    assert trigger is not None
    assert trigger.last_triggered_image_id == kept
    assert after.status.image_change_triggers[0].last_triggered_image_id == "r/ruby@1"


def test_what_the_spec_says_counts_tr_103() -> None:
    config = remembering("r/ruby@1", RUBY, lastTriggeredImageID="r/ruby@0")

    assert image_change_request(config, IMAGES) is not None


def test_a_request_is_of_the_config_as_it_was_seen_and_in_its_words_tr_95_tr_516() -> None:
    request = image_change_request(remembering("r/ruby@0", RUBY), IMAGES)

    assert request is not None
    assert request.last_version == 4
    assert request.from_ is not None
    assert request.from_.namespace == ""


def test_images_are_noted_in_spec_and_status_tr_104() -> None:
    config = with_images(remembering("r/ruby@0", RUBY), IMAGES)

    assert [last_image(each, config) for each in config.spec.triggers] == ["r/ruby@1"]
    (told,) = config.status.image_change_triggers
    assert (told.last_triggered_image_id, told.last_trigger_time) == ("r/ruby@1", NOW)


def rebuilding(version: int = 1, **spec: Any) -> BuildConfig:
    """A config whose changes are built."""
    config = a_config(triggers=[{"type": "ConfigChange"}], **spec)
    metadata = replace(config.metadata, annotations={REBUILD_ON_CHANGE: "true"})
    return replace(config, metadata=metadata, status=replace(config.status, last_version=version))


def test_a_change_asks_for_a_build_where_that_is_wanted_up_17() -> None:
    noted = with_spec_noted(rebuilding())
    changed = replace(noted, spec=replace(noted.spec, service_account="deployer"))

    request = config_change_request(changed)

    assert request is not None
    assert request.last_version == 1
    assert config_change_request(noted) is None


def test_what_starts_builds_and_keeps_them_is_no_change_of_what_is_built_up_17() -> None:
    other = rebuilding(runPolicy="Parallel", successfulBuildsHistoryLimit=1)

    assert spec_hash(other) == spec_hash(rebuilding())
    assert spec_hash(rebuilding(serviceAccount="x")) != spec_hash(rebuilding())


def test_what_was_built_is_noted_once_and_where_that_is_wanted_up_17() -> None:
    assert wants_spec_noted(rebuilding())
    assert not wants_spec_noted(rebuilding(version=0))
    assert not wants_spec_noted(with_spec_noted(rebuilding()))
    assert with_spec_noted(a_config()) == a_config()


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
