"""Which logins are for an image, by the names they are kept under."""

from __future__ import annotations

import pytest

from slipcast.values.registrykeys import fitting, key_of

IMAGE = "eu.registry.example.com:5000/team/app/web:1"


@pytest.mark.parametrize(
    "name",
    [
        "eu.registry.example.com:5000",
        "EU.Registry.Example.com:5000",
        "eu.registry.example.com:5000/team",
        "eu.registry.example.com:5000/team/app/web",
        "https://eu.registry.example.com:5000/v2/",
        "*.registry.example.com:5000",
        "*.*.example.com:5000/team",
        "e?.registry.example.com:5000",
        "[a-e]u.registry.example.com:5000",
        "eu.reg*try.example.com:5000",
    ],
)
def test_a_name_is_for_its_registry_for_paths_and_for_hosts_like_it(name: str) -> None:
    assert fitting([name], IMAGE) == (name,)


@pytest.mark.parametrize(
    "name",
    [
        "registry.example.com:5000",
        "*.example.com:5000",
        "*:5000",
        "*.registry.example.com",
        "*.registry.example.com:5001",
        "*.registry.example.com:*",
        "eu.registry.example.com:5000/te",
        "eu.registry.example.com:5000/*",
        "[.registry.example.com:5000",
        "",
    ],
)
def test_a_name_is_for_nothing_that_only_looks_like_it(name: str) -> None:
    assert fitting([name], IMAGE) == ()


def test_the_longest_path_is_first_then_hosts_before_globs() -> None:
    names = ["*.example.com", "r.example.com", "*.example.com/team", "r.example.com/team/app"]

    assert fitting(names, "r.example.com/team/app:1") == (
        "r.example.com/team/app",
        "*.example.com/team",
        "r.example.com",
        "*.example.com",
    )


@pytest.mark.parametrize("name", ["docker.io", "https://index.docker.io/v1/", "docker.io/library"])
def test_docker_hub_is_meant_by_all_that_it_is_called(name: str) -> None:
    assert fitting([name], "ruby:2.3") == (name,)


def test_what_is_no_image_has_no_login() -> None:
    assert fitting(["docker.io"], "Not An Image") == ()


def test_a_path_of_an_old_api_is_no_part_of_a_name() -> None:
    assert key_of("https://r.example/v1/") == "r.example"
    assert key_of("r.example/v1") == "r.example/v1"


def test_a_glob_of_many_stars_is_soon_done() -> None:
    glob = "*a" * 200 + "b.example.com"

    assert fitting([glob], f"{'a' * 60}.example.com/app") == ()
