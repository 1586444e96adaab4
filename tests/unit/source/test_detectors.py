"""Which names betray which platform, and in which order."""

from __future__ import annotations

import pytest

from slipcast.source.detectors import DETECTORS, Detected, detect


def platforms(*names: str) -> list[str]:
    return [hit.platform for hit in detect(names)]


@pytest.mark.parametrize(
    ("platform", "name"), [(row.platform, name) for row in DETECTORS for name in row.names]
)
def test_each_name_of_the_table_betrays_its_platform(platform: str, name: str) -> None:
    # DT-7
    example = name.replace("*", "foo")

    (hit,) = [hit for hit in detect(["README", example]) if hit.platform == platform]

    assert hit.files == (example,)


def test_the_order_of_new_app_is_the_order_of_the_table() -> None:
    # DT-1, DT-4
    names = (
        "Cargo.toml main.go a.csproj build.sbt cpanfile setup.py index.php app.json pom.xml Gemfile"
    )

    assert platforms(*names.split(), "index.html", "go.mod") == [
        *("ruby", "jee", "nodejs", "php", "python", "perl", "scala", "dotnet", ".net"),
        *("golang", "rust", "static"),
    ]


def test_our_own_names_come_after_all_of_new_apps() -> None:
    # DT-4
    assert platforms("pyproject.toml", "Cargo.toml", "index.html") == ["rust", "python", "static"]


def test_a_platform_is_listed_once_with_all_its_signs() -> None:
    assert detect(["Pipfile", "requirements.txt", "pyproject.toml"]) == (
        Detected("python", ("requirements.txt", "pyproject.toml", "Pipfile")),
    )


@pytest.mark.parametrize("name", ["gemfile", "POM.XML", "package.json.bak", "my-setup.py"])
def test_names_are_compared_whole_and_by_case(name: str) -> None:
    # DT-7
    assert platforms(name) == []


def test_a_csproj_is_both_dotnet_and_net() -> None:
    # DT-7
    assert detect(["b.csproj", "a.csproj"]) == (
        Detected("dotnet", ("a.csproj", "b.csproj")),
        Detected(".net", ("a.csproj", "b.csproj")),
    )


def test_nothing_is_found_in_nothing() -> None:
    assert detect([]) == ()
