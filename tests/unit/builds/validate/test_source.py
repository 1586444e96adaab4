"""Where a build may take its source from: build-api.md sections 4.1 and 4.2."""

from typing import Any

import pytest

from slipcast.builds.validate.config import build_config
from verdicts import GIT, a_config, brief, of_config

DOCKER: dict[str, Any] = {"dockerStrategy": {}}


def test_git_needs_an_address_ba_529() -> None:
    assert of_config(source={"git": {"uri": ""}}) == ["spec.source.git.uri Required"]


@pytest.mark.parametrize(
    "uri",
    [
        "::",
        "http://exa mple.com/x",
        "https://example.com/%zz",
        "git@host:",
        "https://%zz@e.com/x",
        "https://[::1]:x/y",
    ],
)
def test_what_is_no_address_is_refused_ba_529(uri: str) -> None:
    assert of_config(source={"git": {"uri": uri}}) == ["spec.source.git.uri Invalid"]


@pytest.mark.parametrize(
    "uri",
    [
        "git@github.com:user/repo.git",
        "https://u:p@example.com/x.git",
        "ssh://git@example.com:22/x",
        "git://[::1]:9418/x",
        "/srv/repo",
        "repo",
        "file:///srv/repo#main",
    ],
)
def test_addresses_of_all_sorts_are_taken_ba_529(uri: str) -> None:
    assert of_config(source={"git": {"uri": uri}}) == []


def test_proxies_are_named_in_lower_case_ba_531() -> None:
    git = {"uri": "https://e.com", "httpProxy": "http://a b", "httpsProxy": "some!@#$%^&*()proxy"}

    wrong = of_config(source={"git": git})

    assert wrong == ["spec.source.git.httpproxy Invalid", "spec.source.git.httpsproxy Invalid"]


@pytest.mark.parametrize("proxy", ["proxy:8080", "10.0.0.1:3128", "", "not a url"])
def test_a_proxy_may_lack_its_scheme_ba_531(proxy: str) -> None:
    assert of_config(source={"git": {"uri": "https://e.com", "httpProxy": proxy}}) == []


def test_a_dockerfile_has_at_most_60000_bytes_ba_533() -> None:
    fits = of_config(source={"dockerfile": "F" * 60_000}, strategy=DOCKER)
    too_long = build_config(a_config(source={"dockerfile": "F" * 60_001}, strategy=DOCKER), None)

    assert fits == []
    assert brief(too_long) == ["spec.source.dockerfile Invalid"]
    assert "must be smaller than 60000 bytes" in too_long[0].message


@pytest.mark.parametrize("name", ["a/b", "..", "a\\b", ".", "/", "..a"])
def test_a_file_that_is_sent_has_a_name_and_no_path_ba_534(name: str) -> None:
    assert of_config(source={"binary": {"asFile": name}}) == ["spec.source.binary.asFile Invalid"]


def test_images_are_copied_by_absolute_paths_into_relative_ones_ba_538_ba_539() -> None:
    paths = [
        {"sourcePath": "a", "destinationDir": "/b"},
        {"sourcePath": "/a", "destinationDir": "x/../../b"},
        {"sourcePath": "", "destinationDir": ""},
    ]
    image = {"from": {"kind": "ImageStreamTag", "name": "x:1"}, "paths": paths}

    wrong = of_config(source={**GIT, "images": [image]})

    assert wrong == [
        "spec.source.images[0].paths[0].sourcePath Invalid",
        "spec.source.images[0].paths[0].destinationDir Invalid",
        "spec.source.images[0].paths[1].destinationDir Invalid",
        "spec.source.images[0].paths[2].sourcePath Required",
        "spec.source.images[0].paths[2].sourcePath Invalid",
        "spec.source.images[0].paths[2].destinationDir Required",
    ]


def test_an_image_needs_paths_and_a_kind_ba_536_ba_537_ba_70() -> None:
    image = {"from": {"name": "x:1"}, "pullSecret": {}, "paths": []}

    wrong = of_config(source={"images": [image]})

    assert wrong == [
        "spec.source.images[0].from.kind Required",
        "spec.source.images[0].pullSecret.name Required",
        "spec.source.images[0].paths Required",
    ]


def test_an_image_that_stands_for_stages_needs_no_paths_ba_540() -> None:
    from_ = {"kind": "ImageStreamTag", "name": "x:1"}
    images = [{"from": from_, "as": ["base", ""]}, {"from": from_, "as": ["base"]}]

    wrong = of_config(source={"images": images})

    assert wrong == [
        "spec.source.images[0].as[1] Invalid",
        "spec.source.images[1].as[0] Duplicate",
    ]


@pytest.mark.parametrize("directory", ["../a", "a/../../b", "..", "..foo"])
def test_the_context_stays_inside_ba_541(directory: str) -> None:
    wrong = of_config(source={**GIT, "contextDir": directory})

    assert wrong == ["spec.source.contextDir Invalid"]


def test_a_source_secret_has_a_name_ba_542() -> None:
    assert of_config(source={**GIT, "sourceSecret": {}}) == [
        "spec.source.sourceSecret.name Required"
    ]


def test_secrets_and_config_maps_have_names_ba_543_ba_545() -> None:
    secrets = [{"secret": {"name": ""}}, {"secret": {"name": "Bad Name"}, "destinationDir": "/x"}]
    maps = [{"configMap": {"name": "Bad Name"}, "destinationDir": "../x"}]

    wrong = of_config(source={**GIT, "secrets": secrets, "configMaps": maps})

    assert wrong == [
        "spec.source.secrets[0].secret Required",
        "spec.source.secrets[0].secret Invalid",
        "spec.source.secrets[1].secret Invalid",
        "spec.source.configMaps[0].configMap Invalid",
        "spec.source.configMaps[0].destinationDir Invalid",
    ]


def test_secrets_of_a_docker_build_are_put_below_its_context_ba_544() -> None:
    secret = {"secret": {"name": "a"}, "destinationDir": "/x"}

    wrong = of_config(source={**GIT, "secrets": [secret]}, strategy=DOCKER)

    assert wrong == ["spec.source.secrets[0].destinationDir Invalid"]


def test_git_and_binary_exclude_each_other_and_nothing_else_is_said_ba_45() -> None:
    source = {"git": {"uri": ""}, "binary": {}, "contextDir": ".."}

    assert of_config(source=source) == ["spec.source.git Invalid", "spec.source.binary Invalid"]


def test_a_custom_build_may_have_git_and_binary_ba_45() -> None:
    strategy = {"customStrategy": {"from": {"kind": "DockerImage", "name": "x"}}}

    assert of_config(source={**GIT, "binary": {}}, strategy=strategy) == []


def test_a_docker_build_needs_some_input_ba_46() -> None:
    wrong = build_config(a_config(source={}, strategy=DOCKER), None)

    assert brief(wrong) == ["spec.source Invalid"]
    assert "at least one source input(git, binary, dockerfile, images)" in wrong[0].message


def test_a_pipeline_without_its_file_needs_git_ba_47() -> None:
    pipeline: dict[str, Any] = {"jenkinsPipelineStrategy": {}}

    assert of_config(source={}, strategy=pipeline) == ["spec.source.git Invalid"]


def test_source_builds_need_no_source_ba_49() -> None:
    assert of_config(source={}) == []
