"""`slipcast s2i build`: flags, arguments, refusals and results as the s2i tool has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from slipcast.builds.s2i.request import Injection, Platform, UidRange
from slipcast.cli.toolbox import EngineFlags
from slipcast.testing.objects import a_builder
from slipcast.testing.toolbox import FakeToolbox
from slipcast.values.container import ExitStatus, Mount, PullPolicy
from slipcast.values.faults import BuildFault, EngineFault
from unit.cli.conftest import Call


def test_source_image_and_tag_are_built_s2i_1(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("s2i", "build", ".", "builder", "app")

    request = toolbox.work.s2i.request
    assert ended.code == 0
    assert (request.source, request.builder_image, request.tag) == (".", "builder", "app")
    assert request.directory == toolbox.directory


def test_the_image_id_is_told_when_there_is_no_tag_s2i_330(call: Call) -> None:
    ended = call("s2i", "build", ".", "builder")

    assert "Image " + "5" * 64 in ended.stderr
    assert ended.stderr.endswith("Build completed successfully\n")


def test_everything_is_told_on_standard_error_s2i_292(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.s2i.prints = b"  building\n"

    ended = call("s2i", "build", ".", "builder")

    assert ended.stdout == ""
    assert "\n  building\n" in ended.stderr


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (["-e", "A=b", "--env", " C = d,e "], "env", (("A", "b"), ("C", "d,e"))),
        (["-r", "v1"], "ref", "v1"),
        (["--context-dir=sub"], "context_dir", "sub"),
        (["-c"], "copy", True),
        (["--copy=false"], "copy", False),
        (["--ignore-submodules"], "ignore_submodules", True),
        ([], "exclude", None),
        (["--exclude", ""], "exclude", ""),
        (["--keep-symlinks"], "keep_symlinks", True),
        (["-s", "http://x/"], "scripts_url", "http://x/"),
        (["--scripts", "file:///x", "-s", "http://x/"], "scripts_url", "file:///x"),
        ([], "image_scripts_url", "image:///usr/libexec/s2i"),
        (["-d", "/opt"], "destination", "/opt"),
        (["-l", "/srv", "-d", "/opt"], "destination", "/srv"),
        (["--assemble-user", "1001"], "assemble_user", "1001"),
        (["--assemble-runtime-user", "7"], "assemble_runtime_user", "7"),
        (["-u", "1-5,9-"], "allowed_uids", (UidRange(low=1, high=5), UidRange(low=9, high=None))),
        (["-v", "/a:/b:ro,z"], "volumes",
         (Mount(source="/a", target="/b", read_only=True, options=("z",)),)),
        (["--cap-drop", "A,B", "--cap-drop=C"], "cap_drop", ("A", "B", "C")),
        (["--network", "host"], "network", "host"),
        (["--add-host", "a:::1"], "add_hosts", ("a:::1",)),
        (["--runtime-image", "r", "-a", "/x:y"], "runtime_artifacts", ("/x:y",)),
        (["-n", "shown"], "display_name", "shown"),
        (["--description", "text"], "description", "text"),
        (["-q"], "quiet", True),
        (["--incremental=true"], "incremental", True),
        (["--rm=1"], "remove_previous", True),
        (["--callback-url", "http://x"], "callback_url", "http://x"),
        (["-p", "always"], "pull_policy", PullPolicy.ALWAYS),
        (["--incremental-pull-policy", "never"], "incremental_pull_policy", PullPolicy.NEVER),
        (["--runtime-pull-policy", "never"], "runtime_pull_policy", PullPolicy.NEVER),
        (["--force-pull"], "pull_policy", PullPolicy.ALWAYS),
        (["--save-temp-dir"], "save_temp_dir", True),
    ],
)  # fmt: skip
def test_a_flag_reaches_the_request_s2i_16_to_53(
    call: Call, toolbox: FakeToolbox, words: list[str], field: str, value: Any
) -> None:
    ended = call("s2i", "build", *words, ".", "builder")

    assert ended.code == 0
    assert getattr(toolbox.work.s2i.request, field) == value


def test_relative_files_count_from_the_directory(call: Call, toolbox: FakeToolbox) -> None:
    call("s2i", "build", ".", "b", "-E", "vars", "-i", "secret:/run;'two':x")

    request = toolbox.work.s2i.request
    assert request.environment_file == toolbox.directory / "vars"
    assert request.injections == (
        Injection(source=toolbox.directory / "secret", target="/run"),
        Injection(source=toolbox.directory / "two", target="x"),
    )


@pytest.mark.parametrize(
    "words",
    [
        ["-e", "novalue"],
        ["-e", "=x"],
        ["-e="],
        ["--exclude", "("],
        ["-p", "sometimes"],
        ["-u", "5-1"],
        ["-v", "relative:path"],
        ["-i", "a|b:c"],
        ["--loglevel", "9"],
        ["--add-host", "x"],
        ["--no-such-flag"],
        ["--rm=perhaps"],
    ],
)
def test_a_bad_flag_ends_with_1_and_help_on_standard_error_s2i_63(
    call: Call, toolbox: FakeToolbox, words: list[str]
) -> None:
    ended = call("s2i", "build", ".", "builder", *words)

    assert (ended.code, ended.stdout, toolbox.work.s2i.asked) == (1, "", [])
    assert ended.stderr.startswith("ERROR: ")
    assert "Usage: slipcast s2i build" in ended.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "builder image: is missing"),
        (["."], "builder image: is missing"),
        ([".", "b", "--incremental", "--runtime-image", "r"], "isn't supported"),
        ([".", "b", "--run", "--as-dockerfile", "x"], "--run: cannot go with --as-dockerfile"),
        ([".", "b", "--runtime-image", "r", "--as-dockerfile", "x"], "--runtime-image: cannot go"),
        (["https://example.com/x.git", "b", "--watch"], "--watch: needs a local source"),
    ],
)
def test_a_refusal_ends_with_1_and_help_s2i_56_to_59(
    call: Call, toolbox: FakeToolbox, words: list[str], said: str
) -> None:
    ended = call("s2i", "build", *words)

    assert (ended.code, toolbox.work.s2i.asked) == (1, [])
    assert said in ended.stderr
    assert "Usage: slipcast s2i build" in ended.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--force-pull"], "use --pull-policy always"),
        (["--scripts", "file:///x"], "use --scripts-url"),
        (["-l", "/x"], "use --destination"),
        (["-e", "A=b,C=d"], "holds a comma"),
    ],
)
def test_old_spellings_warn_and_work_s2i_23_to_38(call: Call, words: list[str], said: str) -> None:
    ended = call("s2i", "build", ".", "builder", *words)

    assert ended.code == 0
    assert ended.stderr.startswith("WARNING: ")
    assert said in ended.stderr


@pytest.mark.parametrize("word", ["=hunter2", " =hunter2"])
def test_a_variable_without_a_name_is_refused_and_its_value_not_shown_s2i_175(
    call: Call, word: str
) -> None:
    ended = call("s2i", "build", ".", "builder", "-e", word)

    assert ended.code != 0
    assert "is not of the form NAME=VALUE" in ended.stderr
    assert "hunter2" not in ended.stderr


def test_a_failed_build_says_so_before_its_error_s2i_82(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.s2i.faults = [BuildFault("no user", exit_code=15)]

    ended = call("s2i", "build", ".", "builder")

    assert ended.code == 15
    assert ended.stderr.startswith("Build failed\nERROR: An error occurred: no user\n")
    assert "Usage:" not in ended.stderr


def test_the_result_is_one_json_document(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.s2i.prints = b"printed\n"

    ended = call("s2i", "build", ".", "builder", "app", "-o", "json")

    assert ended.document["success"] is True
    assert (ended.document["tag"], ended.document["schema"]) == ("app", "slipcast.build/1")
    assert "printed" in ended.stderr


def test_a_failure_is_a_json_document_too(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.s2i.faults = [BuildFault("bad", reason="AssembleFailed", tail=("last",))]

    ended = call("s2i", "build", ".", "builder", "-o", "json")

    wanted = {"success": False, "reason": "AssembleFailed", "tail": ["last"], "exit_code": 1}
    assert wanted.items() <= ended.document.items()


def test_a_refusal_is_a_json_document_too(call: Call) -> None:
    ended = call("s2i", "build", "-o", "json")

    assert (ended.code, ended.document["reason"]) == (1, "Invalid")


def test_the_result_is_pushed_and_written_to_a_layout(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.s2i.image = toolbox.work.engine.add("app", a_builder()).id

    ended = call(
        *("s2i", "build", ".", "b", "app", "--push", "r.example/app:1", "-o", "oci:out"),
        *("-o", "json"),
    )

    assert toolbox.work.s2i.request.push_to == "r.example/app:1"
    assert list(toolbox.work.engine.pushed) == ["oci:out"]
    assert [each["destination"] for each in ended.document["pushed"]] == [
        "r.example/app:1",
        "oci:out",
    ]


def test_a_destination_cannot_become_an_option(call: Call) -> None:
    ended = call("s2i", "build", ".", "b", "--push=--tls-verify=false")

    assert ended.code == 1
    assert "no place to push to" in ended.stderr


@pytest.mark.parametrize("place", ["group", "command"])
def test_global_flags_may_stand_before_or_after_the_command(
    call: Call, toolbox: FakeToolbox, place: str
) -> None:
    flags = ["-U", "tcp://h:1", "--tlsverify=true", "--loglevel=2", "--cert", "c"]
    before, after = (flags, []) if place == "group" else ([], flags)

    call("s2i", *before, "build", *after, ".", "builder")

    wanted = EngineFlags(url="tcp://h:1", tls_verify=True, cert=Path("c"))
    assert toolbox.flags == [wanted]


def test_the_platform_is_given_to_the_build(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.platform = Platform(ca_bundle=Path("/ca"), env=(("A", "b"),))

    call("s2i", "build", ".", "builder")

    assert toolbox.work.s2i.request.platform == toolbox.platform


@pytest.mark.parametrize("target", ["out/", "out/Dockerfile"])
def test_a_dockerfile_is_written_instead_s2i_52(
    call: Call, toolbox: FakeToolbox, target: str
) -> None:
    ended = call("s2i", "build", ".", "builder", "--as-dockerfile", target)

    assert [verb for verb, _ in toolbox.work.s2i.asked] == ["dockerfile"]
    path = toolbox.directory / "out/Dockerfile"
    assert ended.stderr.endswith(f"Application dockerfile generated in {path}\n")


def test_the_result_is_run_afterwards_s2i_290(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.launcher.prints = b"hello\n"

    ended = call("s2i", "build", ".", "some/builder", "app", "--run")

    started = toolbox.work.launcher.started[0]
    assert ended.code == 0
    assert ended.stdout == "hello\n"
    assert started.image == "app"
    assert started.name.startswith("s2i_some_builder_")
    assert toolbox.work.launcher.containers == {}


def test_a_result_that_ends_badly_is_an_error_s2i_291(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.work.launcher.ended = ExitStatus(code=7)

    ended = call("s2i", "build", ".", "builder", "app", "--run")

    assert ended.code == 1
    assert "ended with status 7" in ended.stderr
    assert toolbox.work.launcher.containers == {}


def test_every_change_of_a_watched_source_builds_again(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.changes = [("a.py",), ("a.py", "b.py", "c.py", "d.py")]
    toolbox.work.s2i.faults = [EngineFault("broken")]

    ended = call("s2i", "build", ".", "builder", "--watch")

    assert ended.code == 2
    assert len(toolbox.work.s2i.asked) == 3
    assert "ERROR: An error occurred: broken" in ended.stderr
    assert "Changed: a.py, b.py, c.py and 1 more" in ended.stderr


class TestSavedCommandLine:
    """S2I-61."""

    def test_what_was_typed_is_stored(self, call: Call, toolbox: FakeToolbox) -> None:
        call(
            *("s2i", "build", ".", "builder", "app", "--use-config", "-e", "A=1", "-e", "B=x,y"),
            *("--incremental", "-u", "1-", "--loglevel", "1"),
        )

        path = toolbox.directory / ".s2ifile"
        assert json.loads(path.read_text()) == {
            "source": ".",
            "builderImage": "builder",
            "tag": "app",
            "flags": {
                "env-0": "A=1",
                "env-1": "B=x,y",
                "incremental": "true",
                "allowed-uids": "1-",
                "loglevel": "1",
            },
        }
        assert path.stat().st_mode & 0o777 == 0o600

    def test_what_was_stored_is_built_again(self, call: Call, toolbox: FakeToolbox) -> None:
        flags = {"env-1": "B=2", "env-0": "A=1", "incremental": "true", "inject": "a:/b;c:/d"}
        stored = {"source": "src", "builderImage": "b", "tag": "t", "flags": flags}
        (toolbox.directory / ".s2ifile").write_text(json.dumps(stored))

        ended = call("s2i", "build", "--use-config")

        request = toolbox.work.s2i.request
        assert ended.code == 0
        assert (request.source, request.builder_image, request.tag) == ("src", "b", "t")
        assert (request.env, request.incremental) == ((("A", "1"), ("B", "2")), True)
        assert len(request.injections) == 2

    def test_what_is_typed_wins(self, call: Call, toolbox: FakeToolbox) -> None:
        flags = {"env-0": "A=1", "ref": "old", "rm": "true"}
        stored = {"source": "src", "builderImage": "b", "tag": "t", "flags": flags}
        (toolbox.directory / ".s2ifile").write_text(json.dumps(stored))

        call("s2i", "build", "--use-config", "other", "-e", "B=2", "--ref=new")

        request = toolbox.work.s2i.request
        assert (request.source, request.builder_image, request.tag) == ("other", "b", "t")
        assert (request.env, request.ref) == ((("B", "2"),), "new")
        assert request.remove_previous is True

    def test_the_older_file_is_read_too(self, call: Call, toolbox: FakeToolbox) -> None:
        stored = {"source": "src", "builderImage": "b"}
        (toolbox.directory / ".stifile").write_text(json.dumps(stored))

        call("s2i", "build", "--use-config")

        assert toolbox.work.s2i.request.source == "src"

    @pytest.mark.parametrize("text", ["not json", "[]", '{"flags": 1}'])
    def test_another_file_is_refused(self, call: Call, toolbox: FakeToolbox, text: str) -> None:
        (toolbox.directory / ".s2ifile").write_text(text)

        ended = call("s2i", "build", "--use-config")

        assert ended.code == 1
        assert "is not a saved command line" in ended.stderr

    def test_a_link_in_its_place_is_not_followed(self, call: Call, toolbox: FakeToolbox) -> None:
        (toolbox.directory / "victim").write_text("{}")
        (toolbox.directory / ".s2ifile").symlink_to("victim")

        ended = call("s2i", "build", ".", "b", "--use-config")

        assert ended.code == 1
        assert (toolbox.directory / "victim").read_text() == "{}"
