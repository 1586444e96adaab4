"""Labels of the result."""

from __future__ import annotations

import pytest

from slipcast.builds.s2i import labels
from slipcast.testing.objects import a_request
from slipcast.values.faults import BuildFault
from slipcast.values.revision import SourceRevision

REVISION = SourceRevision(
    location="https://host/repo.git",
    ref="main",
    commit="c0ffee",
    author_name="A",
    author_email="a@b",
    date="Mon Jan 1 00:00:00 2024 +0000",
    message="first",
    context_dir="sub",
)


def test_a_build_labels_its_result_with_where_it_came_from_s2i_219_to_228():
    found = labels.generated(a_request(description="text"), REVISION)

    assert found == {
        "io.k8s.display-name": "example/app",
        "io.k8s.description": "text",
        "io.openshift.s2i.build.image": "example/builder",
        "io.openshift.s2i.build.commit.id": "c0ffee",
        "io.openshift.s2i.build.commit.ref": "main",
        "io.openshift.s2i.build.commit.author": "A <a@b>",
        "io.openshift.s2i.build.commit.date": "Mon Jan 1 00:00:00 2024 +0000",
        "io.openshift.s2i.build.commit.message": "first",
        "io.openshift.s2i.build.source-location": "https://host/repo.git",
        "io.openshift.s2i.build.source-context-dir": "sub",
    }


def test_an_empty_value_gives_no_label_s2i_229():
    found = labels.generated(a_request(tag=""), SourceRevision())

    assert found == {"io.openshift.s2i.build.image": "example/builder"}


def test_the_namespace_is_the_requests_s2i_229():
    found = labels.generated(a_request(label_namespace="io.openshift."), REVISION)

    assert found["io.openshift.build.commit.id"] == "c0ffee"


def test_the_name_given_is_shown_rather_than_the_tag_s2i_219():
    assert labels.generated(a_request(display_name="N"), REVISION)[labels.DISPLAY_NAME] == "N"


def test_later_labels_win_over_earlier_ones_s2i_230():
    request = a_request(labels=(("b", "given"), ("c", "given")))

    found = labels.result({"a": "base", "b": "base"}, request, REVISION, {"c": "added"})

    assert (found["a"], found["b"], found["c"]) == ("base", "given", "added")


def test_labels_beyond_ten_kibibytes_are_refused_s2i_232():
    with pytest.raises(BuildFault, match="10240"):
        labels.result({"a": "x" * 10240}, a_request(), REVISION, {})


def test_assemble_adds_labels_by_a_file_s2i_231():
    assert labels.added_by_assemble(b'{"labels": [{"a": "1"}, {"b": "2"}]}') == {"a": "1", "b": "2"}


@pytest.mark.parametrize("text", [None, b"{}", b'{"labels": null}'])
def test_no_file_and_no_labels_add_nothing_s2i_231(text: bytes | None):
    assert labels.added_by_assemble(text) == {}


@pytest.mark.parametrize(
    "text",
    [b"{", b"[]", b'{"labels": 3}', b'{"labels": ["a"]}', b'{"labels": [{"a": 1}]}', b"\xff"],
)
def test_an_illegal_file_fails_the_build_s2i_231(text: bytes):
    with pytest.raises(BuildFault, match=r"image_metadata\.json"):
        labels.added_by_assemble(text)
