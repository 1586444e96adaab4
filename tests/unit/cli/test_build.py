"""`slipcast build`: a path or URL becomes an image; what was found and why is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.ports.engine import BuildSpec
from slipcast.ports.git import WorkingState
from slipcast.source.tree import MemoryTree
from slipcast.testing.engine import FakeImage
from slipcast.testing.objects import a_builder
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

PYTHON = MemoryTree({"requirements.txt": b"flask\n", "app.py": b""})


@pytest.fixture
def app(toolbox: FakeToolbox) -> Path:
    """A directory that looks like a Python application."""
    toolbox.work.s2i.tree = PYTHON
    path = toolbox.directory / "My App"
    path.mkdir()
    toolbox.work.s2i.root = path
    return path


@pytest.mark.usefixtures("app")
def test_the_language_chooses_the_builder_and_says_why(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("build", "My App")

    assert ended.code == 0
    assert toolbox.work.builders.made == ["python:3.11"]
    assert toolbox.work.s2i.request.builder_image == "localhost/slipcast/python:3.11"
    assert "Found requirements.txt" in ended.stderr
    assert "chose python" in ended.stderr


@pytest.mark.usefixtures("app")
def test_the_image_is_named_after_the_source_and_printed(call: Call) -> None:
    ended = call("build", "My App")

    assert ended.stdout == "my-app\n"


@pytest.mark.usefixtures("app")
def test_the_source_is_fetched_once(call: Call, toolbox: FakeToolbox) -> None:
    call("build", "My App")

    assert [verb for verb, _ in toolbox.work.s2i.asked] == ["survey", "build"]
    assert toolbox.work.s2i.request.prepared is not None


def test_a_path_is_built_as_it_is_up_5(call: Call, toolbox: FakeToolbox, app: Path) -> None:
    toolbox.git.told = WorkingState(is_repository=True, has_commits=True, changed_files=3)

    ended = call("build", "My App")

    assert toolbox.work.s2i.request.copy is True
    assert f"{app}: 3 files are not committed; all of it is built" in ended.stderr


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("words", [["My App", "--committed"], ["My App#v1"], ["My App", "-r", "x"]])
def test_commits_are_built_when_asked_for(
    call: Call, toolbox: FakeToolbox, words: list[str]
) -> None:
    toolbox.git.told = WorkingState(is_repository=True, has_commits=True, changed_files=1)

    ended = call("build", *words)

    assert toolbox.work.s2i.request.copy is False
    assert "all of it is built" not in ended.stderr


@pytest.mark.parametrize(
    ("builder", "image"),
    [
        ("python", "localhost/slipcast/python:3.11"),
        ("python:3", "localhost/slipcast/python:3.11"),
        ("registry.example/some/builder:1", "registry.example/some/builder:1"),
    ],
)
def test_a_builder_that_is_named_needs_no_look_at_the_source_up_8(
    call: Call, toolbox: FakeToolbox, app: Path, builder: str, image: str
) -> None:
    ended = call("build", str(app), builder)

    assert ended.code == 0
    assert [verb for verb, _ in toolbox.work.s2i.asked] == ["build"]
    assert toolbox.work.s2i.request.builder_image == image


def test_a_url_is_built_from_its_repository(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.s2i.tree = PYTHON

    ended = call("build", "https://example.com/org/some-app.git#v1")

    assert toolbox.work.s2i.request.copy is False
    assert ended.stdout == "some-app\n"


def test_nothing_known_names_what_was_looked_for_up_7(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("build", ".")

    assert ended.code == 1
    assert "ERROR: No known language was detected" in ended.stderr
    assert "python:3.11" in ended.stderr
    assert [verb for verb, _ in toolbox.work.s2i.asked] == ["survey"]


class TestDockerfile:
    """A source with a Dockerfile."""

    @pytest.fixture
    def source(self, toolbox: FakeToolbox) -> Path:
        toolbox.work.s2i.tree = MemoryTree({"Dockerfile": b"FROM x\n"})
        toolbox.work.s2i.root = toolbox.directory
        (toolbox.directory / "Dockerfile").write_text("FROM x\n")
        toolbox.work.engine.recipe = self.made
        return toolbox.directory

    def made(self, _: BuildSpec) -> FakeImage:
        return a_builder()

    def spec(self, toolbox: FakeToolbox) -> BuildSpec:
        (spec,) = toolbox.work.engine.given("build")
        assert isinstance(spec, BuildSpec)
        return spec

    def test_it_is_built_when_there_is_no_language(
        self, call: Call, toolbox: FakeToolbox, source: Path
    ) -> None:
        ended = call("build", ".", "-t", "mine", "--build-arg", "A=b")

        spec = self.spec(toolbox)
        assert ended.code == 0
        assert (spec.context, spec.tag, dict(spec.build_args)) == (source, "mine", {"A": "b"})
        assert "Found Dockerfile and no language" in ended.stderr

    @pytest.mark.usefixtures("source")
    def test_a_language_goes_first_and_the_file_is_mentioned(
        self, call: Call, toolbox: FakeToolbox
    ) -> None:
        toolbox.work.s2i.tree = MemoryTree({"Dockerfile": b"", "app.py": b""})

        ended = call("build", ".")

        assert toolbox.work.engine.given("build") == []
        assert "WARNING: the source also holds a Dockerfile" in ended.stderr

    @pytest.mark.usefixtures("source")
    @pytest.mark.parametrize("words", [["--strategy", "docker"], ["--dockerfile", "Dockerfile"]])
    def test_it_is_built_when_asked_for(
        self, call: Call, toolbox: FakeToolbox, words: list[str]
    ) -> None:
        toolbox.work.s2i.tree = MemoryTree({"Dockerfile": b"", "app.py": b""})

        call("build", ".", *words)

        assert len(toolbox.work.engine.given("build")) == 1

    @pytest.mark.parametrize("path", ["../Dockerfile", "missing", "link"])
    def test_it_must_lie_in_the_source(
        self, call: Call, toolbox: FakeToolbox, source: Path, path: str
    ) -> None:
        (source.parent / "Dockerfile").write_text("FROM y\n")
        (source / "link").symlink_to(source.parent / "Dockerfile")

        ended = call("build", ".", "--dockerfile", path)

        assert ended.code == 1
        assert f"there is no Dockerfile {path} in the source" in ended.stderr
        assert toolbox.work.engine.given("build") == []

    @pytest.mark.usefixtures("source")
    def test_its_result_is_pushed(self, call: Call, toolbox: FakeToolbox) -> None:
        ended = call("build", ".", "--push", "r.example/x:1", "-o", "json")

        assert list(toolbox.work.engine.pushed) == ["r.example/x:1"]
        assert ended.document["pushed"][0]["digest"].startswith("sha256:")


@pytest.mark.parametrize(
    "words",
    [
        [],
        [".", "python", "--strategy", "docker"],
        [".", "--strategy", "s2i", "--dockerfile", "x"],
        ["https://example.com/x.git", "--watch"],
        [".", "--frobnicate"],
        ["--upload-pack=touch /tmp/x"],
    ],
)
def test_a_wrong_command_line_ends_with_2(
    call: Call, toolbox: FakeToolbox, words: list[str]
) -> None:
    ended = call("build", *words)

    assert ended.code == 2
    assert ended.stderr.startswith("ERROR: ")
    assert toolbox.work.s2i.asked == []


def test_a_source_cannot_become_an_option(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("build", "--", "--upload-pack=touch /tmp/x")

    assert ended.code == 2
    assert "must not start with '-'" in ended.stderr
    assert toolbox.work.s2i.asked == []
