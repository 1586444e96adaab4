"""Which builder image suits a source, and the reasons that are given."""

from __future__ import annotations

import pytest

from slipcast.source.catalogue import Catalogue, parse_catalogue
from slipcast.source.choose import Choice, choose
from slipcast.source.inspect import inspect
from slipcast.source.tree import MemoryTree
from slipcast.values.faults import Fault

NAMES = ("python:3.11", "python:3.9", "nodejs:22", "nodejs:20", "php:8.2", "static:1")


def a_catalogue(*names: str) -> Catalogue:
    rows = [
        {
            "name": name,
            "version": name.split(":")[1],
            "image": f"localhost/{name}",
            "supports": [name.split(":")[0]],
        }
        for name in names
    ]
    return parse_catalogue({"builder": rows})


def chosen(*names: str, context_dir: str = "", **contents: str) -> Choice:
    files = dict.fromkeys(names, b"") | {name: text.encode() for name, text in contents.items()}
    return choose(inspect(MemoryTree(files), context_dir), a_catalogue(*NAMES))


def test_one_platform_gives_its_newest_builder() -> None:
    choice = chosen("requirements.txt")

    assert choice.builder.name == "python:3.11"
    assert choice.explanation == (
        "found requirements.txt; chose python because requirements.txt is there; "
        "took python:3.11, the newest, as no file asks for a version"
    )


def test_how_packages_come_and_what_may_surprise_is_told_of_the_chosen_platform() -> None:
    choice = chosen("app.py", **{"pyproject.toml": "[project]", "uv.lock": "", "package.json": ""})

    assert (choice.platform, choice.packages) == ("python", "pip, by pyproject.toml")
    assert [each.partition(":")[0] for each in choice.warnings] == ["uv.lock is not read"]


def test_what_has_two_names_for_the_same_files_is_no_choice() -> None:
    facts = inspect(MemoryTree({"a.sln": b""}))

    choice = choose(facts, a_catalogue("dotnet:8"))

    assert "chose dotnet because a.sln is there" in choice.reasons


def test_the_first_platform_goes_before_the_others_and_they_are_alternatives() -> None:
    # DT-2, UP-7
    choice = chosen("composer.json", "requirements.txt")

    assert choice.platform == "php"
    assert "chose php because composer.json goes before the signs of python" in choice.reasons
    assert [row.name for row in choice.alternatives] == ["python:3.11"]


def test_a_package_json_that_starts_nothing_gives_way_to_what_starts() -> None:
    # UP-7: a Django application with a package.json for its assets
    choice = chosen("requirements.txt", "manage.py", **{"package.json": '{"scripts": {}}'})

    assert choice.platform == "python"
    assert (
        "manage.py starts an application, while package.json names no start" in choice.explanation
    )
    assert [row.name for row in choice.alternatives] == ["python:3.9", "nodejs:22"]


def test_a_package_json_with_a_start_script_keeps_its_place() -> None:
    package = {"package.json": '{"scripts": {"start": "node ."}}'}

    choice = chosen("requirements.txt", "manage.py", **package)

    assert choice.platform == "nodejs"
    assert "package.json names a start script and goes before the signs of python" in (
        choice.explanation
    )


def test_without_anything_that_starts_the_order_of_the_table_decides() -> None:
    assert chosen("requirements.txt", "package.json").platform == "nodejs"


def test_a_platform_without_builder_is_passed_over_aloud() -> None:
    # DF-1
    choice = chosen("pom.xml", "a.csproj", "index.html")

    assert choice.platform == "static"
    assert "there is no builder image for jee, dotnet, .net" in choice.reasons


def test_the_wanted_version_decides_the_row() -> None:
    choice = chosen("requirements.txt", **{".python-version": "3.9.7"})

    assert choice.builder.name == "python:3.9"
    assert "took python:3.9 because .python-version asks for python 3.9.7" in choice.reasons
    assert [row.name for row in choice.alternatives] == ["python:3.11"]


@pytest.mark.parametrize(
    ("engines", "taken"), [("18.x", "nodejs:20"), ("24", "nodejs:22"), ("^21", "nodejs:22")]
)
def test_a_version_nobody_offers_is_said_and_the_nearest_taken(engines: str, taken: str) -> None:
    # RS-29: never silently
    choice = chosen("server.js", **{"package.json": f'{{"engines": {{"node": "{engines}"}}}}'})

    assert choice.builder.name == taken
    (warning,) = choice.warnings
    assert warning == (
        f"package.json asks for nodejs {engines}, which no builder image offers "
        f"(there is 22, 20); {taken} is used"
    )


def test_build_files_that_are_not_used_are_mentioned() -> None:
    choice = chosen("app.py", "Dockerfile", "Jenkinsfile")

    assert choice.warnings == (
        "the source also holds a Dockerfile, which this build does not use",
        "the source also holds a Jenkinsfile, which this build does not use",
    )


def test_long_lists_of_files_are_cut() -> None:
    choice = chosen(*(f"{number:02}.php" for number in range(20)))

    assert choice.reasons[0].endswith("11.php and 8 more")


def test_the_choice_does_not_depend_on_the_order_of_the_files() -> None:
    names = ["requirements.txt", "package.json", "manage.py", "index.html"]

    assert chosen(*names) == chosen(*reversed(names))


def test_nothing_known_is_a_fault_that_says_what_was_looked_for_and_is_on_offer() -> None:
    with pytest.raises(Fault, match="No known language") as caught:
        chosen("README", "Dockerfile")

    fault = caught.value
    assert fault.reason == "NothingDetected"
    assert "It holds a Dockerfile" in fault.message
    assert "package.json" in fault.hint
    assert "nodejs:20" in fault.hint


def test_the_fault_names_the_context_directory() -> None:
    with pytest.raises(Fault, match="directory 'sub' of the source"):
        chosen("sub/README", context_dir="sub")


def test_platforms_without_any_builder_are_a_fault_that_names_them() -> None:
    with pytest.raises(
        Fault, match=r"Found pom.xml, but there is no builder image for jee"
    ) as caught:
        chosen("pom.xml")

    assert caught.value.reason == "NoBuilder"
