"""`slipcast new-app` and `new-build`: from words to objects that are there."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from slipcast.builds.sourcesecrets import ANNOTATION
from slipcast.source.tree import MemoryTree
from slipcast.testing.engine import FakeImage
from slipcast.testing.toolbox import FakeToolbox
from slipcast.values.faults import GitFault
from slipcast.values.image import ImageConfig
from slipcast.values.sensitive import Sensitive
from unit.cli.conftest import Call
from unit.cli.newapp.conftest import URL

TEMPLATE: dict[str, Any] = {
    "apiVersion": "template.openshift.io/v1",
    "kind": "Template",
    "metadata": {"name": "pair"},
    "parameters": [{"name": "A", "value": "one"}],
    "objects": [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${A}"}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${A}-2"}},
    ],
}


@pytest.fixture(autouse=True)
def _there(toolbox: FakeToolbox) -> None:
    toolbox.server.put(TEMPLATE)


def test_an_image_and_a_source_become_four_objects(call: Call) -> None:
    ended = call("new-app", f"python~{URL}")

    assert ended.code == 0, ended.stderr
    assert ended.stdout.splitlines()[-7:] == [
        '    imagestream "shop" created',
        '    buildconfig "shop" created',
        '    deploymentconfig "shop" created',
        '    service "shop" created',
        "--> Success",
        "    Build scheduled, use 'slipcast logs -f bc/shop' to track its progress.",
        "    Run 'slipcast status' to view your app.",
    ]
    assert call("get", "bc", "shop", "-o", "jsonpath={.spec.source.git.uri}").stdout == URL


@pytest.mark.parametrize(("secret", "warnings"), [((), 1), (("--source-secret=git",), 0)])
def test_credentials_in_a_url_are_not_kept_and_that_is_said(
    call: Call, secret: tuple[str, ...], warnings: int
) -> None:
    url = URL.replace("://", "://me:s3cret@")

    ended = call("new-app", f"python~{url}", *secret)

    assert ended.stdout.count("WARNING: the repository wants credentials") == warnings
    assert "s3cret" not in call("get", "bc", "shop", "-o", "json").stdout


def a_git_secret(name: str = "git", uri: str = "", **data: str) -> dict[str, Any]:
    """A Secret for sources, and the addresses it says it is for."""
    kept = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    annotations = {f"{ANNOTATION}1": uri} if uri else {}
    metadata = {"name": name, "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": kept}


def denied() -> GitFault:
    return GitFault("git.example.org asks who we are", reason="Authentication")


@pytest.mark.parametrize(
    ("uri", "words"), [("", ("--source-secret=git",)), ("https://*.example.org/*", ())]
)
def test_a_private_repository_is_looked_at_with_the_secret_of_its_builds_up_4(
    call: Call, toolbox: FakeToolbox, uri: str, words: tuple[str, ...]
) -> None:
    toolbox.work.s2i.tree = MemoryTree({"requirements.txt": b""})
    toolbox.server.put(a_git_secret(uri=uri, username="me", password="s3cret"))

    ended = call("new-app", URL, *words)

    assert ended.code == 0, ended.stderr
    assert '* The source is fetched with the secret "git"' in ended.stdout
    assert toolbox.work.s2i.request.source_secret[1] == ("password", Sensitive("s3cret"))
    source = call("get", "bc", "shop", "-o", "json").document["spec"]["source"]
    assert source["sourceSecret"] == {"name": "git"}


def test_a_repository_that_refuses_us_is_no_image_and_what_to_do_is_said_up_4_up_9(
    call: Call, toolbox: FakeToolbox
) -> None:
    toolbox.work.s2i.faults = [denied()]

    ended = call("new-app", URL)

    assert ended.code == 1
    assert "git.example.org asks who we are" in ended.stderr
    assert f"slipcast new-app {URL} --source-secret=NAME" in ended.stderr
    assert "no match" not in ended.stderr


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        ("git", 'add the key to known_hosts of the secret "git"'),
        ("gone", 'The secret "gone" is not in project "default", or you may not read it.'),
    ],
)
def test_what_the_secret_has_to_do_with_a_host_that_is_not_trusted_is_said_up_4(
    call: Call, toolbox: FakeToolbox, secret: str, said: str
) -> None:
    toolbox.server.put(a_git_secret(**{".gitconfig": "", "known_hosts": "other"}))
    hint = "add the key to known_hosts"
    toolbox.work.s2i.faults = [GitFault("another key", reason="Unreachable", hint=hint)]

    ended = call("new-app", URL, f"--source-secret={secret}")

    assert ended.code == 1
    assert said in ended.stderr


def test_what_only_the_users_own_credentials_can_read_is_said_sr_13(
    call: Call, toolbox: FakeToolbox
) -> None:
    toolbox.work.s2i.tree = MemoryTree({"requirements.txt": b""})
    toolbox.git.refusals = [denied()]

    ended = call("new-app", URL)

    assert "WARNING: the repository wants credentials" in ended.stdout
    assert "slipcast set build-secret --source bc/shop SECRET" in ended.stdout


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (a_git_secret(username="me", password="x"), ""),
        (a_git_secret(**{"ssh-privatekey": "KEY"}), "holds no username and password"),
        (a_git_secret(**{".dockerconfigjson": "{}"}), "holds none of what git can use"),
        (a_git_secret("other", password="x"), 'there is no secret "git" in project "default"'),
    ],
)
def test_a_secret_that_is_for_something_else_is_refused_up_4(
    call: Call, toolbox: FakeToolbox, secret: dict[str, Any], said: str
) -> None:
    toolbox.server.put(secret)

    assert said in call("new-app", f"python~{URL}", "--source-secret=git").stderr


def test_the_same_again_changes_nothing_up_24(call: Call) -> None:
    call("new-app", f"python~{URL}")
    before = call("get", "bc", "shop", "-o", "json").document

    ended = call("new-app", f"python~{URL}")

    assert ended.code == 0
    assert ended.stdout.count(" unchanged\n") == 4
    assert call("get", "bc", "shop", "-o", "json").document == before


def test_what_is_asked_otherwise_is_changed_and_secrets_stay_up_24(call: Call) -> None:
    call("new-app", f"python~{URL}")
    before = call("get", "bc", "shop", "-o", "json").document

    ended = call("new-app", f"python~{URL}#v2")

    after = call("get", "bc", "shop", "-o", "json").document
    assert '    buildconfig "shop" configured\n' in ended.stdout
    assert after["spec"]["source"]["git"]["ref"] == "v2"
    assert after["spec"]["triggers"] == before["spec"]["triggers"]


def test_a_stream_of_another_application_keeps_its_owner_up_25(call: Call) -> None:
    call("new-app", f"python~{URL}")
    before = call("get", "is", "shop", "-o", "json").document["metadata"]["labels"]

    ended = call("new-build", f"python~{URL}", "--name=second", "--to=shop:second")
    gone = call("delete", "app", "second")

    assert ended.code == 0, ended.stderr
    assert gone.stdout == 'buildconfig.build.openshift.io "second" deleted\n'
    assert call("get", "is", "shop", "-o", "json").document["metadata"]["labels"] == before


def test_words_of_a_secret_in_a_template_are_unchanged_the_second_time_up_24(
    call: Call, toolbox: FakeToolbox
) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "db"},
        "stringData": {"user": "${A}"},
    }
    toolbox.server.put({**TEMPLATE, "metadata": {"name": "held"}, "objects": [secret]})
    call("new-app", "held")

    ended = call("new-app", "held")

    assert '    secret "db" unchanged\n' in ended.stdout


@pytest.fixture
def _elsewhere(toolbox: FakeToolbox) -> None:
    toolbox.server.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}})


@pytest.mark.usefixtures("_elsewhere")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("new-app", "use 'slipcast logs -f bc/shop -n other' to track"),
        ("new-app", "Run 'slipcast status -n other' to view"),
        ("new-build", "Run 'slipcast logs -f bc/shop -n other' to stream"),
    ],
)
def test_what_to_do_next_names_a_namespace_that_is_not_the_contexts(
    call: Call, command: str, said: str
) -> None:
    ended = call(command, f"python~{URL}", "-n", "other")

    assert said in ended.stdout


@pytest.mark.usefixtures("_elsewhere")
def test_a_directory_that_is_sent_to_another_namespace_is_sent_again_there(
    call: Call, toolbox: FakeToolbox
) -> None:
    (toolbox.directory / "shop").mkdir()

    ended = call("new-app", "python~./shop", "-n", "other")

    assert "'slipcast start-build shop -n other --from-dir=" in ended.stdout


@pytest.mark.usefixtures("_elsewhere")
def test_a_directory_that_is_printed_for_another_namespace_is_sent_there(
    call: Call, toolbox: FakeToolbox
) -> None:
    (toolbox.directory / "shop").mkdir()

    ended = call("new-app", "python~./shop", "-o", "json", "-n", "other")

    assert f"start-build shop -n other --from-dir={toolbox.directory}/shop" in ended.stderr


def test_the_namespace_of_the_context_goes_without_saying(call: Call) -> None:
    ended = call("new-app", f"python~{URL}", "-n", "default")

    assert "use 'slipcast logs -f bc/shop' to track" in ended.stdout


def test_an_image_of_this_machine_is_found_with_its_ports_rs_43(
    call: Call, toolbox: FakeToolbox
) -> None:
    config = ImageConfig(exposed_ports=("80/tcp",), user="1001", env=(("A", "1"),))
    toolbox.work.engine.add("localhost/own:1", FakeImage(config=config))

    ended = call("new-app", "localhost/own:1")

    assert "localhost/own:1 on this machine" in ended.stdout
    assert "has to be where builds and pods run" in ended.stdout
    assert '    service "own" created\n' in ended.stdout


def test_an_image_of_another_sort_takes_nothing_over(call: Call) -> None:
    call("new-build", f"python~{URL}")

    ended = call("new-build", f"localhost/python:1~{URL}", "--strategy=source")

    assert ended.code == 0, ended.stderr
    strategy = call("get", "bc", "shop", "-o", "json").document["spec"]["strategy"]
    assert strategy["sourceStrategy"]["from"] == {
        "kind": "DockerImage",
        "name": "localhost/python:1",
    }


def test_a_dry_run_shows_what_would_differ_and_does_nothing(call: Call) -> None:
    call("new-app", f"python~{URL}")

    ended = call("new-app", f"python~{URL}#v2", "--dry-run")

    assert "      spec.source.git.ref differs\n" in ended.stdout
    assert ended.stdout.endswith("--> Success (dry run)\n")
    assert "ref" not in call("get", "bc", "shop", "-o", "json").document["spec"]["source"]["git"]


def test_what_deploys_the_same_in_another_form_is_told_of(call: Call) -> None:
    first = call("new-app", f"python~{URL}")

    other = call("new-app", f"python~{URL}", "--as-deployment")

    assert "warning" not in first.stderr
    assert "warning: deploymentconfig/shop is there as well" in other.stderr


def test_what_somebody_else_made_is_left_alone_up_24(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "shop"},
            "spec": {"ports": [{"port": 1}]},
        }
    )

    ended = call("new-app", f"python~{URL}")

    assert ended.code == 1
    assert 'services "shop" already exists, and new-app did not make it' in ended.stderr
    assert call("get", "bc", "shop").code == 1


def test_all_is_looked_at_before_the_first_is_written_up_19(call: Call) -> None:
    ended = call("new-app", "pair", "-p", "A=Not a name")

    assert ended.code == 1
    assert ended.stderr.count("Invalid value") == 2
    assert call("get", "cm", "-o", "name").stdout == ""


def test_a_template_is_filled_in_and_labelled_tp_70(call: Call) -> None:
    ended = call("new-app", "pair", "-p", "A=two", "-l", "tier=x")

    assert ended.code == 0, ended.stderr
    assert call("get", "cm", "-l", "tier=x", "-o", "name").stdout == (
        "configmap/two\nconfigmap/two-2\n"
    )


def test_what_a_template_says_moves_no_cursor(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put({**TEMPLATE, "metadata": {"name": "odd"}, "message": "gone\x1b[2J"})

    ended = call("new-app", "odd")

    assert ended.code == 0, ended.stderr
    assert "gone" in ended.stdout
    assert "\x1b" not in ended.stdout + ended.stderr


def test_a_template_once_more_keeps_what_chance_made_up_24_up_32(
    call: Call, toolbox: FakeToolbox
) -> None:
    word = {"name": "WORD", "generate": "expression", "from": "[a-z]{9}"}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}}
    objects = [{**secret, "stringData": {"url": "db://me:${WORD}@${A}"}}]
    made = {"parameters": [word, *TEMPLATE["parameters"]], "objects": objects}
    toolbox.server.put({**TEMPLATE, **made, "metadata": {"name": "chance"}})
    call("new-app", "chance")

    again = call("new-app", "chance")

    assert '    secret "db" unchanged' in again.stdout
    assert "# generated before" in again.stdout


def test_a_variable_of_a_file_gives_way_to_the_flags_and_that_is_said_na_52(
    call: Call, toolbox: FakeToolbox
) -> None:
    (toolbox.directory / "env").write_text("A=file\nB=file\n")

    ended = call("new-app", f"python~{URL}", "-e", "A=flag", "--env-file=env", "-o", "json")

    assert "warning: A of --env-file is given by --env as well" in ended.stderr
    (config,) = [each for each in ended.document["items"] if each["kind"] == "DeploymentConfig"]
    assert config["spec"]["template"]["spec"]["containers"][0]["env"] == [
        {"name": "A", "value": "flag"},
        {"name": "B", "value": "file"},
    ]


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("--grant-install-rights", "no image is given rights to install itself"),
        ("--output-version=v7", "unknown --output-version 'v7'"),
        ("--import-mode=Some", "import mode"),
    ],
)
def test_flags_that_mean_nothing_here_say_so(call: Call, flag: str, said: str) -> None:
    ended = call("new-app", f"python~{URL}", flag)

    assert (ended.code, said in ended.stderr) == (1, True)


def test_a_script_may_say_that_nothing_is_to_be_installed(call: Call) -> None:
    assert call("new-app", f"python~{URL}", "--no-install", "--dry-run").code == 0


def test_what_is_listed_is_given_as_it_is_na_75(call: Call) -> None:
    listed = call("new-app", "-L", "-o", "json").document["items"]

    assert [(each["kind"], each["metadata"]["name"]) for each in listed] == [
        ("Template", "pair"),
        ("ImageStream", "python"),
    ]
    assert call("new-app", "-S", "pyth", "-o", "name").stdout == "imagestream/python\n"


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_objects_are_printed_and_not_made_go_143(call: Call, form: str) -> None:
    ended = call("new-build", f"python~{URL}", "-o", form)

    assert ended.code == 0
    assert "kind: List" in ended.stdout or ended.document["kind"] == "List"
    assert call("get", "bc", "-o", "name").stdout == ""


def test_names_are_printed_of_what_was_made(call: Call) -> None:
    ended = call("new-build", f"python~{URL}", "-o", "name")

    assert ended.stdout == "imagestream/shop\nbuildconfig/shop\n"
    assert call("get", "bc", "-o", "name").stdout == "buildconfig.build.openshift.io/shop\n"


def test_what_can_be_used_is_listed_and_found_na_72(call: Call) -> None:
    listed, found = call("new-app", "-L"), call("new-app", "-S", "pyth")

    assert "pair\n  Project: default\n" in listed.stdout
    assert "python\n  Project: openshift\n  Tags:    3.11, latest\n" in found.stdout
    assert "pair" not in found.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "You must specify one or more images"),
        (("-L", "x"), "--list: takes no words"),
        (("-S",), "--search: needs something to look for"),
        (("-S", "zzz"), "no matches found"),
        (("pythn",), 'no match for "pythn"'),
        (("pyth",), '--image-stream="openshift/python:3.11"'),
        (("python", "--name=No"), "--name: a DNS-1035 label must"),
        (("python", "--strategy=what"), "invalid strategy: 'what'"),
        (("python", "-e", "a b=c"), "invalid parameter assignment in --env"),
        (("python", "-p", "A=1"), "--param and --param-file may only be used with a template"),
        (("pair", "-p", "B=1"), 'unknown parameter name "B": template "pair" has A\n'),
        (("python", "-o", "wat"), 'output format "wat" not recognized'),
    ],
)
def test_what_cannot_be_is_told(call: Call, words: tuple[str, ...], said: str) -> None:
    ended = call("new-app", *words)

    assert ended.code == 1
    assert said in ended.stderr


def test_variables_of_files_and_words_go_to_containers_na_50(
    call: Call, toolbox: FakeToolbox
) -> None:
    (toolbox.directory / "e.env").write_text("B=2\n")

    ended = call("new-app", f"python~{URL}", "A=1", "--env-file", "e.env", "-o", "json")

    (dc,) = [each for each in ended.document["items"] if each["kind"] == "DeploymentConfig"]
    container = dc["spec"]["template"]["spec"]["containers"][0]
    assert json.dumps(container["env"]) == (
        '[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]'
    )


def test_secrets_that_are_typed_are_warned_of_up_12(call: Call) -> None:
    ended = call("new-app", f"python~{URL}", "-e", "API_TOKEN=zzz", "--build-env", "PIP_TOKEN=yyy")

    assert ended.code == 0, ended.stderr
    assert "the value of API_TOKEN is kept as plain text in what deploys it;" in ended.stderr
    assert "the value of PIP_TOKEN is kept as plain text in the BuildConfig" in ended.stderr
    assert "zzz" not in ended.stderr
    assert "yyy" not in ended.stderr
