"""`slipcast login`, `logout`, `project`, `projects`, `new-project` and `config`."""

from __future__ import annotations

import pytest

from slipcast.api import kubeconfig
from slipcast.api.kubeconfig import Access
from slipcast.cli import contextnames
from slipcast.cli.commands.login import address
from slipcast.cli.contextnames import Names
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

URL = "https://build.example.com:8443"
NAME = "default/build-example-com:8443/admin"


def test_a_login_by_token_is_kept_under_the_names_oc_uses(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("login", URL, "--token=secret")

    assert ended.code == 0
    assert f'Logged into "{URL}" as "admin" using the token provided.' in ended.stdout
    assert toolbox.config.document["current-context"] == NAME
    way = kubeconfig.access(toolbox.config.document)
    assert way is not None
    assert (way.server, way.token, way.namespace) == (URL, "secret", "default")


def test_a_login_by_password_gets_a_token(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.entrance.passwords["anna"] = "pass"

    ended = call("login", URL, "-u", "anna", "-p", "pass")

    assert ended.stdout.startswith("Login successful.\n")
    way = kubeconfig.access(toolbox.config.document)
    assert way is not None
    assert (way.token, way.password) == ("token-of-anna", "")


def test_a_wrong_password_lets_nobody_in(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("login", URL, "-u", "anna", "-p", "wrong")

    assert ended.code == 1
    assert ended.stderr.startswith("error: Login failed (401 Unauthorized)\n")
    assert toolbox.config.document["contexts"] == []


def test_a_login_by_browser_gets_a_token(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.entrance.at_the_browser = "anna"

    ended = call("login", URL, "--web", "--callback-port=8080")

    way = kubeconfig.access(toolbox.config.document)
    assert way is not None
    assert way.token == "token-of-anna"
    assert toolbox.programs.shown == [f"{URL}/oauth/authorize?port=8080"]
    assert toolbox.programs.shown[0] in ended.stderr


def test_who_is_sent_back_by_the_browser_is_told(call: Call, toolbox: FakeToolbox) -> None:
    ended = call("login", URL, "--web")

    assert ended.code == 1
    assert ended.stderr.splitlines()[1] == "error: Login failed: the server says 'access_denied'"
    assert toolbox.config.document["contexts"] == []


@pytest.mark.parametrize("more", ["--token=x", "--username=anna", "--password=x"])
def test_a_browser_needs_neither_token_nor_password(call: Call, more: str) -> None:
    ended = call("login", URL, "--web", more)

    assert (ended.code, "--web goes with neither" in ended.stderr) == (1, True)


def test_a_wrong_token_lets_nobody_in(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.wrong_tokens.add("junk")

    ended = call("login", URL, "--token=junk")

    assert ended.code == 1
    assert ended.stderr.startswith("error: The token provided is invalid or expired.\n")


def test_without_a_server_there_is_no_login(call: Call) -> None:
    ended = call("login", "--token=x")

    assert ended.code == 1
    assert "error: no server is known" in ended.stderr


def test_an_address_is_https_unless_it_says_otherwise() -> None:
    assert address("host:8443") == "https://host:8443"
    assert address("http://host/") == "http://host"


def test_the_current_project_is_marked(call: Call) -> None:
    call("login", URL, "--token=secret")
    call("new-project", "shop")

    ended = call("projects", "-n", "shop")

    assert "  * shop\n" in ended.stdout
    assert "    default\n" in ended.stdout
    assert call("projects", "-q").stdout.split()[0] == "default"


def test_a_project_that_is_not_seen_is_not_used(call: Call) -> None:
    ended = call("project", "nowhere")

    assert ended.code == 1
    assert ended.stderr.startswith('error: You are not a member of project "nowhere".\n')


def test_the_project_in_use_is_told(call: Call) -> None:
    assert call("project").stdout == 'Using project "default" on server "https://memory".\n'
    assert call("project", "-q").stdout == "default\n"


def test_a_project_is_asked_for_with_its_words(call: Call) -> None:
    words = ("--display-name=A shop", "--description=Sells", "--skip-config-write")
    ended = call("new-project", "shop", *words)

    assert ended.stdout.startswith('Project "shop" created on server "https://memory".\n')
    annotations = call("get", "ns", "shop", "-o", "json").document["metadata"]["annotations"]
    assert annotations["openshift.io/display-name"] == "A shop"


def test_a_context_of_another_project_is_another_context(call: Call, toolbox: FakeToolbox) -> None:
    call("login", URL, "--token=secret")

    changed = contextnames.in_project(toolbox.config.document, NAME, "shop")

    assert changed["current-context"] == "shop/build-example-com:8443/admin"
    way = kubeconfig.access(changed)
    assert way is not None
    assert (way.token, way.namespace) == ("secret", "shop")


def test_a_logout_forgets_the_token(call: Call, toolbox: FakeToolbox) -> None:
    call("login", URL, "--token=secret")

    ended = call("logout")

    assert ended.stdout == f'Logged "admin" out on "{URL}"\n'
    way = kubeconfig.access(toolbox.config.document)
    assert way is not None
    assert way.token == ""
    assert call("logout").code == 1


def test_a_logout_takes_no_tokens_of_others(call: Call, toolbox: FakeToolbox) -> None:
    token = {"clientName": "c", "userName": "bert", "userUID": "1", "scopes": ["user:full"]}
    head = {"apiVersion": "oauth.openshift.io/v1", "kind": "OAuthAccessToken"}
    name = "sha256~" + "a" * 43
    redirect = {"redirectURI": "https://example.com"}
    toolbox.server.put({**head, "metadata": {"name": name}, **token, **redirect})
    call("login", URL, "--token=secret")

    call("logout")

    assert name in call("get", "oauthaccesstokens", "-o", "name").stdout


@pytest.mark.parametrize(
    ("server", "cluster"),
    [(URL, "build-example-com:8443"), ("https://host", "host:443"), ("http://host", "host:80")],
)
def test_a_cluster_is_named_after_its_address(server: str, cluster: str) -> None:
    assert Names.of(server, "anna").cluster == cluster


def test_contexts_are_listed_chosen_changed_and_deleted(call: Call) -> None:
    call("login", URL, "--token=secret")

    assert call("config", "get-contexts", "-o", "name").stdout == f"{NAME}\n"
    assert call("config", "current-context").stdout == f"{NAME}\n"
    changed = call("config", "set-context", "--current", "--namespace=shop")
    assert changed.stdout == f'Context "{NAME}" modified.\n'
    assert "shop\n" in call("config", "get-contexts").stdout
    assert call("config", "use-context", NAME).stdout == f'Switched to context "{NAME}".\n'
    assert call("config", "delete-context", NAME).stdout == f"deleted context {NAME}\n"
    assert call("config", "get-contexts", "-o", "name").stdout == ""


def test_a_context_that_is_not_there_is_not_used(call: Call) -> None:
    ended = call("config", "use-context", "nowhere")

    assert ended.stderr == 'error: no context exists with the name: "nowhere"\n'


def test_what_is_secret_is_shown_only_when_asked_for(call: Call) -> None:
    call("login", URL, "--token=secret")

    assert "token: REDACTED" in call("config", "view").stdout
    assert "token: secret" in call("config", "view", "--raw").stdout


def test_one_context_alone_is_shown() -> None:
    config = contextnames.logged_in({}, Access(server=URL, token="a"), "anna", "x")
    config = contextnames.logged_in(config, Access(server="https://b", token="b"), "bert", "y")

    small = contextnames.minified(config, "x/build-example-com:8443/anna")

    assert [each["name"] for each in small["users"]] == ["anna/build-example-com:8443"]
    assert [each["name"] for each in small["clusters"]] == ["build-example-com:8443"]
