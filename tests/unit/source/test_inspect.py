"""What is found out about a source, without changing or running anything."""

from __future__ import annotations

import pytest

from slipcast.source.inspect import SourceFacts, inspect
from slipcast.source.tree import MemoryTree
from slipcast.values.faults import InvalidFault


def facts_of(*names: str, context_dir: str = "", **contents: str) -> SourceFacts:
    files = dict.fromkeys(names, b"") | {name: text.encode() for name, text in contents.items()}
    return inspect(MemoryTree(files), context_dir)


def test_an_empty_tree_has_no_facts_but_that() -> None:
    assert facts_of() == SourceFacts(nearby=("There are no files in it.",))
    assert facts_of(".git/HEAD") == SourceFacts(nearby=("There are no files in it.",))


def test_platforms_and_their_signs_are_in_the_order_of_the_table() -> None:
    facts = facts_of("requirements.txt", "package.json", "sub/Gemfile")

    assert [hit.platform for hit in facts.platforms] == ["nodejs", "python"]
    assert facts.files == ("package.json", "requirements.txt")


def test_build_files_are_named() -> None:
    # DT-10, DT-16, UP-10
    assert facts_of("Containerfile").dockerfile == "Containerfile"
    assert facts_of("Containerfile", "Dockerfile").dockerfile == "Dockerfile"
    assert facts_of("Jenkinsfile").jenkinsfile == "Jenkinsfile"
    assert facts_of("dockerfile", "sub/Dockerfile").dockerfile == ""


def test_scripts_and_environment_of_the_source_are_seen() -> None:
    facts = facts_of(".s2i/bin/run", ".s2i/bin/assemble", ".s2i/bin/other", ".s2i/environment")

    assert facts.scripts == ("assemble", "run")
    assert facts.has_environment


def test_only_the_context_directory_is_looked_at() -> None:
    # SR-32
    facts = facts_of("Gemfile", "a/b/setup.py", "a/b/.s2i/bin/run", context_dir="./a//b/")

    assert [hit.platform for hit in facts.platforms] == ["python"]
    assert (facts.context_dir, facts.scripts) == ("a/b", ("run",))


@pytest.mark.parametrize(
    ("context_dir", "what"),
    [
        ("none", "no such directory"),
        ("a/none", "no such directory"),
        ("../a", "without '..'"),
        ("a/../..", "without '..'"),
        ("a/file", "is a file"),
    ],
)
def test_a_context_directory_must_be_there_and_inside(context_dir: str, what: str) -> None:
    # SR-33, DF-8
    with pytest.raises(InvalidFault, match=what):
        facts_of("a/file", context_dir=context_dir)


def test_files_that_start_an_application_are_known() -> None:
    facts = facts_of("manage.py", "requirements.txt", "server.js", "package.json")

    assert facts.entries == {"nodejs": ("server.js",), "python": ("manage.py",)}


@pytest.mark.parametrize(
    ("package", "starts"),
    [
        ('{"scripts": {"start": "node ."}}', True),
        ('{"scripts": {"start": ""}}', False),
        ('{"scripts": {"build": "x"}}', False),
        ('{"scripts": []}', False),
        ("[]", False),
        ("{", False),
        ("[" * 100_000, False),
    ],
)
def test_a_package_json_starts_something_when_it_names_a_start_script(
    package: str, *, starts: bool
) -> None:
    facts = facts_of(**{"package.json": package})

    assert ("nodejs" in facts.entries) is starts


def test_an_app_json_alone_starts_nothing() -> None:
    assert facts_of("app.json").entries == {}


def test_wanted_versions_are_known_per_platform() -> None:
    facts = facts_of("requirements.txt", **{"package.json": "{}", ".python-version": "3.11"})

    assert set(facts.wanted) == {"python"}
