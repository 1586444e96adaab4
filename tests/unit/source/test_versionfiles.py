"""From a version file to the builder image, and to the tag of a stream, that it chooses."""

from __future__ import annotations

import pytest

from slipcast.api.image import ImageStream
from slipcast.api.lens import read
from slipcast.newapp.detection import tag_for
from slipcast.source.catalogue import Catalogue, parse_catalogue
from slipcast.source.choose import choose
from slipcast.source.inspect import SourceFacts, inspect
from slipcast.source.tree import MemoryTree

OFFERED = {
    "python": ("3.9", "3.10", "3.11"),
    "nodejs": ("18", "20", "22"),
    "golang": ("1.20", "1.21", "1.23"),
    "ruby": ("2.7", "3.1", "3.3"),
    "php": ("7.4", "8.1", "8.3"),
    "jee": ("8", "11", "17"),
}
FILES = [
    ("python", "requirements.txt", ".python-version", "3.10.4\n", "3.10"),
    ("python", "requirements.txt", "runtime.txt", "python-3.9.18\n", "3.9"),
    ("python", "setup.py", "setup.py", "setup(\n  python_requires='>=3.8,<3.11',\n)", "3.10"),
    ("python", "setup.py", "setup.cfg", "[options]\npython_requires = ~=3.9.1\n", "3.9"),
    ("python", "pyproject.toml", "pyproject.toml", "[project]\nrequires-python='<3.11'", "3.10"),
    ("nodejs", "package.json", "package.json", '{"engines": {"node": "^18 || ^20"}}', "20"),
    ("nodejs", "package.json", ".nvmrc", "v18.19.0\n", "18"),
    ("golang", "go.mod", "go.mod", "module shop\n\ngo 1.21.3\n", "1.23"),
    ("ruby", "Gemfile", ".ruby-version", "ruby-3.1.4\n", "3.1"),
    ("php", "composer.json", "composer.json", '{"require": {"php": "~8.1.0"}}', "8.1"),
    ("jee", "pom.xml", "pom.xml", "<properties><java.version>11</java.version>", "11"),
    ("jee", "pom.xml", "pom.xml", "<maven.compiler.source>1.8</maven.compiler.source>", "8"),
]


def facts_of(sign: str, file: str, text: str) -> SourceFacts:
    empty = b"{}" if sign.endswith(".json") else b""
    return inspect(MemoryTree({sign: empty, file: text.encode()}))


def a_catalogue(platform: str) -> Catalogue:
    rows = [
        {
            "name": f"{platform}:{version}",
            "version": version,
            "image": f"localhost/{platform}:{version}",
            "supports": [platform],
        }
        for version in OFFERED[platform]
    ]
    return parse_catalogue({"builder": rows})


def a_stream(platform: str) -> ImageStream:
    image = {"dockerImageReference": "registry/it@sha256:1", "image": "sha256:1"}
    tags = [{"name": each} for each in OFFERED[platform]]
    seen = [{"tag": each, "items": [image]} for each in OFFERED[platform]]
    metadata = {"name": platform, "namespace": "openshift"}
    return read(
        {"metadata": metadata, "spec": {"tags": tags}, "status": {"tags": seen}}, ImageStream
    )


@pytest.mark.parametrize(("platform", "sign", "file", "text", "version"), FILES)
def test_each_version_file_chooses_a_builder_image(
    platform: str, sign: str, file: str, text: str, version: str
) -> None:
    facts = facts_of(sign, file, text)

    choice = choose(facts, a_catalogue(platform))

    assert choice.builder.name == f"{platform}:{version}"
    assert f"because {file} asks for {platform}" in choice.explanation
    assert not [each for each in choice.warnings if "asks for" in each]


@pytest.mark.parametrize(("platform", "sign", "file", "text", "version"), FILES)
def test_each_version_file_chooses_a_tag_of_a_stream(
    platform: str, sign: str, file: str, text: str, version: str
) -> None:
    facts = facts_of(sign, file, text)

    assert tag_for(a_stream(platform), facts.wanted[platform]) == version
