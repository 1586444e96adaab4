"""How words are read that may mean several things, and what is looked at (NA-17, UP-8)."""

from __future__ import annotations

import pytest

from newappworld import PROJECT, SHOP, WEB, a_source, plan_of, request_of
from slipcast.api.template import Template
from slipcast.newapp.facts import IsSource, Templates
from slipcast.newapp.objects import input_stream
from slipcast.values.faults import Fault
from verdicts import seen

LOST = "https://git.example/nobody/answers.git"


def test_a_directory_with_the_name_of_a_stream_says_how_it_was_read_na_17() -> None:
    files = {"app.py": ""}
    here = a_source("./python", files)
    request = request_of("new-app", "python")

    plan = plan_of(request, {IsSource("python"): here})

    assert plan.parts[0].reasons[0] == (
        '"python" is read as the directory /home/me/./python;'
        " --image-stream=python means the image stream of that name"
    )


def test_a_directory_that_comes_to_nothing_says_how_it_was_read_na_17() -> None:
    here = a_source("./python", {"README": ""})
    request = request_of("new-app", "python")

    with pytest.raises(Fault) as refused:
        plan_of(request, {IsSource("python"): here})

    assert "--image-stream=python means" in refused.value.hint


def test_a_dockerfile_that_is_no_file_is_said_to_be_none_dt_11() -> None:
    here = a_source("./web", {"Dockerfile/x": ""})
    request = request_of("new-app", "./web")

    with pytest.raises(Fault, match="no regular file of the source"):
        plan_of(request, {IsSource("./web"): here})


def test_a_template_takes_no_source_c_18() -> None:
    template = seen(Template, metadata={"name": "two", "namespace": PROJECT})
    request = request_of("new-app", f"two~{SHOP}")

    with pytest.raises(Fault, match='"two" is a template, which takes no source'):
        plan_of(request, {Templates(PROJECT): (template,)})


@pytest.mark.parametrize("words", [("ruby", LOST), ("-i", "ruby", "--code", LOST)])
def test_nothing_is_cloned_where_image_and_strategy_are_given_up_8(words: tuple[str, ...]) -> None:
    request = request_of("new-app", *words, "--strategy=source")

    (part,) = plan_of(request).parts

    assert part.build is not None
    assert part.build.source.uri == LOST


def test_what_no_image_is_for_is_looked_at_all_the_same_dt_27() -> None:
    request = request_of("new-app", "mysql", LOST, "--strategy=docker")

    with pytest.raises(Fault, match="there is no such directory"):
        plan_of(request)


def test_a_variable_is_there_once_wherever_it_is_given() -> None:
    request = request_of("new-app", "mysql", "A=1", "-e", "A=2", "-e", "B=3")

    (container,) = plan_of(request).deployments[0].containers

    assert [(each.name, each.value) for each in container.env] == [("A", "1"), ("B", "3")]


def test_how_images_for_several_platforms_are_imported_is_recorded_rs_47() -> None:
    request = request_of("new-app", "redis", "--import-mode=PreserveOriginal")

    (part,) = plan_of(request).parts

    assert part.image is not None
    assert part.image.stream is not None
    assert input_stream(part.image.stream)["spec"]["tags"][0]["importPolicy"] == {
        "importMode": "PreserveOriginal"
    }


def test_two_sources_cannot_have_one_name_na_37() -> None:
    request = request_of("new-app", SHOP, WEB, "--name=x")

    with pytest.raises(Fault, match="only one component or source repository"):
        plan_of(request)
