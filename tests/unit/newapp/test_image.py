"""What new-app wants to know of an image: detection.md RS-36, generated-objects.md GO-100 ff."""

from typing import Any

import pytest

from slipcast.api.image import Image
from slipcast.newapp.image import UNKNOWN, ImageFacts, image_facts
from verdicts import seen


def facts(**config: Any) -> ImageFacts:
    metadata = {"Config": config, "Created": "2020-01-01T00:00:00Z"}
    return image_facts(seen(Image, metadata={"name": "sha256:1"}, dockerImageMetadata=metadata))


def test_an_image_is_read_from_its_metadata_go_100() -> None:
    found = facts(
        Labels={"a": "b", "n": 1},
        Env=["A=b", 3],
        ExposedPorts={"8443/tcp": {}, "8080/tcp": {}},
        Volumes={"/b": {}, "/a": {}},
        User="1001:0",
    )

    assert found == ImageFacts(
        id="sha256:1",
        created="2020-01-01T00:00:00Z",
        labels={"a": "b"},
        env=("A=b",),
        ports=("8080/tcp", "8443/tcp"),
        volumes=("/a", "/b"),
        user="1001:0",
    )


@pytest.mark.parametrize("metadata", [None, [], {"Config": 1, "ContainerConfig": {"Env": "x"}}])
def test_what_is_not_said_is_not_there(metadata: Any) -> None:
    assert image_facts(seen(Image, dockerImageMetadata=metadata)) == ImageFacts()


@pytest.mark.parametrize(
    ("config", "builds"),
    [
        ({"Labels": {"io.openshift.s2i.scripts-url": "image:///x"}}, True),
        ({"Env": ["STI_SCRIPTS_URL=x"]}, True),
        ({"Env": ["A=STI_BUILDER="]}, False),
        ({}, False),
    ],
)
def test_builders_say_so_rs_36(config: dict[str, Any], *, builds: bool) -> None:
    assert facts(**config).has_scripts is builds


@pytest.mark.parametrize(
    ("user", "root"), [("", True), ("root", True), ("0:5", True), ("1001", False)]
)
def test_who_names_no_other_user_is_root_ho_15(user: str, *, root: bool) -> None:
    assert facts(User=user).runs_as_root is root
    assert not UNKNOWN.runs_as_root
