"""What webhooks must know, kept in a Secret beside the BuildConfig (GO-70, UP-16)."""

from __future__ import annotations

import json

from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call
from unit.cli.newapp.conftest import URL


def test_secrets_of_webhooks_are_kept_in_a_secret_and_the_same_again_changes_nothing_go_70(
    call: Call,
) -> None:
    first = call("new-app", f"python~{URL}", "--secret-webhooks")
    before = call("get", "secret", "shop-webhooks", "-o", "json").document

    again = call("new-app", f"python~{URL}", "--secret-webhooks")

    config = call("get", "bc", "shop", "-o", "json").document
    assert (first.code, again.code) == (0, 0)
    assert again.stdout.count(" unchanged\n") == 5
    assert call("get", "secret", "shop-webhooks", "-o", "json").document == before
    assert '"secret"' not in json.dumps(config["spec"]["triggers"])


def test_a_secret_of_somebody_else_is_no_secret_of_webhooks_go_70(
    call: Call, toolbox: FakeToolbox
) -> None:
    toolbox.server.put(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "shop-webhooks", "annotations": {"mine": "yes"}},
        }
    )

    ended = call("new-app", f"python~{URL}", "--secret-webhooks")

    assert ended.code == 1
    assert 'secrets "shop-webhooks" already exists, and new-app did not make it' in ended.stderr
    assert call("get", "bc", "shop").code != 0


def test_an_application_goes_with_the_secret_of_its_webhooks_go_70_up_25(call: Call) -> None:
    call("new-app", f"python~{URL}", "--secret-webhooks")

    call("delete", "app", "shop")

    assert call("get", "secret", "shop-webhooks").code != 0
