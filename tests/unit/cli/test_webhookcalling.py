"""`slipcast start-build --from-webhook`: SB-4, SB-5, SB-72, SB-73, BL-580."""

from __future__ import annotations

import io
import json
import sys
from types import SimpleNamespace

import pytest

from slipcast.api.kubeconfig import Access, with_access
from slipcast.ports.webhooks import Answered
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

URL = "https://here.example:8443/apis/x/webhooks/s3cret/generic"
HOOK = f"--from-webhook={URL}"
OLD, NEW = "a" * 40, "b" * 40


def _answers(toolbox: FakeToolbox, status: int, said: object = None, location: str = "") -> None:
    body = b"" if said is None else json.dumps(said).encode()
    toolbox.webhooks.answer = Answered(status=status, body=body, location=location)


def _knows(toolbox: FakeToolbox, server: str) -> None:
    way = Access(
        context="c", server=server, token="t0ken", certificate=b"C", key=b"K", authority=b"A"
    )
    toolbox.config.save(with_access({}, way, cluster="c", user="u"))


def test_a_webhook_is_called_with_nothing_to_tell_sb_72(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("start-build", HOOK)

    assert (ended.code, ended.stdout, ended.stderr) == (0, "", "")
    assert toolbox.webhooks.calls == [(URL, b"", Access())]


def test_the_build_that_it_started_is_named_sb_72(call: Call, toolbox: FakeToolbox) -> None:
    _answers(toolbox, 200, {"kind": "Build", "metadata": {"name": "app-7"}})

    assert call("start-build", HOOK).stdout == "build.build.openshift.io/app-7 started\n"
    assert call("start-build", HOOK, "-o", "name").stdout == "build/app-7\n"


def test_what_it_warns_of_is_told(call: Call, toolbox: FakeToolbox) -> None:
    _answers(toolbox, 200, {"kind": "Status", "message": "skipping build"})

    ended = call("start-build", HOOK)

    assert (ended.code, ended.stderr) == (0, "Warning: skipping build\n")


def test_what_stands_beside_the_build_is_told_tr_30(call: Call, toolbox: FakeToolbox) -> None:
    body = b'{"kind":"Build","metadata":{"name":"app-7"}}'
    toolbox.webhooks.answer = Answered(status=200, body=body, warnings=("no git information",))

    ended = call("start-build", HOOK)

    assert ended.stdout == "build.build.openshift.io/app-7 started\n"
    assert ended.stderr == "Warning: no git information\n"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"kind":"Build"}', b"[" * 5000])
def test_any_answer_of_success_is_one(call: Call, toolbox: FakeToolbox, body: bytes) -> None:
    toolbox.webhooks.answer = Answered(status=201, body=body)

    ended = call("start-build", HOOK)

    assert (ended.code, ended.stdout) == (0, "")


def test_a_refusal_is_told_with_its_words_and_without_the_secret_sb_72(
    call: Call, toolbox: FakeToolbox
) -> None:
    _answers(toolbox, 403, {"message": "no such hook"})

    ended = call("start-build", HOOK)

    assert ended.code == 1
    assert 'https://here.example:8443 answered 403: {"message": "no such hook"}' in ended.stderr
    assert "s3cret" not in ended.stderr


def test_a_redirect_is_no_success_bl_580(call: Call, toolbox: FakeToolbox) -> None:
    _answers(toolbox, 302, location="https://there.example/webhooks/s3cret/generic")

    ended = call("start-build", HOOK)

    assert ended.code == 1
    assert "has moved to https://there.example: it answered 302" in ended.stderr
    assert "s3cret" not in ended.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("app",),
        ("--from-build=app-1",),
        ("--from-dir=.",),
        ("--from-file=x",),
        ("-e", "A=1"),
        ("--follow",),
        ("--wait",),
        ("--list-webhooks=all",),
    ],
)
def test_what_a_webhook_does_not_do_is_refused_sb_4(
    call: Call, toolbox: FakeToolbox, words: tuple[str, ...]
) -> None:
    ended = call("start-build", HOOK, *words)

    assert ended.code == 1
    assert "and --from-webhook may not be used together" in ended.stderr
    assert toolbox.webhooks.calls == []


@pytest.mark.parametrize(
    "url", ["ftp://h/generic", "generic", "https://", "https://h:x/generic", "https://h/ /generic"]
)
def test_what_is_no_url_is_refused(call: Call, url: str) -> None:
    ended = call("start-build", f"--from-webhook={url}")

    assert ended.code == 1
    assert "takes an http or https URL" in ended.stderr


def test_a_webhook_that_is_no_generic_one_is_warned_of_sb_5(
    call: Call, toolbox: FakeToolbox
) -> None:
    ended = call("start-build", HOOK.replace("/generic", "/github"))

    assert "its path does not end in /generic" in ended.stderr
    assert len(toolbox.webhooks.calls) == 1


def test_the_certificates_of_its_server_are_used_sb_72(call: Call, toolbox: FakeToolbox) -> None:
    _knows(toolbox, "https://here.example:8443")

    call("start-build", HOOK)

    way = toolbox.webhooks.calls[0][2]
    assert (way.certificate, way.key, way.authority) == (b"C", b"K", b"A")


@pytest.mark.parametrize(
    "server",
    [
        "https://there.example:8443",
        "http://here.example:8443",
        "https://here.example",
        "https://:x",
    ],
)
def test_another_server_is_shown_no_certificate_sb_72(
    call: Call, toolbox: FakeToolbox, server: str
) -> None:
    _knows(toolbox, server)

    call("start-build", HOOK, "--certificate-authority=ca.pem")

    assert toolbox.webhooks.calls[0][2] == Access(authority_file="ca.pem")


def test_what_git_told_its_hook_is_told_sb_73(call: Call, toolbox: FakeToolbox) -> None:
    (toolbox.directory / "told").write_text(f"{OLD} {NEW} refs/heads/main\n")
    (toolbox.directory / "app.git").mkdir()

    call("start-build", HOOK, "--git-post-receive=told", "--git-repository=app.git")

    (ref,) = json.loads(toolbox.webhooks.calls[0][1])["git"]["refs"]
    assert (ref["ref"], ref["commit"]) == ("refs/heads/main", NEW)
    assert ref["uri"].endswith("/app.git")


def test_it_is_read_from_standard_input_sb_73(
    call: Call, toolbox: FakeToolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = io.BytesIO(f"{OLD} {OLD} refs/heads/main\n".encode())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=told))

    call("start-build", HOOK, "--git-post-receive=-")

    assert toolbox.webhooks.calls[0][1] == b""


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--git-post-receive=nosuch",), "nosuch cannot be read"),
        (("--git-post-receive=.",), ". cannot be read"),
        (("--git-post-receive=x", "--git-repository=nosuch"), "no directory nosuch"),
    ],
)
def test_what_cannot_be_read_is_told(call: Call, flags: tuple[str, ...], said: str) -> None:
    ended = call("start-build", HOOK, *flags)

    assert ended.code == 1
    assert said in ended.stderr


def test_what_is_for_webhooks_only_needs_one(call: Call) -> None:
    ended = call("start-build", "app", "--git-post-receive=-")

    assert ended.code == 1
    assert "go with --from-webhook" in ended.stderr
