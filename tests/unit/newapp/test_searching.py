"""What a name means among streams, templates, registries and files: detection.md section 7."""

from typing import Any

import pytest

from slipcast.api.image import ImageStream
from slipcast.api.template import Template
from slipcast.newapp.facts import (
    Answer,
    Facts,
    HostImage,
    LookUp,
    Need,
    NoImage,
    NoTemplate,
    OnHost,
    Question,
    RegistryImage,
    Streams,
    TagImage,
    TemplateFile,
    Templates,
)
from slipcast.newapp.image import ImageFacts
from slipcast.newapp.matches import Match, Undecided
from slipcast.newapp.searching import Found, Place, Search, Where
from verdicts import seen


def a_stream(name: str, namespace: str = "openshift", supports: str = "") -> ImageStream:
    items = [{"image": "sha256:1", "dockerImageReference": "r"}]
    return seen(
        ImageStream,
        metadata={"name": name, "namespace": namespace},
        spec={"tags": [{"name": "latest", "annotations": {"supports": supports}}]},
        status={"tags": [{"tag": "latest", "items": items}]},
    )


def a_template(name: str, namespace: str = "mine") -> Template:
    return seen(Template, metadata={"name": name, "namespace": namespace})


def found(
    word: str, where: Where, more: dict[Question, Answer] | None = None, **place: Any
) -> Found:
    """What a word means where there are a stream, a template, and no other image."""
    streams = (a_stream("ruby"), a_stream("wildfly", supports="jee,java"))
    images: dict[Question, Answer] = {
        TagImage("openshift", each, "latest"): ImageFacts(id=each) for each in ("ruby", "wildfly")
    }
    answers: dict[Question, Answer] = {
        Streams("mine"): (),
        Streams("openshift"): streams,
        Templates("mine"): (a_template("shop"),),
        Templates("openshift"): (a_template("ruby-shop", "openshift"),),
        Streams("acme"): (),
        Templates("acme"): (),
        LookUp(word): NoImage(reason="unknown"),
        OnHost(word): None,
        **images,
        **(more or {}),
    }
    return Search(Facts(answers), Place(namespace="mine", **place)).find(word, where)


def test_what_this_machine_has_and_no_registry_is_found_there_rs_43() -> None:
    here = HostImage(name="localhost/own:1", image=ImageFacts(ports=("80/tcp",)))

    answer = found("own:1", "anything", {OnHost("own:1"): here})

    assert isinstance(answer.result, Match)
    assert (answer.result.origin, answer.result.pull_spec) == ("host", "localhost/own:1")


def test_what_a_registry_has_is_not_looked_for_on_this_machine_rs_40() -> None:
    there = RegistryImage(image=ImageFacts(), pull_spec="r/acme/web@sha256:1")

    answer = found("acme/web", "anything", {LookUp("acme/web"): there})

    assert isinstance(answer.result, Match)
    assert answer.result.origin == "image"


def named(result: Match | Undecided) -> str:
    return result.shown if isinstance(result, Match) else result.why


@pytest.mark.parametrize(
    ("word", "where", "result"),
    [
        ("ruby", "anything", "openshift/ruby:latest"),
        ("ruby", "language", "openshift/ruby:latest"),
        ("jee", "language", "openshift/wildfly:latest"),
        ("jee", "anything", "none"),
        ("jee", "copied", "openshift/wildfly:latest"),
        ("wild", "anything", "partial"),
        ("rub", "anything", "several"),
        ("Ruby", "anything", "partial"),
        ("shop", "anything", "mine/shop"),
        ("shop", "stream", "none"),
        ("ruby-shop", "template", "openshift/ruby-shop"),
        ("openshift/ruby-shop", "template", "openshift/ruby-shop"),
        ("scratch", "base", "scratch"),
        ("golang", "language", "none"),
        ("Not A Name", "anything", "none"),
    ],
)
def test_places_are_asked_by_what_is_looked_for(word: str, where: Where, result: str) -> None:
    assert named(found(word, where).result) == result


def test_a_registry_has_what_no_stream_has_rs_40() -> None:
    image = RegistryImage(image=ImageFacts(id="sha256:2"), pull_spec="acme/web@sha256:2")

    result = found("acme/web:1", "anything", {LookUp("acme/web:1"): image}).result

    assert isinstance(result, Match)
    assert (result.shown, result.pull_spec) == ("acme/web:1", "acme/web@sha256:2")


def test_a_registry_that_refuses_is_told_of_up_22() -> None:
    refused = NoImage(reason="unauthorized", why="the registry wants credentials for acme/web")

    answer = found("acme/web", "anything", {LookUp("acme/web"): refused})

    assert named(answer.result) == "none"
    assert answer.troubles == ("as an image: the registry wants credentials for acme/web",)


def test_a_missing_image_is_taken_when_allowed() -> None:
    result = found("acme/web", "image", allow_missing_images=True).result

    assert isinstance(result, Match)
    assert (result.origin, result.pull_spec) == ("missing", "acme/web")


def test_an_image_that_lies_where_builds_run_is_taken_and_no_registry_is_asked() -> None:
    result = found("localhost/acme/web:1", "base").result

    assert isinstance(result, Match)
    assert (result.origin, result.pull_spec) == ("missing", "localhost/acme/web:1")


def test_a_file_is_a_template_or_nothing() -> None:
    file = TemplateFile("t.json")

    assert named(found("t.json", "file", {file: a_template("t")}).result) == "t.json"
    assert named(found("t.json", "file", {file: NoTemplate(why="a Pod")}).result) == "none"


def test_images_are_asked_for_together() -> None:
    streams = (a_stream("ruby"), a_stream("ruby", "mine"), a_stream("jruby", "mine"))
    facts = Facts({Streams("mine"): streams[1:], Streams("openshift"): streams[:1]})

    with pytest.raises(Need) as need:
        Search(facts, Place(namespace="mine")).find("ruby", "stream")

    assert set(need.value.questions) == {
        TagImage("mine", "ruby", "latest"),
        TagImage("mine", "jruby", "latest"),
        TagImage("openshift", "ruby", "latest"),
    }


def test_a_search_shows_all_that_is_near_rs_6() -> None:
    images: dict[Question, Answer] = {TagImage("openshift", "ruby", "latest"): ImageFacts()}
    facts = Facts(
        {
            Streams("mine"): (),
            Streams("openshift"): (a_stream("ruby"),),
            Templates("mine"): (a_template("ruby-shop"), a_template("other")),
            Templates("openshift"): (),
            LookUp("ruby"): RegistryImage(image=ImageFacts(), pull_spec="ruby@sha256:3"),
            **images,
        }
    )

    near = Search(facts, Place(namespace="mine")).everything("ruby", "anything")

    assert [(each.origin, each.score) for each in near] == [
        ("stream", 0.0),
        ("template", 0.1),
        ("image", 1.0),
    ]
