"""`slipcast get`, over a real store."""

from __future__ import annotations

import pytest

from slipcast.api.document import JSON
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call, Called

CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap"}
BUILD_CONFIG: JSON = {
    "apiVersion": "build.openshift.io/v1",
    "kind": "BuildConfig",
    "metadata": {"name": "app", "labels": {"app": "web"}},
    "spec": {
        "source": {"git": {"uri": "https://example.com/app.git", "ref": "main"}},
        "strategy": {"sourceStrategy": {"from": {"kind": "ImageStreamTag", "name": "ruby:2.3"}}},
    },
}


@pytest.fixture
def get(call: Call, toolbox: FakeToolbox) -> Call:
    """Calls `slipcast get` on a server that has a few objects."""
    toolbox.server.put(
        {**CONFIG_MAP, "metadata": {"name": "a", "labels": {"app": "web"}}, "data": {"k": "1Gi"}},
        {**CONFIG_MAP, "metadata": {"name": "b"}, "data": {"k": "500Mi"}},
        BUILD_CONFIG,
    )

    def run(*words: str) -> Called:
        return call("get", *words)

    return run


def test_objects_are_shown_as_a_table(get: Call) -> None:
    ended = get("bc")

    assert ended.stdout == "NAME   TYPE     FROM       LATEST\napp    Source   Git@main   0\n"


def test_several_types_are_several_tables_with_kinds(get: Call) -> None:
    ended = get("cm/b", "bc/app")

    assert ended.stdout.splitlines() == [
        "NAME          DATA   AGE",
        "configmap/b   1      0s",
        "",
        "NAME                                 TYPE     FROM       LATEST",
        "buildconfig.build.openshift.io/app   Source   Git@main   0",
    ]


def test_labels_can_be_columns(get: Call) -> None:
    ended = get("cm", "-L", "app", "--show-labels", "--no-headers")

    assert ended.stdout == "a     1     0s    web   app=web\nb     1     0s          <none>\n"


def test_all_namespaces_have_a_column(get: Call) -> None:
    assert get("bc", "-A").stdout.splitlines()[1].startswith("default     app")


def test_nothing_found_is_said(get: Call) -> None:
    assert get("secret", "-n", "x").stderr == "No resources found in x namespace.\n"
    assert get("lease", "-A").stderr == "No resources found\n"


def test_what_is_not_there_is_an_error_beside_the_rest_cl_1(get: Call) -> None:
    ended = get("cm", "a", "nope")

    assert ended.code == 1
    assert ended.stdout.splitlines()[1] == "a      1      0s"
    assert ended.stderr == 'Error from server (NotFound): configmaps "nope" not found\n'


def test_what_is_not_there_can_be_ignored(get: Call) -> None:
    ended = get("cm", "nope", "--ignore-not-found")

    assert (ended.code, ended.stdout, ended.stderr) == (0, "", "")


def test_selectors_choose(get: Call) -> None:
    assert get("cm", "-l", "app=web", "-o", "name").stdout == "configmap/a\n"
    assert get("cm", "--field-selector", "metadata.name!=a", "-o", "name").stdout == "configmap/b\n"


def test_a_bad_selector_is_told_as_kubectl_does(get: Call) -> None:
    ended = get("cm", "--field-selector", "x=y")

    assert ended.stderr == (
        'Error from server (BadRequest): Unable to find "/v1, Resource=configmaps" that match '
        'label selector "", field selector "x=y": field label not supported: x\n'
    )


def test_names_and_selectors_exclude_each_other(get: Call) -> None:
    ended = get("cm", "a", "-l", "x")

    assert ended.code == 1
    assert ended.stderr == "error: name cannot be provided when a selector is specified\n"


def test_one_object_is_printed_whole_without_managed_fields(get: Call) -> None:
    metadata = get("cm", "a", "-o", "json").document["metadata"]

    assert metadata["name"] == "a"
    assert "managedFields" not in metadata


def test_managed_fields_are_shown_when_asked_for(get: Call) -> None:
    metadata = get("cm", "a", "-o", "json", "--show-managed-fields").document["metadata"]

    assert metadata["managedFields"]


def test_several_objects_are_a_list(get: Call) -> None:
    listed = get("cm", "-o", "json").document

    assert (listed["apiVersion"], listed["kind"]) == ("v1", "List")
    assert [item["kind"] for item in listed["items"]] == ["ConfigMap", "ConfigMap"]


def test_yaml_is_sorted(get: Call) -> None:
    lines = get("cm", "b", "-o", "yaml").stdout.splitlines()

    assert lines[:5] == ["apiVersion: v1", "data:", "  k: 500Mi", "kind: ConfigMap", "metadata:"]


def test_a_template_is_filled_in(get: Call) -> None:
    ended = get("cm", "-o", 'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}')

    assert ended.stdout == "a\nb\n"


def test_a_template_may_be_in_a_file(get: Call, toolbox: FakeToolbox) -> None:
    (toolbox.directory / "t").write_text("{.data.k}")
    (toolbox.directory / "c").write_text("NAME  K\n.metadata.name  .data.k\n")

    assert get("cm", "a", "-o", "jsonpath-file=t").stdout == "1Gi"
    assert get("cm", "a", "-o", "custom-columns-file=c").stdout == "NAME   K\na      1Gi\n"


def test_columns_can_be_ones_own(get: Call) -> None:
    ended = get("cm", "-o", "custom-columns=N:.metadata.name,V:.data.k")

    assert ended.stdout == "N     V\na     1Gi\nb     500Mi\n"


def test_findings_can_be_json(get: Call) -> None:
    assert get("cm", "-o", "jsonpath-as-json={.items[*].data.k}").stdout == (
        '[\n    "1Gi",\n    "500Mi"\n]\n'
    )


def test_objects_can_be_sorted(get: Call) -> None:
    assert get("cm", "--sort-by", ".data.k", "-o", "name").stdout == "configmap/b\nconfigmap/a\n"


def test_objects_come_in_chunks(get: Call) -> None:
    assert get("cm", "--chunk-size", "1", "-o", "name").stdout == "configmap/a\nconfigmap/b\n"


def test_objects_can_be_named_by_files(get: Call, toolbox: FakeToolbox) -> None:
    (toolbox.directory / "a.yaml").write_text(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}"
    )

    assert get("-f", "a.yaml", "-o", "name").stdout == "configmap/b\n"


def test_builds_are_sorted_by_creation(get: Call, toolbox: FakeToolbox) -> None:
    spec = {**BUILD_CONFIG["spec"], "strategy": {"dockerStrategy": {}}}
    build = {"apiVersion": "build.openshift.io/v1", "kind": "Build", "spec": spec}
    toolbox.server.put({**build, "metadata": {"name": "z"}})
    toolbox.server.clock.moment = toolbox.server.clock.moment.replace(hour=13)
    toolbox.server.put({**build, "metadata": {"name": "a"}})

    rows = get("builds", "--no-headers").stdout.splitlines()

    assert [row.split()[0] for row in rows] == ["z", "a"]


def test_deliveries_are_too(get: Call, toolbox: FakeToolbox) -> None:
    delivery = {"apiVersion": "slipcast.dev/v1", "kind": "WebhookDelivery", "buildConfig": "app"}
    toolbox.server.put({**delivery, "metadata": {"name": "z"}})
    toolbox.server.clock.moment = toolbox.server.clock.moment.replace(hour=13)
    toolbox.server.put({**delivery, "metadata": {"name": "a"}})

    rows = get("whd", "--no-headers").stdout.splitlines()

    assert [row.split()[0] for row in rows] == ["z", "a"]


def test_a_watch_shows_what_there_is_and_ends_when_its_time_is_over(get: Call) -> None:
    ended = get("cm", "-w", "--request-timeout", "50ms", "--output-watch-events")

    assert ended.code == 0
    assert ended.stdout.splitlines() == [
        "EVENT      NAME   DATA   AGE",
        "ADDED      a      1      0s",
        "ADDED      b      1      0s",
    ]


def test_a_watch_is_of_one_type(get: Call) -> None:
    assert get("cm,bc", "-w").stderr == "error: you may only specify a single resource type\n"


def test_any_path_can_be_asked(get: Call, toolbox: FakeToolbox) -> None:
    toolbox.answers["/version"] = b"{}"

    assert get("--raw", "/version").stdout == "{}"
    assert get("--raw", "/nope").code == 1


def test_without_a_type_help_is_pointed_to_cl_1(get: Call) -> None:
    ended = get()

    assert ended.code == 1
    assert ended.stderr.splitlines()[-2:] == [
        "error: Required resource not specified.",
        "See 'slipcast get --help' for usage.",
    ]


@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("foo", "unable to match a printer suitable"),
        ("go-template={{.x}}", "slipcast has no Go templates"),
        ("jsonpath", "jsonpath format specified but no template given"),
        ("custom-columns", "custom-columns format specified but no custom columns given"),
        ("jsonpath={.x", "error parsing jsonpath {.x, unclosed action"),
        ("jsonpath={x}", "unrecognized identifier x"),
        ("jsonpath-file=nope", "cannot be read"),
    ],
)
def test_an_output_that_cannot_be_is_refused(get: Call, output: str, why: str) -> None:
    ended = get("cm", "-o", output)

    assert (ended.code, ended.stdout) == (1, "")
    assert why in ended.stderr


def test_somebody_else_can_be_acted_as(get: Call) -> None:
    ended = get("cm", "--as", "eve")

    assert ended.code == 1
    assert ended.stderr.startswith("Error from server (Forbidden): ")
