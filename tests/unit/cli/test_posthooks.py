"""`slipcast start-build NAME --git-post-receive`: a hook set up in a repository of this machine."""

from __future__ import annotations

import shlex
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

GENERIC = {"type": "Generic", "generic": {"secret": "s3cret"}}


def a_config(name: str, *triggers: dict[str, Any]) -> dict[str, Any]:
    """A BuildConfig with triggers."""
    source = {"git": {"uri": "https://git.example.org/app.git"}}
    strategy = {"sourceStrategy": {"from": {"kind": "DockerImage", "name": "builder"}}}
    return {
        "apiVersion": "build.openshift.io/v1",
        "kind": "BuildConfig",
        "metadata": {"name": name},
        "spec": {"source": source, "strategy": strategy, "triggers": list(triggers)},
    }


@pytest.fixture
def bare(toolbox: FakeToolbox, tmp_path: Path) -> Path:
    """A bare repository, beside a server with a BuildConfig `app`."""
    toolbox.server.put(a_config("app", GENERIC))
    made = tmp_path / "app one.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(made)], check=True)
    return made


def mode(file: Path) -> int:
    """What may be done with a file."""
    return stat.S_IMODE(file.stat().st_mode)


def test_a_hook_is_written_with_the_address_in_a_file_of_its_own(call: Call, bare: Path) -> None:
    ended = call("start-build", "app", "--git-post-receive", f"--git-repository={bare}")

    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout == f"what is pushed to {bare} starts builds of default/app\n"
    url = bare / "slipcast/default.app.url"
    assert url.read_text().endswith(
        "/apis/build.openshift.io/v1/namespaces/default/buildconfigs/app/webhooks/s3cret/generic\n"
    )
    assert (mode(url), mode(bare / "hooks/post-receive")) == (0o600, 0o755)


def test_no_command_line_shows_the_secret_up_16(call: Call, bare: Path) -> None:
    call("start-build", "app", f"--git-repository={bare}", "--git-post-receive")

    program = (bare / "slipcast/default.app.sh").read_text()
    words = shlex.split(program.splitlines()[1])
    assert f"--from-webhook=@{bare}/slipcast/default.app.url" in words
    assert f"--git-repository={bare}" in words
    assert "s3cret" not in program + (bare / "hooks/post-receive").read_text()


def test_setting_up_again_changes_nothing_else(call: Call, bare: Path) -> None:
    words = ("start-build", "app", "--git-post-receive", f"--git-repository={bare}")
    call(*words)
    before = {each: each.read_bytes() for each in bare.rglob("*") if each.is_file()}

    ended = call(*words)

    assert ended.code == 0
    assert {each: each.read_bytes() for each in bare.rglob("*") if each.is_file()} == before


def test_one_repository_may_start_several_builds(
    call: Call, bare: Path, toolbox: FakeToolbox
) -> None:
    toolbox.server.put(a_config("web", GENERIC))

    for name in ("app", "web"):
        assert call("start-build", name, "--git-post-receive", f"--git-repository={bare}").code == 0

    programs = sorted(each.name for each in (bare / "slipcast").glob("*.sh"))
    assert programs == ["default.app.sh", "default.web.sh"]


def test_the_hook_tells_each_program_what_was_received(call: Call, bare: Path) -> None:
    call("start-build", "app", "--git-post-receive", f"--git-repository={bare}")
    program = bare / "slipcast/default.app.sh"
    program.write_text(f"#!/bin/sh\ncat > {shlex.quote(str(bare))}/told\n")

    subprocess.run([bare / "hooks/post-receive"], input=b"a b refs/heads/x\n", check=True)

    assert (bare / "told").read_text() == "a b refs/heads/x\n"


@pytest.mark.parametrize(
    ("received", "told"),
    [
        (f"{'0' * 40} {'a' * 40} refs/heads/x\n{'a' * 40} {'0' * 40} refs/heads/y\n", True),
        (f"{'a' * 40} {'0' * 40} refs/heads/y\n", False),
        ("", False),
    ],
)
def test_what_was_deleted_is_not_told(call: Call, bare: Path, received: str, *, told: bool) -> None:
    call("start-build", "app", "--git-post-receive", f"--git-repository={bare}")
    program = bare / "slipcast/default.app.sh"
    program.write_text(f"#!/bin/sh\ncat > {shlex.quote(str(bare))}/told\n")

    subprocess.run([bare / "hooks/post-receive"], input=received.encode(), check=True)

    assert (bare / "told").exists() is told
    assert "refs/heads/y" not in "".join(each.read_text() for each in bare.glob("told"))


@pytest.mark.parametrize("link", [False, True])
def test_a_hook_of_others_is_left_alone(call: Call, bare: Path, *, link: bool) -> None:
    hook = bare / "hooks/post-receive"
    theirs = bare / "theirs" if link else hook
    theirs.write_text("#!/bin/sh\necho mine\n")
    if link:
        hook.symlink_to(theirs)

    ended = call("start-build", "app", "--git-post-receive", f"--git-repository={bare}")

    assert ended.code == 1
    assert "is not ours, and is left as it is" in ended.stderr
    assert hook.read_text() == "#!/bin/sh\necho mine\n"
    assert not (bare / "slipcast").exists()


def test_a_directory_that_leads_elsewhere_is_left_alone(
    call: Call, bare: Path, tmp_path: Path
) -> None:
    (bare / "slipcast").symlink_to(tmp_path)

    ended = call("start-build", "app", "--git-post-receive", f"--git-repository={bare}")

    assert (ended.code, (bare / "hooks/post-receive").exists()) == (1, False)
    assert "is a link, and is left as it is" in ended.stderr


def test_a_repository_is_asked_for(call: Call, tmp_path: Path) -> None:
    ended = call("start-build", "app", "--git-post-receive", "--git-repository=nowhere")

    assert ended.code == 1
    assert f"{tmp_path}/nowhere is no git repository" in ended.stderr


def test_the_repository_of_a_work_tree_is_found(call: Call, bare: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    bare.rename(tmp_path / "moved")
    tree.mkdir()
    (tmp_path / "moved").rename(tree / ".git")

    assert call("start-build", "app", "--git-post-receive", f"--git-repository={tree}").code == 0
    assert (tree / ".git/hooks/post-receive").exists()


def test_hooks_that_are_elsewhere_are_left_alone(
    call: Call, bare: Path, toolbox: FakeToolbox
) -> None:
    toolbox.git.configured["core.hookspath"] = "/etc/hooks"

    ended = call("start-build", "app", "--git-post-receive", f"--git-repository={bare}")

    assert ended.code == 1
    assert "core.hooksPath says where" in ended.stderr


@pytest.mark.parametrize("triggers", [(), ({"type": "Generic", "generic": {"secret": "a/b"}},)])
def test_a_webhook_must_be_there_to_be_called(
    call: Call, bare: Path, toolbox: FakeToolbox, triggers: tuple[dict[str, Any], ...]
) -> None:
    toolbox.server.put(a_config("other", *triggers))

    ended = call("start-build", "other", "--git-post-receive", f"--git-repository={bare}")

    assert ended.code == 1
    assert "set triggers bc/other --from-webhook" in ended.stderr
    assert not (bare / "hooks/post-receive").exists()


def test_the_secret_may_be_in_a_secret_tr_24(call: Call, bare: Path, toolbox: FakeToolbox) -> None:
    reference = {"type": "Generic", "generic": {"secretReference": {"name": "hook"}}}
    absent = {"type": "Generic", "generic": {"secretReference": {"name": "absent"}}}
    toolbox.server.put(a_config("ref", absent, reference))
    toolbox.server.put(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "hook"},
            "stringData": {"WebHookSecretKey": "in secret"},
        }
    )

    call("start-build", "ref", "--git-post-receive", f"--git-repository={bare}")

    url = (bare / "slipcast/default.ref.url").read_text()
    assert url.endswith("/webhooks/in%20secret/generic\n")


def test_a_group_that_shares_the_repository_may_read_the_address(call: Call, bare: Path) -> None:
    bare.chmod(0o2775)

    call("start-build", "app", "--git-post-receive", f"--git-repository={bare}")

    assert mode(bare / "slipcast/default.app.url") == 0o640
    assert mode(bare / "slipcast/default.app.sh") == 0o750


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--git-post-receive",), "go with --from-webhook"),
        (("app", "--git-repository=."), "go with --from-webhook"),
        (("app", "--git-post-receive", "--follow"), "--follow does not go with setting up"),
        (("--from-webhook=https://h/generic", "--git-post-receive"), "takes a file or -"),
    ],
)
def test_a_hook_is_set_up_of_one_build_config(call: Call, words: tuple[str, ...], why: str) -> None:
    ended = call("start-build", *words)

    assert ended.code == 1
    assert why in ended.stderr


def test_the_address_of_a_webhook_may_be_in_a_file(
    call: Call, toolbox: FakeToolbox, tmp_path: Path
) -> None:
    (tmp_path / "url").write_text("https://h/webhooks/s/generic\n")

    ended = call("start-build", "--from-webhook=@url")

    assert ended.code == 0
    assert toolbox.webhooks.calls[0][0] == "https://h/webhooks/s/generic"
