"""The other s2i commands: rebuild, usage, generate, create, version, completion, help."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from slipcast import __version__
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call


def test_version_is_one_line_s2i_7(call: Call) -> None:
    ended = call("s2i", "version")

    assert (ended.code, ended.stdout) == (0, f"s2i v{__version__}\n")


@pytest.mark.parametrize("words", [[], ["help"], ["-h"], ["--help"]])
def test_help_goes_to_standard_output_s2i_8(call: Call, words: list[str]) -> None:
    ended = call("s2i", *words)

    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Usage: slipcast s2i ")


@pytest.mark.parametrize("words", [["help", "build"], ["build", "-h"], ["build", "--help"]])
def test_every_command_has_help_s2i_8(call: Call, words: list[str]) -> None:
    ended = call("s2i", *words)

    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout.startswith("Usage: slipcast s2i build ")


@pytest.mark.parametrize("words", [["frobnicate"], ["help", "frobnicate"], ["--frobnicate"]])
def test_an_unknown_command_ends_with_1_s2i_63(call: Call, words: list[str]) -> None:
    ended = call("s2i", *words)

    assert ended.code == 1
    assert "frobnicate" in ended.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_is_for_the_shell_asked_for_s2i_6(call: Call, shell: str) -> None:
    ended = call("s2i", "completion", shell)

    assert ended.code == 0
    assert f"{shell}_complete" in ended.stdout


@pytest.mark.parametrize("words", [[], ["fish"], ["bash", "zsh"]])
def test_completion_wants_one_shell_that_it_knows_s2i_6(call: Call, words: list[str]) -> None:
    ended = call("s2i", "completion", *words)

    assert (ended.code, ended.stdout) == (1, "")


@pytest.mark.parametrize("command", ["rebuild", "usage", "create", "generate"])
def test_missing_arguments_end_with_1_and_help_s2i_59(call: Call, command: str) -> None:
    ended = call("s2i", command)

    assert ended.code == 1
    assert "is missing" in ended.stderr
    assert f"Usage: slipcast s2i {command}" in ended.stderr


@pytest.mark.parametrize("command", ["build", "rebuild", "usage", "create", "generate"])
def test_too_many_arguments_end_with_1(call: Call, command: str) -> None:
    ended = call("s2i", command, "a", "b", "c", "d")

    assert ended.code == 1
    assert "Too many arguments" in ended.stderr


def test_rebuild_gives_the_image_and_the_new_tag_s2i_2(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("s2i", "rebuild", "app", "app:2", "--exact-commit", "-o", "json")

    verb, request = toolbox.work.s2i.asked[0]
    assert (verb, request.tag, request.exact_commit) == ("rebuild app", "app:2", True)
    assert ended.document["tag"] == "app:2"


def test_usage_runs_the_script_and_prints_it_s2i_3(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.s2i.prints = b"Use me\n"

    ended = call("s2i", "usage", "builder", "-e", "A=b", "-s", "file:///x")

    assert ended.code == 0
    assert ended.stderr == "Use me\n"
    assert toolbox.work.s2i.request.builder_image == "builder"


def test_generate_writes_a_dockerfile_s2i_5(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("s2i", "generate", "builder", "Dockerfile", "-e", "A=b", "--assemble-user", "7")

    verb, request = toolbox.work.s2i.asked[0]
    assert (ended.code, verb, request.builder_image) == (0, "generate", "builder")
    assert request.assemble_user == "7"


class TestCreate:
    """S2I-283 to 285."""

    def test_the_skeleton_has_its_files_and_modes(self, call: Call, toolbox: FakeToolbox) -> None:
        ended = call("s2i", "create", "my/builder", "new/place")

        root = toolbox.directory / "new/place"
        modes = {
            str(path.relative_to(root)): oct(path.stat().st_mode & 0o777)
            for path in root.rglob("*")
            if path.is_file()
        }
        assert ended.code == 0
        assert modes == {
            "Dockerfile": "0o600",
            "README.md": "0o600",
            "Makefile": "0o600",
            "s2i/bin/assemble": "0o755",
            "s2i/bin/run": "0o755",
            "s2i/bin/usage": "0o755",
            "s2i/bin/save-artifacts": "0o755",
            "test/run": "0o700",
            "test/test-app/index.html": "0o600",
        }

    def test_the_image_name_is_filled_in(self, call: Call, toolbox: FakeToolbox) -> None:
        call("s2i", "create", "my/builder", ".")

        text = (toolbox.directory / "Makefile").read_text()
        assert "IMAGE_NAME ?= my/builder\n" in text
        assert "@IMAGE@" not in text

    def test_files_that_exist_are_left_alone_s2i_284(
        self, call: Call, toolbox: FakeToolbox
    ) -> None:
        (toolbox.directory / "Dockerfile").write_text("mine")

        ended = call("s2i", "create", "b", ".")

        assert ended.stderr.startswith("ERROR: ")
        assert "exists already" in ended.stderr
        assert (toolbox.directory / "Dockerfile").read_text() == "mine"
        assert (toolbox.directory / "s2i/bin/run").exists()

    def test_the_scripts_are_good_shell(self, call: Call, toolbox: FakeToolbox) -> None:
        call("s2i", "create", "b", ".")

        scripts: list[Path] = [*(toolbox.directory / "s2i/bin").iterdir()]
        scripts.append(toolbox.directory / "test/run")
        checked = [subprocess.run(["sh", "-n", str(path)], check=False) for path in scripts]
        assert [each.returncode for each in checked] == [0] * 5

    def test_a_name_that_is_no_reference_is_refused(self, call: Call) -> None:
        ended = call("s2i", "create", "Not A Name", ".")

        assert ended.code == 1
