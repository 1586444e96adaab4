"""What is kept of BuildConfigs and streams: only those that may want something."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api.document import Document, body_of
from slipcast.api.kinds import Kind
from slipcast.controllers.demand import Demand, Watch, demand, tags
from slipcast.testing.world import BUILD_CONFIG, STREAM

TAG = {"kind": "ImageStreamTag", "name": "ruby:2.3"}
ON_IMAGE = {"type": "ImageChange", "imageChange": {"lastTriggeredImageID": "r/ruby@1"}}
PAUSED = {"openshift.io/build-config.paused": "true"}


def a_document(kind: Kind, metadata: dict[str, Any], **content: Any) -> Document:
    body = {"metadata": {"name": "app", "namespace": "shop", **metadata}, **content}
    return Document(kind, body_of(body), 7)


def kept(*triggers: dict[str, Any], metadata: Any = None, **spec: Any) -> Demand | None:
    strategy = {"dockerStrategy": {"from": TAG}}
    given = {"strategy": strategy, "triggers": list(triggers), **spec}
    status = {"lastVersion": 1}
    return demand(a_document(BUILD_CONFIG, metadata or {}, spec=given, status=status))


def test_a_config_that_only_makes_builds_when_asked_to_is_not_kept() -> None:
    assert kept() is None
    assert kept({"type": "ConfigChange"}) is None
    assert kept(ON_IMAGE, metadata={"annotations": PAUSED}) is None


def test_a_config_is_kept_with_the_tags_that_it_watches() -> None:
    assert kept(ON_IMAGE) == Demand(
        is_changed=False, is_limited=False, watches=(Watch("shop", "ruby", "2.3", "r/ruby@1"),)
    )


@pytest.mark.parametrize("name", ["ruby", "ruby:", ":2.3", "a:b:c"])
def test_what_is_no_tag_is_not_watched(name: str) -> None:
    change = {"from": {"kind": "ImageStreamTag", "name": name}}

    assert kept({"type": "ImageChange", "imageChange": change}) is None


def test_a_config_with_limits_may_want_old_builds_to_go() -> None:
    wanted = Demand(is_changed=False, is_limited=True, watches=())

    assert kept(successfulBuildsHistoryLimit=5) == wanted
    assert kept(failedBuildsHistoryLimit=5) == wanted


@pytest.mark.parametrize("asked", ["GitHub", "Generic", "GitLab", "Bitbucket"])
def test_webhooks_want_nothing_by_themselves(asked: str) -> None:
    webhook = {"type": asked, asked.lower(): {"secret": "x"}}

    assert kept(webhook) is None
    assert kept(webhook, failedBuildsHistoryLimit=0) == kept(failedBuildsHistoryLimit=0)
    assert kept(webhook, ON_IMAGE) == kept(ON_IMAGE)


def test_what_cannot_be_read_is_not_kept() -> None:
    assert demand(a_document(BUILD_CONFIG, {}, spec=7)) is None
    assert tags(a_document(STREAM, {}, status=7)) is None


def test_of_a_stream_the_newest_image_of_each_tag_is_kept() -> None:
    histories = [
        {"tag": "1", "items": [{"dockerImageReference": "r/a@2"}, {"dockerImageReference": "old"}]},
        {"tag": "2", "items": []},
    ]

    assert tags(a_document(STREAM, {}, status={"tags": histories})) == {"1": "r/a@2"}
    assert tags(a_document(STREAM, {})) is None
