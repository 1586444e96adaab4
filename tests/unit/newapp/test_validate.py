"""What is wrong with a request by itself, and what is advised: UP-9, UP-19."""

import pytest

from newappworld import SHOP, WEB, made_by, plan_of, request_of
from slipcast.values.faults import Fault, InvalidFault


@pytest.mark.parametrize(
    ("words", "field", "said"),
    [
        (("new-app", SHOP, "-l", "tier=a b"), "--labels", "a valid label must be"),
        (("new-app", SHOP, "--source-secret=Bad Name"), "--source-secret", "lowercase RFC 1123"),
        (("new-build", SHOP, "--push-secret=_"), "--push-secret", "lowercase RFC 1123"),
        (("new-build", "-D", "Dockerfile"), "--dockerfile", "`-D - < FILE`"),
        (
            ("new-build", SHOP, "--source-image=a", "--source-image-path=b:c"),
            "--source-image-path",
            "is an absolute path in the image",
        ),
        (
            ("new-build", SHOP, "--build-arg=A=1", "--strategy=source"),
            "--build-arg",
            "is for the docker strategy",
        ),
        (("new-app", "./nodir"), "./nodir", "there is no such directory, and no file"),
    ],
)
def test_what_can_be_nothing_is_refused_with_its_flag(
    words: tuple[str, ...], field: str, said: str
) -> None:
    with pytest.raises(InvalidFault) as refused:
        plan_of(request_of(*words))

    (error,) = refused.value.errors
    assert error.path == field
    assert said in error.what


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pyhton",), "there is: python"),
        (("github.com/team/shop",), "write https://github.com/team/shop"),
        (("git.example.com/team/shop.git",), "write https://git.example.com/team/shop.git"),
        ((f"{WEB}-lost",), f"it is FROM of the Dockerfile in {WEB}-lost"),
        (("-f", "lost.yaml"), "there is no such file"),
        (("python:9",), 'nothing is exactly "python:9", and 4 are near to it'),
    ],
)
def test_what_is_not_found_is_said_with_what_may_be_meant(
    words: tuple[str, ...], said: str
) -> None:
    with pytest.raises(Fault) as lost:
        plan_of(request_of("new-app", *words))

    assert said in lost.value.message


@pytest.mark.parametrize(
    ("flags", "hint"),
    [
        (("--template=lost",), "Templates are looked for"),
        (("-i", "lost"), "Image streams are looked for"),
        (("--image=lost",), "--allow-missing-images"),
        (("-f", "lost.yaml"), "-f takes a file or a URL"),
    ],
)
def test_where_it_was_looked_for_is_said_and_nothing_else(
    flags: tuple[str, ...], hint: str
) -> None:
    with pytest.raises(Fault) as lost:
        plan_of(request_of("new-app", *flags))

    assert hint in lost.value.hint
    assert "What is named is looked for" not in lost.value.hint


def test_arguments_that_no_build_takes_are_refused() -> None:
    with pytest.raises(Fault, match="this makes none"):
        plan_of(request_of("new-build", SHOP, "--build-arg=A=1"))


def test_arguments_are_for_docker_builds_only_and_that_is_said_of_several() -> None:
    request = request_of("new-build", SHOP, WEB, f"{WEB}-own", "--build-arg=A=1")

    configs = [each for each in made_by(request) if each["kind"] == "BuildConfig"]

    assert "buildArgs" not in str(configs[0])
    assert "buildArgs" in str(configs[1])
    assert plan_of(request).warnings == ("the build arguments are given to every Docker build",)


def test_an_image_of_which_files_are_taken_that_builds_too_is_watched_once() -> None:
    flags = ("--source-image=ruby:2.3", "--source-image-path=/a:b")
    _, config = made_by(request_of("new-build", f"ruby:2.3~{SHOP}", *flags))

    kinds = [each["type"] for each in config["spec"]["triggers"]]
    assert kinds == ["GitHub", "Generic", "ConfigChange", "ImageChange"]
