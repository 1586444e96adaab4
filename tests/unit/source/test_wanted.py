"""Where a source asks for a version of its language."""

from __future__ import annotations

import pytest

from slipcast.source.tree import MemoryTree
from slipcast.source.wanted import Wanted, wanted_version


def wanted(platform: str, **files: str) -> Wanted | None:
    tree = MemoryTree({name: text.encode() for name, text in files.items()})
    return wanted_version(platform, tree)


@pytest.mark.parametrize(
    ("platform", "file", "text", "wish"),
    [
        ("python", ".python-version", "\n# which\n3.11.4 # this\n", "3.11.4"),
        ("python", "runtime.txt", "python-3.9.7\n", "3.9.7"),
        ("python", "Pipfile", '[requires]\npython_version = "3.10"\n', "3.10"),
        ("python", "pyproject.toml", '[project]\nrequires-python = ">=3.9"\n', ">=3.9"),
        ("python", "pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.9"', "^3.9"),
        ("python", "setup.cfg", "[options]\npython_requires = >=3.7\n", ">=3.7"),
        ("python", "setup.py", "setup(python_requires='>=3.6')", ">=3.6"),
        ("python", ".tool-versions", "nodejs 20\npython 3.12.1 3.11\n", "3.12.1"),
        ("nodejs", "package.json", '{"engines": {"node": ">=18 <21"}}', ">=18 <21"),
        ("nodejs", "package.json", '{"volta": {"node": "20.1.0"}}', "20.1.0"),
        ("nodejs", ".nvmrc", "v20\r\n", "v20"),
        ("nodejs", ".node-version", "22", "22"),
        ("ruby", ".ruby-version", "ruby-3.1.2\n", "ruby-3.1.2"),
        ("ruby", "Gemfile", 'source "x"\nruby "~> 3.1", ">= 3.1.2"\n', "~> 3.1, >= 3.1.2"),
        ("ruby", "Gemfile", "ruby('3.1', engine: 'jruby')\n", "3.1"),
        ("ruby", "Gemfile.lock", "RUBY VERSION\n   ruby 3.1.2p20\n", "3.1.2"),
        ("php", "composer.json", '{"require": {"php": "^8.1"}}', "^8.1"),
        ("php", "composer.json", '{"config": {"platform": {"php": "8.2.1"}}}', "8.2.1"),
        ("golang", "go.mod", "module x\n\ngo 1.21\n", "1.21"),
        ("perl", "cpanfile", "requires 'perl', '5.20.1';\n", "5.20.1"),
        ("perl", "cpanfile", 'requires "perl" => "5.020001";\n', "5.20.1"),
        ("perl", "cpanfile", 'requires "perl" => 5.020;\n', "5.20"),
        ("jee", ".java-version", "17", "17"),
        ("jee", ".java-version", "1.8\n", "8"),
        ("jee", "pom.xml", "<java.version>17</java.version>", "17"),
        ("jee", "pom.xml", "<maven.compiler.source>1.8</maven.compiler.source>", "8"),
        ("jee", "pom.xml", "<configuration><release> 21 </release></configuration>", "21"),
        ("jee", "pom.xml", "<!-- <java.version>8</java.version> --><target>11</target>", "11"),
        ("dotnet", "global.json", '{"sdk": {"version": "8.0.1"}}', "8.0.1"),
    ],
)
def test_each_file_is_read_in_its_own_way(platform: str, file: str, text: str, wish: str) -> None:
    found = wanted(platform, **{file: text})

    assert found is not None
    assert (found.file, found.wish.text) == (file, wish)


@pytest.mark.parametrize(
    ("platform", "file", "text"),
    [
        ("nodejs", "package.json", "{"),
        ("nodejs", "package.json", '{"engines": []}'),
        ("nodejs", "package.json", '{"engines": {"node": 18}}'),
        ("nodejs", "package.json", "[" * 100_000),
        ("nodejs", ".nvmrc", "lts/*"),
        ("python", "pyproject.toml", "= no toml"),
        ("python", "setup.py", "setup()"),
        ("ruby", "Gemfile", 'ruby file: ".ruby-version"'),
        ("ruby", "Gemfile", "source 'x'"),
        ("jee", "pom.xml", "<release>${java}</release><version>3</version>"),
        ("jee", "pom.xml", "<!--" * 100_000),
        ("rust", "Cargo.toml", ""),
    ],
)
def test_a_file_that_asks_for_nothing_readable_asks_for_nothing(
    platform: str, file: str, text: str
) -> None:
    assert wanted(platform, **{file: text}) is None


def test_the_first_file_of_the_table_that_asks_decides() -> None:
    found = wanted("nodejs", **{"package.json": "{}", ".nvmrc": "20", ".node-version": "22"})

    assert found is not None
    assert found.file == ".nvmrc"


def test_files_are_looked_for_in_the_context_directory() -> None:
    tree = MemoryTree({"sub/.nvmrc": b"\xef\xbb\xbf20"})

    assert wanted_version("nodejs", tree) is None
    assert wanted_version("nodejs", tree, "sub") is not None
