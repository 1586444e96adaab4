"""`slipcast set`: variables, triggers, hooks and secrets of builds."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

CONFIG = {
    "apiVersion": "build.openshift.io/v1",
    "kind": "BuildConfig",
    "metadata": {"name": "app"},
    "spec": {
        "source": {"git": {"uri": "https://git.example.org/app.git"}},
        "strategy": {
            "sourceStrategy": {
                "from": {"kind": "ImageStreamTag", "namespace": "openshift", "name": "ruby:2.3"},
                "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
            }
        },
        "triggers": [{"type": "ConfigChange"}, {"type": "ImageChange", "imageChange": {}}],
    },
}


@pytest.fixture(autouse=True)
def _there(toolbox: FakeToolbox) -> None:
    toolbox.server.put(CONFIG)


def _spec(call: Call) -> dict[str, Any]:
    spec: dict[str, Any] = call("get", "bc", "app", "-o", "json").document["spec"]
    return spec


def _env(call: Call) -> list[dict[str, Any]]:
    env: list[dict[str, Any]] = _spec(call)["strategy"]["sourceStrategy"].get("env", [])
    return env


def test_variables_are_replaced_in_place_added_and_taken_away(call: Call) -> None:
    ended = call("set", "env", "bc/app", "C=3", "A=9", "B-")

    assert ended.stdout == "buildconfig.build.openshift.io/app updated\n"
    assert _env(call) == [{"name": "A", "value": "9"}, {"name": "C", "value": "3"}]


@pytest.mark.parametrize(
    "words",
    [("env", "bc/app", "A=1"), ("build-hook", "bc/app", "--post-commit", "--remove")],
)
def test_what_changes_nothing_says_so_cl_7(call: Call, words: tuple[str, ...]) -> None:
    ended = call("set", *words)

    assert (ended.code, ended.stdout) == (0, "")
    assert ended.stderr == 'info: buildconfigs "app" was not changed\n'


def test_local_without_files_changes_nothing_and_says_why(call: Call) -> None:
    ended = call("set", "build-secret", "--push", "--local", "bc/app", "s")

    assert ended.code == 1
    assert "--local works with -f only" in ended.stderr


@pytest.mark.parametrize("command", [("set", "env", "bc/app"), ("start-build", "app")])
def test_what_was_a_list_once_is_one_value_and_warned_about_cl_9(
    call: Call, command: tuple[str, ...]
) -> None:
    ended = call(*command, "-e", "C=1,D=2")

    assert "--env no longer accepts comma-separated lists" in ended.stderr


def test_variables_are_listed(call: Call) -> None:
    assert call("set", "env", "bc/app", "--list").stdout == "# buildconfigs/app\nA=1\nB=2\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("B=3", "--overwrite=false"), "'B' already has a value (2), and --overwrite is false"),
        (("a b=1",), "environment variables must be of the form key=value"),
        (("-e", "C"), "environment variables must be of the form key=value"),
        (("A=1", "A-"), "can not both modify and remove the same environment variable"),
        ((), "at least one environment variable must be provided"),
        (("A=1", "bc/other"), "all resources must be specified before environment changes"),
        (("--from=pod/x",), "--from must be secret/NAME or configmap/NAME"),
        (("A=1", "--list", "-o", "json"), "--list and --output may not be specified together"),
    ],
)
def test_changes_that_cannot_be_are_refused(call: Call, words: tuple[str, ...], said: str) -> None:
    ended = call("set", "env", "bc/app", *words)

    assert ended.code == 1
    assert said in ended.stderr
    assert _env(call) == CONFIG["spec"]["strategy"]["sourceStrategy"]["env"]  # type: ignore[index]


def test_all_keys_of_a_secret_are_referred_to_and_can_be_shown(
    call: Call, toolbox: FakeToolbox
) -> None:
    data = {"pass.word": base64.b64encode(b"s3cret").decode()}
    toolbox.server.put(
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "data": data}
    )

    call("set", "env", "bc/app", "--from=secret/db", "--prefix=DB_")
    listed = call("set", "env", "bc/app", "--list").stdout
    resolved = call("set", "env", "bc/app", "--list", "--resolve").stdout

    assert "# DB_PASS_WORD from secret db, key pass.word\n" in listed
    assert "DB_PASS_WORD=s3cret\n" in resolved


def test_variables_of_containers_are_those_of_the_named_ones(
    call: Call, toolbox: FakeToolbox
) -> None:
    containers = [{"name": "web", "image": "w"}, {"name": "side", "image": "s"}]
    labels = {"app": "d"}
    spec = {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}},
    }
    toolbox.server.put(
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}
    )

    call("set", "env", "deployment/d", "X=1", "-c", "w*")

    pods = call("get", "deployment", "d", "-o", "json").document["spec"]["template"]["spec"]
    assert [each.get("env") for each in pods["containers"]] == [[{"name": "X", "value": "1"}], None]


def test_what_starts_builds_is_shown(call: Call) -> None:
    rows = [line.split() for line in call("set", "triggers", "bc/app").stdout.splitlines()]

    assert rows == [
        ["NAME", "TYPE", "VALUE", "AUTO"],
        ["buildconfigs/app", "config", "true"],
        ["buildconfigs/app", "image", "openshift/ruby:2.3", "true"],
    ]


def test_a_trigger_that_is_paused_starts_nothing_until_it_is_automatic(call: Call) -> None:
    path = "/spec/triggers/1/imageChange"
    patch = [{"op": "add", "path": path, "value": {"paused": True}}]
    call("patch", "bc/app", "--type=json", "-p", json.dumps(patch))
    paused = call("set", "triggers", "bc/app").stdout.splitlines()[-1].split()

    call("set", "triggers", "bc/app", "--from-image=openshift/ruby:2.3", "--auto")

    after = call("set", "triggers", "bc/app").stdout.splitlines()[-1].split()
    assert (paused[-1], after[-1]) == ("false", "true")


def test_a_webhook_may_have_its_secret_in_the_trigger(call: Call) -> None:
    call("set", "triggers", "bc/app", "--from-webhook-allow-env", "--plain-secret")

    *_, hook = _spec(call)["triggers"]
    assert (hook["type"], hook["generic"]["allowEnv"]) == ("Generic", True)
    assert len(hook["generic"]["secret"]) == 20


@pytest.mark.parametrize(
    ("words", "types"),
    [
        (("--remove-all",), []),
        (("--manual",), []),
        (("--auto",), ["ConfigChange", "ImageChange"]),
        (("--from-config", "--remove"), ["ImageChange"]),
        (("--from-image=openshift/ruby:2.3", "--remove"), ["ConfigChange"]),
        (("--from-image=other:1",), ["ConfigChange", "ImageChange", "ImageChange"]),
        (("--from-image=openshift/ruby:2.3",), ["ConfigChange", "ImageChange"]),
    ],
)
def test_triggers_change(call: Call, words: tuple[str, ...], types: list[str]) -> None:
    call("set", "triggers", "bc/app", *words)

    assert [each["type"] for each in _spec(call).get("triggers", ())] == types


@pytest.mark.parametrize(
    "words",
    [
        ("--auto", "--manual"),
        ("--remove", "--remove-all"),
        ("--remove",),
        ("--from-github", "--from-config"),
        ("--from-image=openshift/php",),
        ("--rotate",),
        ("--from-config", "--rotate"),
        ("--from-github", "--rotate", "--finish-rotation"),
        ("--from-github", "--rotate", "--remove"),
        ("--from-image=registry.example.org/a/b:1",),
    ],
)
def test_triggers_that_cannot_be_are_refused(call: Call, words: tuple[str, ...]) -> None:
    assert call("set", "triggers", "bc/app", *words).code == 1


@pytest.mark.parametrize(
    ("words", "hook"),
    [
        (("--script=rake test",), {"script": "rake test"}),
        (("--command", "--", "/bin/x", "-y"), {"command": ["/bin/x"], "args": ["-y"]}),
        (("--command", "--", "/bin/x"), {"command": ["/bin/x"]}),
        (("--", "a", "--remove"), {"args": ["a", "--remove"]}),
        (("--remove",), {}),
    ],
)
def test_a_hook_takes_the_place_of_another(
    call: Call, words: tuple[str, ...], hook: dict[str, Any]
) -> None:
    call("set", "build-hook", "bc/app", "--post-commit", "--script=before")

    call("set", "build-hook", "bc/app", "--post-commit", *words)

    assert _spec(call).get("postCommit", {}) == hook


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "you must specify a type of hook to set"),
        (("--post-commit",), "you must specify either a script or command for the build hook"),
        (("--post-commit", "--script=x", "--command", "--", "y"), "both a script and command"),
        (("--post-commit", "--remove", "--", "y"), "--remove may not be used"),
    ],
)
def test_hooks_that_cannot_be_are_refused(call: Call, words: tuple[str, ...], said: str) -> None:
    ended = call("set", "build-hook", "bc/app", *words)

    assert ended.code == 1
    assert said in ended.stderr


def test_secrets_of_builds_are_set_for_several_purposes(call: Call) -> None:
    call("set", "build-secret", "--push", "--pull", "--source", "bc/app", "secret/login")

    spec = _spec(call)
    assert spec["output"]["pushSecret"] == {"name": "login"}
    assert spec["source"]["sourceSecret"] == {"name": "login"}
    assert spec["strategy"]["sourceStrategy"]["pullSecret"] == {"name": "login"}


def test_secrets_of_builds_are_taken_away_from_all(call: Call) -> None:
    call("set", "build-secret", "--push", "bc/app", "login")

    call("set", "build-secret", "--push", "--remove", "--all")

    assert "pushSecret" not in _spec(call).get("output", {})


def test_the_purpose_of_a_secret_must_be_said(call: Call) -> None:
    assert call("set", "build-secret", "bc/app", "login").stderr.startswith(
        "error: specify the type of secret to set (--push, --pull, or --source)\n"
    )


def test_secrets_that_are_typed_are_warned_of_up_12(call: Call) -> None:
    typed = call("set", "env", "bc/app", "DB_PASSWORD=zzz", "A=2", "DB_TOKEN=$(DB_PASSWORD)")
    switched = call("set", "env", "bc/app", "--list")

    assert typed.stderr.startswith("Warning: the value of DB_PASSWORD is kept as plain text")
    assert "slipcast set env bc/app --from=secret/SECRET" in typed.stderr
    assert "zzz" not in typed.stderr
    assert switched.stderr == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("env", "bc/plain", "A=1"), {"env": [{"name": "A", "value": "1"}]}),
        (("build-secret", "--pull", "bc/plain", "regcred"), {"pullSecret": {"name": "regcred"}}),
    ],
)
def test_a_strategy_that_says_nothing_yet_is_changed(
    call: Call, toolbox: FakeToolbox, words: tuple[str, ...], said: dict[str, Any]
) -> None:
    spec = {"source": {"dockerfile": "FROM scratch"}, "strategy": {"dockerStrategy": {}}}
    toolbox.server.put({**CONFIG, "metadata": {"name": "plain"}, "spec": spec})

    ended = call("set", *words)

    assert ended.code == 0, ended.stderr
    stored = call("get", "bc", "plain", "-o", "json").document
    assert stored["spec"]["strategy"]["dockerStrategy"] == said
