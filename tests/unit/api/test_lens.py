"""Documents seen through Structs, and changes brought back."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from slipcast.api.build import Build, BuildConfig, EnvVar, GitBuildSource
from slipcast.api.core import ConfigMap, Secret
from slipcast.api.document import Document
from slipcast.api.image import ImageStream
from slipcast.api.kinds import Kind, require
from slipcast.api.lens import content_of, overlay, read, unknown_fields
from slipcast.api.pod import Pod
from slipcast.api.template import Template
from slipcast.values.apifaults import BadRequest

CONFIG = require("build.openshift.io", "BuildConfig")
LAYERS = Kind(
    group="image.openshift.io",
    name="ImageStreamLayers",
    plural="layers",
    struct="image:ImageStreamLayers",
)


def config(**spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "frontend"}, "spec": spec}


def test_a_document_is_seen_with_the_revision_it_was_written_at() -> None:
    document = Document.of(CONFIG, config(runPolicy="Serial"), 7)

    view = read(document, BuildConfig)

    assert (view.metadata.resource_version, view.spec.run_policy) == ("7", "Serial")


def test_what_is_absent_is_seen_as_empty() -> None:
    view = read({"metadata": {}}, BuildConfig)

    assert view.spec.strategy.source_strategy is None
    assert view.spec.triggers == ()


def test_null_means_absent() -> None:
    content = {"metadata": {"creationTimestamp": None, "labels": None}, "spec": None}

    assert read(content, BuildConfig) == BuildConfig()


def test_any_number_of_nulls_means_absent_and_the_content_keeps_them() -> None:
    fields = ("dnsPolicy", "nodeName", "containers", "volumes", "tolerations", "hostname")
    content = {"metadata": {"labels": {"a": "b"}}, "spec": dict.fromkeys(fields)}

    view = read(content, Pod)

    assert view == read({"metadata": {"labels": {"a": "b"}}}, Pod)
    assert content["spec"] == dict.fromkeys(fields)


def test_null_in_a_field_of_any_element_means_absent() -> None:
    tags: list[dict[str, Any]] = [{"name": name, "annotations": None} for name in "abcdef"]
    content = {"spec": {"tags": [*tags, {"name": "g", "annotations": {"kept": "here"}}]}}

    view = read(content, ImageStream)

    assert [tag.name for tag in view.spec.tags] == [*"abcdefg"]
    assert [tag.annotations for tag in view.spec.tags] == [{}] * 6 + [{"kept": "here"}]
    assert tags[0] == {"name": "a", "annotations": None}


def test_what_is_alike_at_both_ends_of_a_list_keeps_what_is_not_known() -> None:
    items = [{"image": name, "later": name} for name in "ab"]
    content: dict[str, Any] = {"status": {"tags": [{"tag": "t", "items": items}]}}
    before = read(content, ImageStream)
    (history,) = before.status.tags
    first, last = history.items
    new = replace(first, image="c")

    middle = replace(history, items=(first, new, last))
    changed = overlay(
        content, before, replace(before, status=replace(before.status, tags=(middle,)))
    )

    (tag,) = changed["status"]["tags"]
    assert [each.get("later") for each in tag["items"]] == ["a", None, "b"]


def test_null_in_a_list_or_map_means_an_empty_value() -> None:
    spec = {
        "containers": [None, {"args": [None]}],
        "nodeSelector": {"a": None},
        "overhead": {"cpu": None},
    }

    view = read({"spec": spec}, Pod)

    assert view.spec.containers[1].args == ("",)
    assert view.spec.node_selector == {"a": ""}
    assert view.spec.overhead == {"cpu": 0}


def test_no_node_selector_and_an_empty_one_are_different_ba_38() -> None:
    absent, empty = read(config(), BuildConfig), read(config(nodeSelector={}), BuildConfig)

    assert (absent.spec.node_selector, empty.spec.node_selector) == (None, {})


def test_an_empty_node_selector_survives_being_written_ba_38() -> None:
    before = read(config(), BuildConfig)
    after = replace(before, spec=replace(before.spec, node_selector={}))

    assert overlay(config(), before, after) == config(nodeSelector={})


def test_a_node_selector_can_be_taken_away_ba_38() -> None:
    before = read(config(nodeSelector={}), BuildConfig)
    after = replace(before, spec=replace(before.spec, node_selector=None))

    assert overlay(config(nodeSelector={}), before, after) == config()


def test_data_is_seen_decoded_even_when_its_base64_has_several_lines() -> None:
    view = read({"data": {"a": "YWJj\nZGVm\n"}}, Secret)

    assert view.data == {"a": b"abcdef"}


def test_a_wrong_type_is_told_with_its_place() -> None:
    with pytest.raises(BadRequest) as caught:
        read(config(source={"git": {"uri": 5}}), BuildConfig)

    assert caught.value.message == (
        'BuildConfig in version "v1" cannot be handled as a BuildConfig: json: cannot unmarshal'
        " number into Go struct field GitBuildSource.spec.source.git.uri of type string"
    )


def test_all_wrong_types_are_told_at_once() -> None:
    content = {
        "metadata": {"name": 1, "labels": {"a": 1}, "creationTimestamp": "now"},
        "spec": {
            "triggers": [{"type": "GitHub"}, {"type": []}],
            "successfulBuildsHistoryLimit": 2**40,
            "nodeSelector": [],
            "strategy": "Docker",
        },
    }

    with pytest.raises(BadRequest) as caught:
        read(content, BuildConfig)

    assert [cause.field for cause in caught.value.causes] == [
        "metadata.name",
        "metadata.creationTimestamp",
        "metadata.labels[a]",
        "spec.strategy",
        "spec.nodeSelector",
        "spec.triggers[1].type",
        "spec.successfulBuildsHistoryLimit",
    ]


def test_a_moment_that_is_none_is_told_in_known_words() -> None:
    with pytest.raises(BadRequest, match='parsing time "now" as "2006-01-02T15:04:05Z07:00"'):
        read({"status": {"startTimestamp": "now"}}, Build)


def test_data_that_is_not_base64_is_told() -> None:
    with pytest.raises(BadRequest, match=r"data\[a\]: illegal base64 data"):
        read({"data": {"a": "!"}}, Secret)


def test_what_a_secret_holds_is_not_in_its_repr() -> None:
    view = read({"metadata": {"name": "s"}, "data": {"a": "YWJj"}}, Secret)

    assert "abc" not in repr(view)


def test_objects_of_templates_are_seen_as_written() -> None:
    objects = [{"kind": "Later", "replicas": "${{N}}", "x": None}, "x"]

    assert read({"objects": objects}, Template).objects == tuple(objects)


def test_only_what_changed_is_brought_in() -> None:
    content = config(runPolicy="Serial", later={"a": 1}, source={"git": {"uri": "u", "x": 1}})
    before = read(content, BuildConfig)
    source = replace(before.spec.source, git=GitBuildSource(uri="u", ref="main"))
    after = replace(before, spec=replace(before.spec, source=source))

    changed = overlay(content, before, after)

    assert changed["spec"] == {
        "runPolicy": "Serial",
        "later": {"a": 1},
        "source": {"git": {"uri": "u", "x": 1, "ref": "main"}},
    }


def test_what_becomes_empty_is_taken_out() -> None:
    content = config(runPolicy="Serial", serviceAccount="builder")
    before = read(content, BuildConfig)

    changed = overlay(content, before, replace(before, spec=replace(before.spec, run_policy="")))

    assert changed == config(serviceAccount="builder")


def test_the_newest_of_a_history_leaves_the_others_as_they_were_written() -> None:
    old = {"image": "a", "dockerImageReference": "r", "created": None, "platforms": ["x"]}
    content = {"status": {"tags": [{"tag": "t", "items": [old], "later": 1}]}}
    before = read(content, ImageStream)
    (tag,) = before.status.tags
    grown = replace(tag, items=(replace(tag.items[0], image="b"), *tag.items))

    changed = overlay(
        content, before, replace(before, status=replace(before.status, tags=(grown,)))
    )

    assert changed["status"]["tags"] == [
        {"tag": "t", "items": [{"image": "b", "dockerImageReference": "r"}, old], "later": 1}
    ]


def test_elements_with_keys_are_found_again_wherever_they_are() -> None:
    content = {"spec": {"tags": [{"name": "a", "x": 1}, {"name": "b", "x": 2}]}}
    before = read(content, ImageStream)
    first, second = before.spec.tags
    turned = (replace(second, reference=True), first)

    changed = overlay(content, before, replace(before, spec=replace(before.spec, tags=turned)))

    assert changed["spec"]["tags"] == [
        {"name": "b", "x": 2, "reference": True},
        {"name": "a", "x": 1},
    ]


def test_elements_without_keys_are_found_again_by_their_place() -> None:
    content = config(triggers=[{"type": "GitHub", "x": 1}, {"type": "Generic", "x": 2}])
    before = read(content, BuildConfig)
    first, second = before.spec.triggers
    triggers = (first, replace(second, type="GitLab"))

    changed = overlay(
        content, before, replace(before, spec=replace(before.spec, triggers=triggers))
    )

    assert changed == config(triggers=[{"type": "GitHub", "x": 1}, {"type": "GitLab", "x": 2}])


def test_entries_of_a_map_come_and_go() -> None:
    before = read({"data": {"a": "1", "b": "2"}}, ConfigMap)
    after = replace(before, data={"b": "3", "c": "4"})

    assert overlay({"data": {"a": "1", "b": "2"}}, before, after) == {"data": {"b": "3", "c": "4"}}


def test_a_list_that_does_not_look_as_it_was_read_is_written_anew() -> None:
    before = read(config(), BuildConfig)
    spec = replace(
        before.spec, triggers=read(config(triggers=[{"type": "x"}]), BuildConfig).spec.triggers
    )

    assert overlay(config(triggers=None), before, replace(before, spec=spec)) == config(
        triggers=[{"type": "x"}]
    )


def test_a_new_document_begins_with_what_it_is() -> None:
    content = content_of(BuildConfig(), CONFIG)

    assert content == {
        "kind": "BuildConfig",
        "apiVersion": "build.openshift.io/v1",
        "metadata": {},
    }


def test_a_name_that_is_a_word_of_python_is_written_as_the_api_has_it() -> None:
    content = config(strategy={"dockerStrategy": {"from": {"name": "x"}, "env": [{"name": "A"}]}})

    strategy = read(content, BuildConfig).spec.strategy.docker_strategy

    assert strategy is not None
    assert strategy.from_ is not None
    assert (strategy.from_.name, strategy.env) == ("x", (EnvVar(name="A"),))


def test_unknown_fields_are_told_with_their_places() -> None:
    content = {
        "kind": "BuildConfig",
        "apiVersion": "build.openshift.io/v1",
        "Metadata": {},
        "metadata": {"labels": {"any": "thing"}, "nope": 1},
        "spec": {
            "foo": {"bar": 1},
            "Source": {},
            "triggers": [{"type": "GitHub"}, {"bar": 1}],
            "strategy": {"sourceStrategy": {"env": [{"name": "A", "valu": ""}]}},
        },
    }

    assert unknown_fields(content, CONFIG) == (
        "Metadata",
        "metadata.nope",
        "spec.foo",
        "spec.Source",
        "spec.triggers[1].bar",
        "spec.strategy.sourceStrategy.env[0].valu",
    )


def test_places_that_are_kept_as_written_know_every_field() -> None:
    template = require("template.openshift.io", "Template")

    assert unknown_fields({"objects": [{"a": {"b": 1}}], "labels": {"x": "y"}}, template) == ()


def test_unknown_fields_are_told_of_what_has_the_wrong_type_too() -> None:
    assert unknown_fields({"spec": [], "status": 1, "x": 1}, CONFIG) == ("x",)


def test_unknown_fields_are_told_in_the_values_of_maps() -> None:
    content = {"metadata": {}, "blobs": {"sha256:a": {"size": 1, "nope": 1}, "sha256:b": None}}

    assert unknown_fields(content, LAYERS) == ("blobs.sha256:a.nope",)


def test_a_document_with_nulls_is_seen_as_its_content_is() -> None:
    document = Document.of(CONFIG, config(triggers=None, later=None), 3)

    assert read(document, BuildConfig).metadata.resource_version == "3"


def test_a_document_that_was_not_written_has_no_revision() -> None:
    assert read(Document.of(CONFIG, config()), BuildConfig).metadata.resource_version == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"metadata": []}, "cannot unmarshal array into Go struct field Pod.metadata of type"),
        ({"metadata": {"labels": 1}}, "field ObjectMeta.metadata.labels of type map[string]string"),
        ({"metadata": {"generation": "1"}}, "unmarshal string into Go struct field ObjectMeta"),
        ({"spec": {"hostNetwork": 1}}, "unmarshal number into Go struct field PodSpec"),
        ({"spec": {"priority": 2**31}}, "number 2147483648 into Go struct field PodSpec.spec.pri"),
        ({"spec": {"priority": True}}, "unmarshal bool into Go struct field PodSpec.spec.priority"),
        ({"spec": {"containers": {}}}, "unmarshal object into Go struct field PodSpec"),
        ({"spec": {"containers": [1]}}, "spec.containers[0] of type Container"),
        ({"spec": {"overhead": {"cpu": []}}}, "spec.overhead[cpu] of type resource.Quantity"),
    ],
)
def test_wrong_types_are_told_in_the_words_clients_know(
    content: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        read(content, Pod)

    assert words in caught.value.message


def test_what_is_no_object_at_all_is_told() -> None:
    with pytest.raises(BadRequest, match="cannot unmarshal array into Go value of type Pod"):
        read([], Pod)  # type: ignore[arg-type]


def test_the_version_that_was_sent_is_told() -> None:
    with pytest.raises(BadRequest, match='Pod in version "v2"'):
        read({"apiVersion": "x/v2", "metadata": 1}, Pod)
