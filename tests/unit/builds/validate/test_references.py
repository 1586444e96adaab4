"""References to images: build-api.md section 4.4."""

from typing import Any

import pytest

from slipcast.api.meta import ObjectReference
from slipcast.builds.validate.references import target_image
from verdicts import brief, of_config, seen

FROM = "spec.strategy.sourceStrategy.from"
TO = "spec.output.to"


def of_from(**reference: Any) -> list[str]:
    """What is wrong with the builder image."""
    return of_config(strategy={"sourceStrategy": {"from": reference}})


def of_to(**reference: Any) -> list[str]:
    """What is wrong with the output."""
    return of_config(output={"to": reference})


def test_a_builder_image_is_needed_ba_71() -> None:
    assert of_from() == [f"{FROM}.name Required"]


@pytest.mark.parametrize("name", ["ruby", "ruby:", "ruby:a:b", ":x", "Ru_by!:x"])
def test_a_tag_is_named_by_stream_and_tag_ba_71_ba_77(name: str) -> None:
    assert of_from(kind="ImageStreamTag", name=name) == [f"{FROM}.name Invalid"]
    assert of_to(kind="ImageStreamTag", name=name) == [f"{TO}.name Invalid"]


def test_a_namespace_is_a_subdomain_ba_72_ba_74() -> None:
    tag = of_from(kind="ImageStreamTag", name="a:b", namespace="Bad_NS")
    image = of_from(kind="ImageStreamImage", name="", namespace="Bad_NS")

    assert tag == [f"{FROM}.namespace Invalid"]
    assert image == [f"{FROM}.name Required", f"{FROM}.namespace Invalid"]


def test_a_pull_spec_has_no_namespace_beside_it_ba_73() -> None:
    assert of_from(kind="DockerImage", name="x", namespace="y") == [f"{FROM}.namespace Invalid"]
    assert of_to(kind="DockerImage", name="x", namespace="y") == [f"{TO}.namespace Invalid"]


def test_an_empty_pull_spec_is_missing_as_source_and_wrong_as_target_ba_73() -> None:
    assert of_from(kind="DockerImage", name="") == [f"{FROM}.name Required"]
    assert of_to(kind="DockerImage", name="") == [f"{TO}.name Invalid"]


@pytest.mark.parametrize("name", ["!!x/y/z", "some/long/value/with/no/meaning", "Upper", "a:b:c"])
def test_what_cannot_be_pulled_is_refused_ba_73(name: str) -> None:
    assert of_from(kind="DockerImage", name=name) == [f"{FROM}.name Invalid"]


@pytest.mark.parametrize(
    "name", ["centos/ruby", "registry.example.com/a/b/c:d", "x@sha256:" + "a" * 64]
)
def test_pull_specs_are_taken_ba_73(name: str) -> None:
    assert of_from(kind="DockerImage", name=name) == []


def test_other_kinds_are_refused_ba_75() -> None:
    assert of_from(kind="Pod", name="") == [f"{FROM}.kind Invalid"]
    assert of_to(kind="ImageStreamImage", name="a@b") == [f"{TO}.kind Invalid"]


def test_a_target_has_a_kind_ba_70() -> None:
    wrong = target_image(seen(ObjectReference, name="a:b"), "to")

    assert brief(wrong) == ["to.kind Required"]


def test_a_push_secret_has_a_name_ba_585() -> None:
    assert of_config(output={"pushSecret": {}}) == ["spec.output.pushSecret.name Required"]


def test_labels_of_an_image_have_names_and_each_is_said_once_ba_586() -> None:
    names = ["", "x", "x", "a b", "example.com/x", "a.b_c-d"]
    labels = [{"name": name, "value": "y"} for name in names]

    wrong = of_config(output={"imageLabels": labels})

    assert wrong == [
        "spec.output.imageLabels[0].name Required",
        "spec.output.imageLabels[2].name Invalid",
        "spec.output.imageLabels[3].name Invalid",
    ]
