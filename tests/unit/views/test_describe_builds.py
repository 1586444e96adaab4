"""Builds and BuildConfigs, described (cli.md section 10)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.views.describe import builds
from slipcast.views.describe.description import described
from slipcast.views.describe.page import Around

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
COMMIT = {
    "commit": "0123456789abcdef",
    "message": "mend it\n\nat length",
    "author": {"name": "Ada", "email": "ada@example.com"},
    "committer": {"name": "Bob"},
}


def told(
    name: str, spec: JSON, status: JSON | None = None, made: tuple[JSON, ...] = ()
) -> dict[str, str]:
    """The description of a build or a configuration, value by label."""
    metadata = {
        "name": "app",
        "namespace": "shop",
        "creationTimestamp": "2026-11-22T11:50:00Z",
        "labels": {"b": "2", "a": "1"},
        "annotations": {"description": "An application.", "x": "y"},
    }
    content: JSON = {"metadata": metadata, "spec": spec, "status": status or {}}
    around = Around(now=NOON, server="https://example.com:8443", builds=made)
    text = described(kinds.require(kinds.BUILD, name), content, around)
    pairs = (line.partition(":") for line in text.splitlines())
    return {label.strip(): value.strip() for label, _, value in pairs if label.strip()}


def test_every_description_begins_with_who_and_where_and_since_when() -> None:
    page = told("Build", {})

    assert list(page)[:4] == ["Name", "Namespace", "Created", "Labels"]
    assert (page["Created"], page["Labels"]) == ("10 minutes ago", "a=1")
    assert (page["Description"], page["Annotations"]) == ("An application.", "x: y")


@pytest.mark.parametrize(
    ("status", "duration"),
    [
        ({"phase": "New"}, "waiting for 10m"),
        ({"phase": "Running", "startTimestamp": "2026-11-22T11:59:00Z"}, "running for 60s"),
        ({"phase": "Cancelled", "completionTimestamp": "2026-11-22T11:51:00Z"}, "waited for 60s"),
        ({"phase": "Complete", "startTimestamp": "2026-11-22T11:55:00Z",
          "completionTimestamp": "2026-11-22T11:57:00Z", "duration": 120 * 10**9}, "2m0s"),
        ({"phase": "Failed", "startTimestamp": "2026-11-22T11:55:00Z",
          "completionTimestamp": "2026-11-22T11:57:00Z"}, "2m"),
        ({"phase": "Cancelled"}, "unknown"),
        ({"phase": "Cancelled", "startTimestamp": "2026-11-22T11:55:00Z"}, "unknown"),
    ],
)  # fmt: skip
def test_a_build_tells_how_long_it_took_or_waits_de_2(status: JSON, duration: str) -> None:
    assert told("Build", {}, status)["Duration"] == duration


def test_a_build_tells_how_it_goes() -> None:
    status = {
        "phase": "Failed",
        "message": "it broke",
        "startTimestamp": "2026-11-22T11:55:00Z",
        "config": {"name": "app"},
        "output": {"to": {"imageDigest": "sha256:1"}},
        "stages": [{"name": "FetchInputs", "durationMilliseconds": 1500}],
        "logSnippet": "one\ntwo",
    }

    page = told("Build", {}, status)

    assert page["Status"] == "Failed (it broke)"
    assert page["Started"] == "Sun, 22 Nov 2026 11:55:00 UTC"
    assert (page["Build Config"], page["Build Pod"]) == ("app", "app-build")
    assert (page["Image Digest"], page["FetchInputs"]) == ("sha256:1", "1s")
    assert page["Log Tail"] == "one"


def test_a_moment_that_cannot_be_read_is_told_as_it_is() -> None:
    assert builds.started("yesterday") == "yesterday"


def test_people_without_names_are_left_out() -> None:
    page = told("Build", {"revision": {"git": {"commit": "0123456789"}}})

    assert page["Commit"] == "0123456"
    assert "Author/Committer" not in page


def test_the_source_is_told() -> None:
    source = {
        "git": {"uri": "https://example.com/app.git", "ref": "main"},
        "contextDir": "web",
        "sourceSecret": {"name": "key"},
        "secrets": [{"secret": {"name": "s"}, "destinationDir": "d"}, {"secret": {"name": "t"}}],
        "configMaps": [{"configMap": {"name": "c"}}],
        "images": [
            {
                "from": {"kind": "ImageStreamTag", "name": "x:1"},
                "paths": [{"sourcePath": "/a", "destinationDir": "b"}],
            }
        ],
    }

    page = told("Build", {"source": source, "revision": {"git": COMMIT}})

    assert (page["URL"], page["Ref"]) == ("https://example.com/app.git", "main")
    assert (page["ContextDir"], page["Source Secret"]) == ("web", "key")
    assert (page["Build Secrets"], page["Build ConfigMaps"]) == ("s->d,t->.", "c->.")
    assert page["Image Source"] == "copies /a->b from ImageStreamTag x:1"


def test_a_commit_is_short_and_names_who_committed_it_if_not_its_author_de_3() -> None:
    page = told("Build", {"revision": {"git": COMMIT}})

    assert page["Commit"] == "0123456 (mend it)"
    assert (page["Author"], page["Committer"]) == ("Ada <ada@example.com>", "Bob")


def test_an_author_who_committed_is_named_once_de_3() -> None:
    page = told("Build", {"revision": {"git": {**COMMIT, "committer": COMMIT["author"]}}})

    assert page["Author/Committer"] == "Ada <ada@example.com>"


@pytest.mark.parametrize(
    ("source", "label", "value"),
    [
        ({"binary": {}}, "Binary", "provided on build"),
        ({"binary": {"asFile": "x"}}, "Binary", 'provided as file "x" on build'),
        ({}, "Empty Source", "no input source provided"),
        ({"dockerfile": "FROM x\nRUN y"}, "Dockerfile", "FROM x"),
    ],
)
def test_other_sources_are_told(source: JSON, label: str, value: str) -> None:
    assert told("Build", {"source": source})[label] == value


def test_the_strategy_is_told() -> None:
    env = [
        {"name": "A", "value": "1"},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
    ]
    strategy = {
        "from": {"kind": "ImageStreamTag", "namespace": "n", "name": "ruby:2.3"},
        "scripts": "https://example.com/scripts",
        "incremental": True,
        "forcePull": False,
        "pullSecret": {"name": "p"},
        "env": env,
        "volumes": [{"name": "v", "mounts": [{"destinationPath": "/v"}]}],
    }

    page = told("Build", {"strategy": {"sourceStrategy": strategy}})

    assert (page["Strategy"], page["From Image"]) == ("Source", "ImageStreamTag n/ruby:2.3")
    assert (page["Incremental Build"], page["Pull Secret"]) == ("true", "p")
    assert page["Environment"] == "A=1"
    assert "B=" not in page
    assert "Force Pull" not in page
    assert page["Volume"] == "v at /v"


@pytest.mark.parametrize(
    ("strategy", "label", "value"),
    [
        ({"dockerStrategy": {"dockerfilePath": "D", "noCache": True}}, "No Cache", "true"),
        ({"dockerStrategy": {"from": {"kind": "DockerImage", "name": "x"}}},
         "Image Reference", "DockerImage x"),
        ({"customStrategy": {"exposeDockerSocket": True}}, "Expose Docker Socket", "true"),
        ({"jenkinsPipelineStrategy": {}}, "Jenkins",
         "Jenkins runs pipelines, and none has taken this one up"),
        ({"jenkinsPipelineStrategy": {}}, "Jenkinsfile", "from source repository root"),
        ({"jenkinsPipelineStrategy": {"jenkinsfilePath": "J"}}, "Jenkinsfile", "at J"),
        ({"jenkinsPipelineStrategy": {"jenkinsfile": "node {}"}}, "Jenkinsfile", "node {}"),
    ],
)  # fmt: skip
def test_other_strategies_are_told(strategy: JSON, label: str, value: str) -> None:
    assert told("Build", {"strategy": strategy})[label] == value


@pytest.mark.parametrize(
    ("hook", "argv"),
    [
        ({"script": "rake"}, '["/bin/sh", "-ic", "rake"]'),
        ({"script": "rake $1", "args": ["x"]}, '["/bin/sh", "-ic", "rake $1", "/bin/sh", "x"]'),
        ({"command": ["a"], "args": ["b"]}, '["a", "b"]'),
        ({"args": ["b"]}, '["<image-entrypoint>", "b"]'),
    ],
)
def test_a_hook_is_told_as_it_is_run(hook: JSON, argv: str) -> None:
    assert told("Build", {"postCommit": hook})["Post Commit Hook"] == argv


def test_the_output_is_told() -> None:
    output = {"to": {"kind": "ImageStreamTag", "name": "app:1"}, "pushSecret": {"name": "p"}}

    page = told("Build", {"output": output, "completionDeadlineSeconds": 600})

    assert (page["Output to"], page["Push Secret"]) == ("ImageStreamTag app:1", "p")
    assert page["Fail Build After"] == "10m"


def test_causes_are_told_without_what_callers_must_know() -> None:
    hook = {"secret": "abc", "revision": {"git": COMMIT}}
    cause = {"message": "GitHub WebHook", "githubWebHook": hook}

    page = told("Build", {"triggeredBy": [cause]})

    assert (page["Build trigger cause"], page["Secret"]) == ("GitHub WebHook", "*****")
    assert page["Commit"] == "0123456 (mend it)"


def test_a_new_image_as_a_cause_is_told() -> None:
    change = {"imageID": "x@sha256:1", "fromRef": {"kind": "ImageStreamTag", "name": "x:1"}}

    page = told("Build", {"triggeredBy": [{"message": "Image change", "imageChangeBuild": change}]})

    assert (page["Image ID"], page["Image Name/Kind"]) == ("x@sha256:1", "ImageStreamTag x:1")


def test_a_configuration_that_never_built_says_so() -> None:
    page = told("BuildConfig", {})

    assert page["Latest Version"] == "Never built"
    assert page["Triggered by"] == "<none>"


def test_a_configuration_tells_what_starts_builds_and_where_webhooks_call() -> None:
    triggers = [
        {"type": "ConfigChange"},
        {"type": "ImageChange", "imageChange": {}},
        {"type": "ImageChange",
         "imageChange": {"from": {"kind": "ImageStreamTag", "name": "x:1"}}},
        {"type": "Unknown"},
        {"type": "Generic", "generic": {"secret": "abc", "allowEnv": True}},
    ]  # fmt: skip

    page = told("BuildConfig", {"triggers": triggers, "runPolicy": "Serial"})

    assert page["Triggered by"] == "Config, ImageChange, Image(ImageStreamTag x:1)"
    assert page["URL"] == (
        "https://example.com:8443/apis/build.openshift.io/v1/namespaces/shop/buildconfigs/app"
        "/webhooks/<secret>/generic"
    )
    assert page["AllowEnv"] == "true"


def test_a_configuration_lists_its_ten_newest_builds() -> None:
    made = tuple(
        {
            "metadata": {"name": f"app-{n}", "creationTimestamp": f"2026-11-22T11:{n:02}:00Z"},
            "status": {"phase": "New"},
        }
        for n in range(1, 13)
    )

    text = "\n".join(told("BuildConfig", {"successfulBuildsHistoryLimit": 5}, made=made))

    assert text.index("app-12") < text.index("app-3 ")
    assert "app-2 " not in text


def test_builds_of_one_second_are_told_by_their_numbers() -> None:
    made = tuple(
        {
            "metadata": {
                "name": f"app-{n}",
                "creationTimestamp": "2026-11-22T11:00:00Z",
                "annotations": {"openshift.io/build.number": str(n)},
            }
        }
        for n in (1, 10, 2)
    )

    text = "\n".join(told("BuildConfig", {}, made=made))

    assert text.index("app-10") < text.index("app-2") < text.index("app-1 ")


def test_a_build_that_nobody_says_why_it_was_started_says_so() -> None:
    assert told("Build", {})["Build trigger cause"] == "<unknown>"
