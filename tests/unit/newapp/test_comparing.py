"""What a second run of new-app changes: UP-17, UP-24."""

from __future__ import annotations

from typing import Any

import pytest

from newappworld import PROJECT, SHOP, made_by, request_of
from slipcast.builds.triggers import SECRET_KEY
from slipcast.newapp.comparing import differences, kept
from slipcast.newapp.objects import TRIGGERS

DEPLOYED = "registry:5000/shop/django@sha256:1"


def wanted(kind: str, *flags: str) -> dict[str, Any]:
    """An object of an application."""
    found = made_by(request_of("new-app", SHOP, *flags))
    return next(each for each in found if each["kind"] == kind)


@pytest.mark.parametrize(
    ("kind", "flags"), [("DeploymentConfig", ()), ("Deployment", ("--as-deployment",))]
)
def test_an_image_that_a_trigger_has_set_stays(kind: str, flags: tuple[str, ...]) -> None:
    content, current = wanted(kind, *flags), wanted(kind, *flags)
    current["spec"]["template"]["spec"]["containers"][0]["image"] = DEPLOYED

    settled = kept(content, current)

    assert differences(settled, current, PROJECT) == []
    assert settled["spec"]["template"]["spec"]["containers"][0]["image"] == DEPLOYED


def test_an_image_that_nobody_sets_is_changed() -> None:
    content, current = wanted("DeploymentConfig"), wanted("DeploymentConfig")
    content["spec"]["triggers"] = current["spec"]["triggers"] = []
    current["spec"]["template"]["spec"]["containers"][0]["image"] = DEPLOYED

    path = "spec.template.spec.containers[0].image"
    assert differences(kept(content, current), current, PROJECT) == [path]


def test_secrets_of_webhooks_stay() -> None:
    content, current = wanted("BuildConfig"), wanted("BuildConfig")
    current["spec"]["triggers"][0]["github"]["secret"] = "told-to-GitHub"

    assert kept(content, current)["spec"]["triggers"][0] == current["spec"]["triggers"][0]


def test_a_secret_that_was_made_for_webhooks_keeps_its_word_go_70() -> None:
    content, current = wanted("Secret", "--secret-webhooks"), wanted("Secret", "--secret-webhooks")
    current["data"] = {SECRET_KEY: "dG9sZA=="}

    assert kept(content, current)["data"] == {SECRET_KEY: "dG9sZA=="}
    assert differences(kept(content, current), current, PROJECT) == []


def test_a_secret_that_webhooks_said_themselves_moves_where_that_is_asked_for_go_70() -> None:
    content, current = wanted("BuildConfig", "--secret-webhooks"), wanted("BuildConfig")

    settled = kept(content, current)

    assert settled["spec"]["triggers"] == content["spec"]["triggers"]


def test_and_stays_there_when_it_is_no_longer_asked_for_go_70() -> None:
    content, current = wanted("BuildConfig"), wanted("BuildConfig", "--secret-webhooks")

    assert kept(content, current)["spec"]["triggers"] == current["spec"]["triggers"]


def test_a_tag_of_the_project_is_the_same_with_and_without_its_name() -> None:
    content, current = wanted("BuildConfig"), wanted("BuildConfig")
    content["spec"]["output"]["to"]["namespace"] = PROJECT

    assert differences(content, current, PROJECT) == []
    assert differences(content, current, "elsewhere") == ["spec.output.to.namespace"]


def test_another_image_is_another_wherever_it_is() -> None:
    content, current = wanted("BuildConfig"), wanted("BuildConfig")
    content["spec"]["strategy"]["sourceStrategy"]["from"].pop("namespace")

    path = "spec.strategy.sourceStrategy.from"
    assert differences(content, current, PROJECT) == [path]


def test_triggers_in_an_annotation_are_compared_as_what_they_say() -> None:
    content, current = (wanted("Deployment", "--as-deployment") for _ in range(2))
    annotations = current["metadata"]["annotations"]
    annotations[TRIGGERS] = annotations[TRIGGERS].replace(",", ", ")

    assert differences(content, current, PROJECT) == []


def test_an_annotation_that_says_nothing_readable_is_another() -> None:
    content, current = (wanted("Deployment", "--as-deployment") for _ in range(2))
    current["metadata"]["annotations"][TRIGGERS] = "{"

    assert differences(content, current, PROJECT) == [f"metadata.annotations.{TRIGGERS}"]


def secret(**fields: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, **fields}


def test_words_of_a_secret_are_what_the_server_keeps_of_them_up_24() -> None:
    content = secret(stringData={"user": "me"}, data={"port": "MQ=="})
    current = secret(data={"user": "bWU=", "port": "MQ=="}, type="Opaque")

    settled = kept(content, current)

    assert differences(settled, current, PROJECT) == []
    assert "stringData" not in settled


def test_another_word_of_a_secret_is_changed() -> None:
    content, current = secret(stringData={"user": "you"}), secret(data={"user": "bWU="})

    assert differences(kept(content, current), current, PROJECT) == ["data.user"]


def test_what_is_part_of_another_application_stays_part_of_it_up_25() -> None:
    content, current = wanted("ImageStream", "--name=second"), wanted("ImageStream")
    content["metadata"]["labels"]["tier"] = "web"

    settled = kept(content, current)

    assert settled["metadata"]["labels"] == {"tier": "web"}
    assert settled["metadata"]["annotations"] == {}


def test_what_is_part_of_the_same_application_is_labelled_as_before() -> None:
    content, current = wanted("ImageStream"), wanted("ImageStream")

    assert kept(content, current)["metadata"] == content["metadata"]


def test_a_stream_keeps_the_tags_that_it_has_besides_go_2() -> None:
    def a_stream(*tags: str, **more: Any) -> dict[str, Any]:
        named = [{"name": each, **more} for each in tags]
        return {"kind": "ImageStream", "metadata": {"name": "web"}, "spec": {"tags": named}}

    held = a_stream("latest", "2.0", generation=3)

    assert kept(a_stream("1.0"), held)["spec"]["tags"] == [*held["spec"]["tags"], {"name": "1.0"}]
    assert differences(kept(a_stream("2.0"), held), held, "shop") == []
