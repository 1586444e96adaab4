"""`slipcast set triggers`: secrets of webhooks, which triggers refer to (UP-16)."""

from __future__ import annotations

import base64
from typing import Any, Final

import pytest

from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

CONFIG: Final = {
    "apiVersion": "build.openshift.io/v1",
    "kind": "BuildConfig",
    "metadata": {"name": "app"},
    "spec": {
        "strategy": {"dockerStrategy": {}},
        "source": {"dockerfile": "FROM a"},
        "triggers": [{"type": "ConfigChange"}],
    },
}
NAME: Final = "app-github-webhook"


@pytest.fixture(autouse=True)
def _there(toolbox: FakeToolbox) -> None:
    toolbox.server.put(CONFIG)


def triggers(call: Call) -> list[dict[str, Any]]:
    """What starts builds of the BuildConfig."""
    spec = call("get", "bc", "app", "-o", "json").document["spec"]
    found: list[dict[str, Any]] = spec.get("triggers") or []
    return found


def references(call: Call) -> list[str]:
    """The Secrets that webhooks refer to, in their order."""
    blocks = (each.get("github") for each in triggers(call))
    return [each["secretReference"]["name"] for each in blocks if each]


def secret(call: Call, name: str = NAME) -> bytes:
    """What is in a Secret."""
    data = call("get", "secret", name, "-o", "json").document["data"]
    return base64.b64decode(data["WebHookSecretKey"])


def secrets(call: Call) -> set[str]:
    """The Secrets of webhooks that there are."""
    listed = call("get", "secrets", "-o", "name").stdout.split()
    return {each.removeprefix("secret/") for each in listed if "-webhook" in each}


def set_github(call: Call, *words: str) -> None:
    """Set a webhook of GitHub."""
    ended = call("set", "triggers", "bc/app", "--from-github", *words)
    assert ended.code == 0, ended.stderr


def test_a_webhook_refers_to_a_secret_that_goes_with_the_config(call: Call) -> None:
    set_github(call)

    *_, hook = triggers(call)
    assert hook == {"type": "GitHub", "github": {"secretReference": {"name": NAME}}}
    assert len(secret(call)) == 20
    (owner,) = call("get", "secret", NAME, "-o", "json").document["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["name"]) == ("BuildConfig", "app")


def test_each_time_it_is_a_new_one(call: Call) -> None:
    set_github(call)
    before = secret(call)

    set_github(call)

    assert secret(call) != before
    assert references(call) == [NAME]


def test_a_secret_is_replaced_without_a_gap(call: Call) -> None:
    set_github(call)
    before = secret(call)

    set_github(call, "--rotate")

    assert references(call) == [f"{NAME}-2", NAME]
    assert secret(call) == before


def test_and_the_old_one_goes_when_the_forge_knows_the_new(call: Call) -> None:
    set_github(call)
    set_github(call, "--rotate")

    set_github(call, "--finish-rotation")

    assert references(call) == [f"{NAME}-2"]
    assert secrets(call) == {f"{NAME}-2"}


def test_then_its_name_is_free_again(call: Call) -> None:
    set_github(call)
    set_github(call, "--rotate")
    set_github(call, "--finish-rotation")

    set_github(call, "--rotate")

    assert references(call) == [NAME, f"{NAME}-2"]


def test_who_rotates_twice_keeps_two(call: Call) -> None:
    for words in ((), ("--rotate",), ("--rotate",)):
        set_github(call, *words)

    assert references(call) == [f"{NAME}-3", f"{NAME}-2"]
    assert secrets(call) == {f"{NAME}-3", f"{NAME}-2"}


@pytest.mark.parametrize("words", [("--from-github", "--remove"), ("--remove-all",)])
def test_a_webhook_goes_with_its_secret(call: Call, words: tuple[str, ...]) -> None:
    set_github(call)

    call("set", "triggers", "bc/app", *words)

    assert references(call) == []
    assert secrets(call) == set()


def test_the_secrets_of_others_are_left_alone(call: Call) -> None:
    call("create", "secret", "generic", NAME, "--from-literal=WebHookSecretKey=mine")

    set_github(call)
    call("set", "triggers", "bc/app", "--remove-all")

    assert secret(call) == b"mine"


@pytest.mark.parametrize("words", [("--dry-run=client",), ("--dry-run=server",)])
def test_a_trial_keeps_nothing(call: Call, words: tuple[str, ...]) -> None:
    set_github(call, *words)

    assert secrets(call) == set()
    assert references(call) == []


def test_of_a_config_that_is_refused_no_secret_is_left(call: Call) -> None:
    verbs = ("--verb=get", "--verb=list", "--verb=create", "--verb=patch")
    call("create", "role", "r", *verbs, "--resource=secrets,buildconfigs.build.openshift.io")
    call("create", "rolebinding", "r", "--role=r", "--user=anna")

    ended = call("set", "triggers", "bc/app", "--from-github", "--as=anna")

    assert "cannot update" in ended.stderr
    assert secrets(call) == set()
