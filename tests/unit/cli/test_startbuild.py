"""`slipcast start-build`, `logs` and `cancel-build`, over a server that runs no builds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from slipcast.adapters.podlogs import DirectoryLogs
from slipcast.adapters.uploads import DirectoryUploads
from slipcast.api import kinds
from slipcast.api.build import Build
from slipcast.api.document import JSON
from slipcast.api.lens import read
from slipcast.cli import buildfollowing
from slipcast.cli.toolbox import ServerFlags
from slipcast.ports.api import Api, Patch, Resource
from slipcast.store.store import Running
from slipcast.testing.api import NOON, StandingClock
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call, Called

BUILD = kinds.require(kinds.BUILD, "Build")
GIT = {"git": {"uri": "https://git.example.org/app.git"}}
SOURCE = {"sourceStrategy": {"from": {"kind": "DockerImage", "name": "builder"}}}
DOCKER: JSON = {"dockerStrategy": {}}


def _config(name: str = "app", source: JSON = GIT, strategy: JSON = SOURCE, **spec: Any) -> JSON:
    return {
        "apiVersion": "build.openshift.io/v1",
        "kind": "BuildConfig",
        "metadata": {"name": name},
        "spec": {"source": source, "strategy": strategy, **spec},
    }


@pytest.fixture(autouse=True)
def uploads(toolbox: FakeToolbox, tmp_path: Path) -> DirectoryUploads:
    """What is sent is kept; there is a BuildConfig `app`."""
    kept = DirectoryUploads(tmp_path / "uploads", toolbox.server.clock)
    logs = DirectoryLogs(tmp_path / "logs")
    toolbox.server.running = Running(uploads=kept, logs=logs)
    toolbox.server.put(_config())
    return kept


def _build(call: Call, name: str = "app-1") -> JSON:
    return call("get", "build", name, "-o", "json").document


def _ended(toolbox: FakeToolbox, name: str, **status: Any) -> None:
    async def change() -> None:
        api = await toolbox.server.api()
        where = Resource(BUILD, "default", name)
        content = (await api.get(where)).content
        await api.update(where, {**content, "status": {**content["status"], **status}})

    asyncio.run(change())


def _sent(call: Call, uploads: DirectoryUploads, name: str = "app-1") -> list[str]:
    upload = _build(call, name)["metadata"]["annotations"]["build.slipcast.io/upload"]
    return asyncio.run(uploads.path(upload)).read_text().split("\n")


def _tree(root: Path, *files: str) -> None:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text("")


def test_a_build_is_started(call: Call) -> None:
    started, named = call("start-build", "app"), call("start-build", "bc/app", "-o", "name")

    assert started.stdout == "build.build.openshift.io/app-1 started\n"
    assert named.stdout == "build/app-2\n"
    assert _build(call)["spec"]["triggeredBy"] == [{"message": "Manually triggered"}]


def test_what_is_asked_for_is_in_the_build(call: Call) -> None:
    flags = ("-e", "A=1", "--build-loglevel=5", "--commit=f00d", "--incremental")
    call("start-build", "app", *flags)

    spec = _build(call)["spec"]
    strategy = spec["strategy"]["sourceStrategy"]
    assert strategy["env"] == [
        {"name": "A", "value": "1"},
        {"name": "BUILD_LOGLEVEL", "value": "5"},
    ]
    assert (strategy["incremental"], spec["revision"]["git"]["commit"]) == (True, "f00d")


def test_arguments_and_the_cache_are_for_docker_builds(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(_config("dock", strategy=DOCKER))

    call("start-build", "dock", "--build-arg=V=2", "--no-cache")

    strategy = _build(call, "dock-1")["spec"]["strategy"]["dockerStrategy"]
    assert strategy["buildArgs"] == [{"name": "V", "value": "2"}]
    assert strategy["noCache"] is True


def test_a_build_is_done_again(call: Call) -> None:
    call("start-build", "app")

    assert call("start-build", "--from-build=app-1", "-o", "name").stdout == "build/app-2\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "must pass a name of a build config"),
        (("a", "b"), "must pass a name of a build config"),
        (("build/app-1",), "use --from-build to rerun your builds"),
        (("pod/x",), "invalid resource provided"),
        (("app", "-o", "json"), "only --output=name is supported"),
        (("app", "--from-dir=.", "--from-file=x"), "only one of --from-file, --from-repo"),
        (("--from-build=app-1", "--from-dir=."), "Cannot use '--from-build' flag with binary"),
        (("app", "--from-file=-"), "--from-file=- is not supported"),
        (("app", "--from-repo=.", "--exclude=x"), "--exclude is only supported with --from-dir"),
        (("app", "--from-dir=.", "--exclude=("), "--exclude is no regular expression"),
        (("app", "--from-dir=nowhere"), "there is no file or directory nowhere"),
        (("app", "-e", "A"), "environment variables must be of the form key=value"),
        (("app", "-e", "A-"), "environment variables must be of the form key=value"),
        (("app", "--list-webhooks=x"), "--list-webhooks must be one of all, generic"),
    ],
)
def test_what_cannot_be_started_is_refused(call: Call, words: tuple[str, ...], said: str) -> None:
    ended = call("start-build", *words)

    assert ended.code == 1
    assert said in ended.stderr


def test_a_binary_build_says_what_it_needs(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(_config("bin", source={"binary": {}}, strategy=DOCKER))

    ended = call("start-build", "bin")

    assert "you must specify one of '--from-dir', '--from-repo', or '--from-file'" in ended.stderr


def test_a_build_of_nothing_says_so_sb_23(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(_config("bin", source={"binary": {}}))

    ended = call("start-build", "bin")

    assert ended.code == 0
    assert "the build has no source: --from-dir" in ended.stderr


def test_a_directory_is_sent_without_git_and_what_is_ignored(
    call: Call, toolbox: FakeToolbox, uploads: DirectoryUploads
) -> None:
    tree = toolbox.directory / "tree"
    _tree(tree, "app.py", ".git/config", "node_modules/a/b.js", "keep.log", "other.log")
    (tree / ".s2iignore").write_text("node_modules\n*.log\n!keep.log\n")

    ended = call("start-build", "app", "--from-dir=tree")

    assert ended.stdout == "build.build.openshift.io/app-1 started\n"
    assert _sent(call, uploads) == [".s2iignore", "app.py", "keep.log"]
    assert "3 files" in ended.stderr


def test_a_dockerfile_is_sent_though_it_is_ignored(
    call: Call, toolbox: FakeToolbox, uploads: DirectoryUploads
) -> None:
    toolbox.server.put(_config("dock", strategy=DOCKER))
    tree = toolbox.directory / "tree"
    _tree(tree, "Dockerfile", "a.txt", "b/c.txt")
    (tree / ".dockerignore").write_text("*\n!b\n")

    call("start-build", "dock", "--from-dir=tree")

    assert _sent(call, uploads, "dock-1") == [".dockerignore", "Dockerfile", "b/c.txt"]


def test_everything_is_sent_when_nothing_is_excluded(
    call: Call, toolbox: FakeToolbox, uploads: DirectoryUploads
) -> None:
    _tree(toolbox.directory / "tree", "app.py", ".git/config")

    call("start-build", "app", "--from-dir=tree", "--exclude=")

    assert _sent(call, uploads) == [".git/config", "app.py"]


def test_a_file_keeps_its_name(call: Call, toolbox: FakeToolbox, uploads: DirectoryUploads) -> None:
    (toolbox.directory / "app.war").write_text("war")

    call("start-build", "app", "--from-file=app.war")

    assert _build(call)["spec"]["source"]["binary"] == {"asFile": "app.war"}
    assert _sent(call, uploads) == ["war"]


def test_what_is_asked_for_goes_with_the_source_sb_14(call: Call, toolbox: FakeToolbox) -> None:
    (toolbox.directory / "app.war").write_text("war")

    call("start-build", "app", "--from-file=app.war", "-e", "A=1", "--incremental")

    strategy = _build(call)["spec"]["strategy"]["sourceStrategy"]
    assert (strategy["env"], strategy["incremental"]) == ([{"name": "A", "value": "1"}], True)


def test_the_commit_of_a_file_is_recorded_as_it_was_said_sb_27(
    call: Call, toolbox: FakeToolbox
) -> None:
    (toolbox.directory / "app.war").write_text("war")

    call("start-build", "app", "--from-file=app.war", "--commit=f00d")

    assert _build(call)["spec"]["revision"]["git"]["commit"] == "f00d"


def test_what_is_no_archive_is_warned_about(call: Call, toolbox: FakeToolbox) -> None:
    (toolbox.directory / "a.tar").write_text("no archive")

    ended = call("start-build", "app", "--from-archive=a.tar")

    assert "does not look like an archive" in ended.stderr


def test_nothing_is_started_of_a_source_that_cannot_be_sent(
    call: Call, uploads: DirectoryUploads
) -> None:
    ended = call("start-build", "nosuch", "--from-dir=.")

    assert ended.code == 1
    assert asyncio.run(uploads.list()) == ()


def test_nothing_is_sent_where_something_is_missing_sb_25(
    call: Call, toolbox: FakeToolbox, uploads: DirectoryUploads
) -> None:
    source = {"binary": {}, "secrets": [{"secret": {"name": "keys"}}]}
    source |= {"configMaps": [{"configMap": {"name": "conf"}}]}
    toolbox.server.put(_config("bin", source=source))

    ended = call("start-build", "bin", "--from-dir=.")

    assert ended.code == 1
    assert "does not exist: ConfigMaps [conf] Secrets [keys]" in ended.stderr
    assert asyncio.run(uploads.list()) == ()


def test_webhooks_are_listed_without_their_secrets(call: Call, toolbox: FakeToolbox) -> None:
    hooks = [{"type": "GitHub", "github": {"secret": "s3cret"}}, {"type": "ConfigChange"}]
    toolbox.server.put(_config("hooked", triggers=hooks))

    listed = call("start-build", "hooked", "--list-webhooks=all").stdout

    assert listed.startswith("GitHub https://")
    assert listed.endswith("/buildconfigs/hooked/webhooks/<secret>/github\n")


def _cancelled(call: Call, *words: str) -> Called:
    return call("cancel-build", *words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "build or a build config name is required"),
        (("pod/x",), "invalid resource provided: pod/x"),
        (("app-1", "--state=done"), "invalid --state flag value 'done'"),
        (("nosuch",), 'builds.build.openshift.io "nosuch" not found'),
    ],
)
def test_what_cannot_be_cancelled_is_told(call: Call, words: tuple[str, ...], said: str) -> None:
    ended = _cancelled(call, *words)

    assert ended.code == 1
    assert said in ended.stderr


def test_builds_that_are_over_are_passed_over(call: Call, toolbox: FakeToolbox) -> None:
    call("start-build", "app")
    _ended(toolbox, "app-1", phase="Complete")

    ended = _cancelled(call, "app-1", "bc/app")

    assert (ended.code, ended.stdout) == (0, "")


def test_builds_in_other_states_are_passed_over(call: Call) -> None:
    call("start-build", "app")

    ended = _cancelled(call, "bc/app", "--state=running")

    assert (ended.code, "cancelled" in _build(call)["status"]) == (0, False)


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        ({"phase": "Complete"}, 0, ""),
        ({"phase": "Failed"}, 1, 'the build default/app-1 status is "Failed"'),
        (
            {"phase": "Error", "reason": "OutOfMemoryKilled", "message": "It was killed."},
            1,
            'the build default/app-1 status is "Error": OutOfMemoryKilled: It was killed.',
        ),
    ],
)
def test_how_a_build_ended_is_told(
    call: Call, toolbox: FakeToolbox, status: JSON, code: int, said: str
) -> None:
    call("start-build", "app")
    _ended(toolbox, "app-1", **status)

    fault = buildfollowing.failure(read(_build(call), Build))

    assert (fault.message if fault else "", fault.exit_code if fault else 0) == (said, code)


@dataclass(slots=True)
class Late(StandingClock):
    """A clock that strikes: after some seconds the last words of a build are there."""

    api: Api = field(kw_only=True)
    words: str = field(kw_only=True)
    after: timedelta = field(kw_only=True)

    @override
    async def until(self, moment: datetime) -> None:
        """Let it be so late."""
        self.moment = max(self.moment, moment)
        if self.moment >= NOON + self.after:
            where = Resource(BUILD, "default", "app-1")
            body = {"status": {"logSnippet": self.words}}
            await self.api.patch(where, Patch(type="merge", body=body))


def test_last_words_may_come_seconds_after_a_build_has_failed_bl_73(
    call: Call, toolbox: FakeToolbox
) -> None:
    call("start-build", "app")
    call("annotate", "build", "app-1", "openshift.io/build.pod-name=app-1-build")
    _ended(toolbox, "app-1", phase="Failed")

    async def told() -> Build:
        async with toolbox.connect(ServerFlags()) as there:
            late = Late(api=there.api, words="no bread", after=timedelta(seconds=8))
            waiting = replace(there, clock=late)
            build = await buildfollowing.look(waiting, "app-1")
            return await buildfollowing.with_last_words(waiting, build)

    assert asyncio.run(told()).status.log_snippet == "no bread"


def test_who_stops_waiting_is_told_that_the_build_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(asyncio.CancelledError), buildfollowing.left_alone("app-1"):
        raise asyncio.CancelledError

    assert "`slipcast cancel-build app-1` ends it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bc/app",), "no builds found for 'app'"),
        (("build/x", "--version=2"), "cannot specify a version and a build"),
        (("bc/app", "--version=0"), "build version must be greater than 0"),
        (("bc/app", "--version=2", "-p"), "cannot use previous when a version is specified"),
        (("sa/default",), "cannot get the logs from serviceaccount"),
        (("bc/app", "bc/app"), "logs of one thing are shown"),
    ],
)
def test_logs_that_cannot_be_shown_are_told(call: Call, words: tuple[str, ...], said: str) -> None:
    ended = call("logs", *words)

    assert ended.code == 1
    assert said in ended.stderr


def test_a_build_that_has_not_begun_has_said_nothing(call: Call) -> None:
    call("start-build", "app")

    ended = call("logs", "bc/app", "--nowait")

    assert (ended.code, ended.stdout) == (0, "")


def test_a_request_too_long_for_an_address_goes_before_what_is_sent_up_13(
    call: Call, toolbox: FakeToolbox, uploads: DirectoryUploads
) -> None:
    toolbox.server.put(_config("bin", source={"binary": {}}, strategy=DOCKER))
    (toolbox.directory / "source").write_text("FROM scratch")
    env = [word for number in range(20) for word in ("-e", f"LONG_{number}={'x' * 10_000}")]

    ended = call("start-build", "bin", "--from-file=source", *env)

    assert ended.code == 0, ended.stderr
    strategy = _build(call, "bin-1")["spec"]["strategy"]["dockerStrategy"]
    assert [len(each["value"]) for each in strategy["env"]] == [10_000] * 20
    assert _sent(call, uploads, "bin-1") == ["FROM scratch"]


def test_secrets_that_are_typed_are_warned_of_up_12(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(_config("image", strategy=DOCKER))

    typed = ("-e", "API_TOKEN=zzz", "-e", "FOO=bar", "--build-arg", "DB_PASSWORD=yyy")
    ended = call("start-build", "image", *typed)

    assert ended.code == 0, ended.stderr
    assert ended.stderr.count("Warning:") == 2
    assert "the value of API_TOKEN is kept as plain text in the Build and" in ended.stderr
    assert "the value of DB_PASSWORD is kept" in ended.stderr
    assert not {"zzz", "yyy", "FOO"} & set(ended.stderr.replace("=", " ").split())
