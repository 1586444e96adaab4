"""buildah's argument lists: what a user gave can never become an option."""

from pathlib import Path

import pytest

from slipcast.adapters.engine.buildah import commands
from slipcast.ports.engine import BuildSpec, ContainerSpec
from slipcast.values.container import Limits, Mount, PullPolicy
from slipcast.values.image import ImageConfig


@pytest.mark.parametrize(
    ("network", "flag"),
    [
        ("", []), ("none", ["--network=none"]), ("host", ["--network=host"]),
        ("bridge", ["--network=private"]), ("netns:/n", ["--network=ns:/n"]),
    ],
)  # fmt: skip
def test_networks_have_buildahs_names(network: str, flag: list[str]) -> None:
    assert commands.network_flag(network) == flag


def test_the_image_and_the_program_stand_behind_the_options() -> None:
    spec = ContainerSpec(image="-x", argv=("--help",))

    assert commands.from_words(spec, "-x", "n")[-2:] == ["--", "-x"]
    assert commands.run_words(spec, "n", ("--help",))[-3:] == ["--", "n", "--help"]


def test_limits_that_are_not_set_are_not_given() -> None:
    assert commands.limit_flags(Limits(memory=5)) == ["--memory=5"]


def test_a_mount_has_its_options() -> None:
    mount = Mount(source="/a", target="/b", read_only=True, options=("z",))

    assert commands.volume_flags([mount]) == ["--volume=/a:/b:ro,z"]


@pytest.mark.parametrize(
    ("policy", "flag"),
    [
        (PullPolicy.ALWAYS, "always"),
        (PullPolicy.IF_NOT_PRESENT, "false"),
        (PullPolicy.NEVER, "never"),
    ],
)
def test_a_build_pulls_by_policy(policy: PullPolicy, flag: str) -> None:
    words = commands.build_words(
        BuildSpec(context=Path("/c"), policy=policy), "/c/Dockerfile", "/i"
    )

    assert f"--pull={flag}" in words


def test_values_with_commas_are_one_value() -> None:
    config = ImageConfig(onbuild=('RUN echo "a", b',), volumes=("/a,b",), cmd=("sh", "-c", "a b"))

    words = commands.config_words(config, "", "n")

    assert '--onbuild="RUN echo ""a"", b"' in words
    assert '--volume="/a,b"' in words
    assert "--cmd=sh -c 'a b'" in words


def test_values_of_build_arguments_are_not_on_the_command_line() -> None:
    spec = BuildSpec(
        context=Path("/c"),
        build_args={"TOKEN": "hunter2", "http_proxy": "http://p", "-f": "x"},
        proxies={"HTTP_PROXY": "http://q"},
    )

    words = commands.build_words(spec, "/c/Dockerfile", "/i")

    assert [word for word in words if word.startswith("--build-arg")] == [
        "--build-arg=TOKEN",
        "--build-arg=http_proxy",
        "--build-arg=-f",
    ]
    assert commands.build_variables(spec) == {
        "HTTP_PROXY": "http://q",
        "TOKEN": "hunter2",
        "http_proxy": "http://p",
        "-f": "x",
    }


@pytest.mark.parametrize("name", ["PATH", "HOME", "LD_PRELOAD", "CONTAINERS_CONF", "SSH_AUTH_SOCK"])
def test_an_argument_that_buildah_would_heed_does_not_reach_its_environment(name: str) -> None:
    spec = BuildSpec(context=Path("/c"), build_args={name: "/x"})

    assert f"--build-arg={name}=/x" in commands.build_words(spec, "/c/Dockerfile", "/i")
    assert commands.build_variables(spec) == {}
