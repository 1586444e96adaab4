"""A build asked for again from the labels of its result."""

from __future__ import annotations

import pytest

from slipcast.builds.s2i import rebuild
from slipcast.builds.s2i.request import S2IRequest
from slipcast.values.faults import BuildFault
from slipcast.values.image import ImageConfig

LABELS = {
    "io.openshift.s2i.build.image": "builder",
    "io.openshift.s2i.build.source-location": "https://host/repo",
    "io.openshift.s2i.build.commit.ref": "main",
    "io.openshift.s2i.build.commit.id": "c0ffee",
    "io.openshift.s2i.build.source-context-dir": "sub",
    "io.openshift.s2i.scripts-url": "image:///inherited",
    "io.k8s.display-name": "app",
    "io.k8s.description": "text",
}


def again(flags: S2IRequest | None = None, **changed: str) -> S2IRequest:
    config = ImageConfig(labels={**LABELS, **{k.replace("_", "."): v for k, v in changed.items()}})
    return rebuild.request(flags or S2IRequest(), "app", config)


def test_a_rebuild_reads_the_labels_s2i_275():
    request = again()

    assert request.source == "https://host/repo"
    assert request.builder_image == "builder"
    assert request.context_dir == "sub"
    assert request.description == "text"
    assert request.tag == "app"


def test_a_rebuild_builds_the_branch_s2i_276():
    assert again().ref == "main"


def test_a_rebuild_can_build_the_exact_commit_s2i_276():
    assert again(S2IRequest(exact_commit=True)).ref == "c0ffee"


def test_a_detached_checkout_means_the_default_branch_s2i_276():
    labels = {**LABELS, "io.openshift.s2i.build.commit.ref": "HEAD"}

    assert rebuild.request(S2IRequest(), "app", ImageConfig(labels=labels)).ref == ""


def test_the_old_tag_does_not_stay_as_display_name_s2i_277():
    assert again(S2IRequest(tag="other")).display_name == ""


def test_a_display_name_of_its_own_stays_s2i_277():
    labels = {**LABELS, "io.k8s.display-name": "Shop"}

    assert rebuild.request(S2IRequest(), "app", ImageConfig(labels=labels)).display_name == "Shop"


def test_an_inherited_scripts_url_is_not_repeated_s2i_279():
    assert again().scripts_url == ""


@pytest.mark.parametrize("label", ["image", "source-location"])
def test_a_missing_label_is_named_s2i_275(label: str):
    name = f"io.openshift.s2i.build.{label}"
    labels = {key: value for key, value in LABELS.items() if key != name}

    with pytest.raises(BuildFault, match=f"required label '{name}' not found in image 'app'"):
        rebuild.request(S2IRequest(), "app", ImageConfig(labels=labels))


def test_labels_of_another_namespace_are_not_read_s2i_282():
    labels = {"io.openshift.build.image": "b", "io.openshift.build.source-location": "l"}

    with pytest.raises(BuildFault):
        rebuild.request(S2IRequest(), "app", ImageConfig(labels=labels))
