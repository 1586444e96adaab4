"""The recipes of the builder images: every row of the catalogue has one, every script is sound."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from slipcast.source.catalogue import BuilderImage, parse_catalogue

ROOT = Path(__file__).parents[3]
RECIPES = ROOT / "containers"
CATALOGUE = parse_catalogue(tomllib.loads((RECIPES / "catalogue.toml").read_text()))
MADE = [row for row in CATALOGUE.builders if row.recipe]
PROGRAMS = sorted(
    path
    for path in [*RECIPES.rglob("*"), *(ROOT / "examples").rglob("*")]
    if path.is_file() and path.read_bytes()[:2] == b"#!"
)
SCRIPTS = [path for path in PROGRAMS if re.match(rb"#!/bin/(ba)?sh\n", path.read_bytes())]
SOURCED = [RECIPES / "base/libexec" / name for name in ("identity", "platform", "shell")]
DETECTED = {"ruby", "nodejs", "php", "python", "perl", "golang", "static"}
PULLED = {"jee", "java", "dotnet", ".net"}


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*SCRIPTS, *SOURCED], ids=_named)
def test_a_script_parses(path: Path):
    shell = "bash" if path.read_bytes().startswith(b"#!/bin/bash") else "sh"

    ran = subprocess.run([shell, "-n", str(path)], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("path", SCRIPTS, ids=_named)
def test_a_script_says_what_it_is_for(path: Path):
    lines = path.read_text().splitlines()

    assert lines[1].startswith(("# ", "cat <<", "exec ", "export "))


@pytest.mark.parametrize("path", PROGRAMS, ids=_named)
def test_a_program_is_executable(path: Path):
    assert path.stat().st_mode & 0o111 or path.name == "backports"


@pytest.mark.parametrize("row", MADE, ids=lambda row: row.name)
def test_a_builder_image_has_its_recipe_and_scripts(row: BuilderImage):
    directory = RECIPES / row.recipe

    scripts = {path.name for path in (directory / "s2i" / "bin").iterdir()}

    assert (directory / "Containerfile").is_file()
    assert {"assemble", "run", "usage"} <= scripts


@pytest.mark.parametrize("row", MADE, ids=lambda row: row.name)
def test_a_recipe_is_what_the_catalogue_says(row: BuilderImage):
    text = (RECIPES / row.recipe / "Containerfile").read_text()
    base = CATALOGUE.base(row.base)

    assert base is not None
    assert f"\nARG BASE={base.image}\nFROM ${{BASE}}\n" in text
    assert f"\nEXPOSE {row.port}\n" in text
    assert all(f"\nARG {name}=" in text for name, _ in row.build_args)
    assert text.rindex("\nUSER 1001\n") > text.rindex("\nUSER 0\n")


@pytest.mark.parametrize("row", MADE, ids=lambda row: row.name)
def test_a_recipe_labels_its_image(row: BuilderImage):
    # IMG-2 to 5
    text = (RECIPES / row.recipe / "Containerfile").read_text()

    tags = re.search(r'io\.openshift\.tags="([^"]*)"', text)

    assert tags is not None
    assert set(tags[1].split(",")) <= set(row.tags)
    assert f'io.openshift.expose-services="{row.port}:http"' in text
    assert "io.k8s.display-name=" in text
    assert "io.k8s.description=" in text


@pytest.mark.parametrize("row", CATALOGUE.bases, ids=lambda row: row.name)
def test_a_base_image_has_its_recipe(row: object):
    recipe = getattr(row, "recipe", "")

    assert (RECIPES / recipe / "Containerfile").is_file()


def test_every_detected_language_has_a_builder_image():
    supported = {term for row in CATALOGUE.builders for term in row.supports}

    assert supported == DETECTED | PULLED


def test_what_has_no_recipe_is_pulled_from_where_everybody_can():
    pulled = [row for row in CATALOGUE.builders if not row.recipe]

    assert {term for row in pulled for term in row.supports} == PULLED
    assert all(row.image == row.public and row.sample for row in pulled)


def test_every_test_application_names_a_builder_image():
    files = [*RECIPES.glob("*/test/*/expect.toml"), *(ROOT / "examples").glob("*/expect.toml")]

    builders = {tomllib.loads(path.read_text())["builder"] for path in files}

    assert builders <= set(CATALOGUE.names)


def test_every_example_is_listed():
    examples = {path.parent.name for path in (ROOT / "examples").glob("*/expect.toml")}

    listed = re.findall(
        r"^\| \[([a-z-]+)\]", (ROOT / "examples/README.md").read_text(), re.MULTILINE
    )

    assert sorted(listed) == sorted(examples)


def test_no_lock_file_records_where_packages_came_from():
    locks = [*ROOT.glob("examples/*/package-lock.json"), *RECIPES.rglob("package-lock.json")]

    recorded = [_named(path) for path in locks if '"resolved"' in path.read_text()]

    assert locks
    assert recorded == []


REFERENCE = (ROOT / "docs/reference/builder-images.md").read_text()


@pytest.mark.parametrize("row", CATALOGUE.builders, ids=lambda row: row.name)
def test_a_builder_image_is_in_the_reference(row: BuilderImage):
    base = row.base or "pulled"
    entry = f"| `{row.name}` | `{row.image}` | {base} | {', '.join(row.supports)} |"

    assert entry in REFERENCE


@pytest.mark.parametrize("row", MADE, ids=lambda row: row.name)
def test_every_variable_of_a_usage_text_is_in_the_reference(row: BuilderImage):
    usage = (RECIPES / row.recipe / "s2i/bin/usage").read_text()

    variables = set(re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z_0-9]*[A-Z0-9]\b", usage))

    assert sorted(name for name in variables if f"`{name}`" not in REFERENCE) == [
        "NODEJS_VERSION"
    ] * (row.recipe == "nodejs")
