"""kubectl and images that are named as tags of streams (IS-509)."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from conformance.conftest import Ran, Server

SPACE = "lookup"
ONE, TWO = "sha256:" + "a" * 64, "sha256:" + "b" * 64


class Kubectl:
    """kubectl in the namespace of these tests."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __call__(self, *words: str, stdin: str = "") -> Ran:
        """Run it; it is known to be fine."""
        ran = self._server.kubectl("-n", SPACE, *words, stdin=stdin)
        assert ran.code == 0, ran.stderr
        return ran

    def push(self, image: str) -> None:
        """Give the tag 2.3 an image."""
        pushed = {"metadata": {"name": image}, "dockerImageReference": f"quay.io/ruby@{image}"}
        mapping = {"metadata": {"name": "ruby"}, "image": pushed, "tag": "2.3"}
        head = {"apiVersion": "image.openshift.io/v1", "kind": "ImageStreamMapping"}
        self("create", "-f", "-", stdin=json.dumps({**head, **mapping}))


@pytest.fixture
def kubectl(server: Server) -> Iterator[Kubectl]:
    """A namespace with a stream whose tags may be named by everybody in it."""
    assert server.kubectl("create", "namespace", SPACE).code == 0
    kubectl = Kubectl(server)
    stream = {"apiVersion": "image.openshift.io/v1", "kind": "ImageStream"}
    local = {"metadata": {"name": "ruby"}, "spec": {"lookupPolicy": {"local": True}}}
    kubectl("create", "-f", "-", stdin=json.dumps({**stream, **local}))
    kubectl.push(ONE)
    yield kubectl
    assert server.kubectl("delete", "namespace", SPACE).code == 0
    server.kubectl("delete", "images", ONE, TWO, "--ignore-not-found")


def a_deployment(image: str) -> str:
    """A deployment of one container."""
    labels = {"app": "web"}
    containers = [{"name": "web", "image": image}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    head = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
    return json.dumps({**head, "spec": spec})


def image_of(kubectl: Kubectl, name: str, path: str) -> str:
    """The image of the first container of an object."""
    return kubectl("get", name, "-o", f"jsonpath={{{path}.containers[0].image}}").stdout


def test_a_pod_that_is_run_is_of_the_image_of_the_tag_is_509(kubectl: Kubectl) -> None:
    kubectl("run", "web", "--image=ruby:2.3")

    assert image_of(kubectl, "pod/web", ".spec") == f"quay.io/ruby@{ONE}"


def test_an_image_of_several_words_is_left_alone_is_509(kubectl: Kubectl) -> None:
    kubectl("run", "web", "--image=docker.io/ruby:2.3")

    assert image_of(kubectl, "pod/web", ".spec") == "docker.io/ruby:2.3"


@pytest.mark.parametrize("side", ["--server-side=false", "--server-side=true"])
def test_a_deployment_is_applied_again_and_nothing_happens_is_509(
    kubectl: Kubectl, side: str
) -> None:
    kubectl("apply", side, "-f", "-", stdin=a_deployment("ruby:2.3"))
    revision = ("get", "deployment/web", "-o", "jsonpath={.metadata.resourceVersion}")
    before = kubectl(*revision).stdout

    kubectl("apply", side, "-f", "-", stdin=a_deployment("ruby:2.3"))

    assert kubectl(*revision).stdout == before
    assert image_of(kubectl, "deployment/web", ".spec.template.spec") == f"quay.io/ruby@{ONE}"


def test_and_has_the_newest_image_once_it_is_applied_after_a_push_is_509(
    kubectl: Kubectl,
) -> None:
    kubectl("apply", "-f", "-", stdin=a_deployment("ruby:2.3"))
    kubectl.push(TWO)

    kubectl("apply", "-f", "-", stdin=a_deployment("ruby:2.3"))

    assert image_of(kubectl, "deployment/web", ".spec.template.spec") == f"quay.io/ruby@{TWO}"


def test_a_job_is_of_the_image_of_the_tag_is_509(kubectl: Kubectl) -> None:
    kubectl("create", "job", "web", "--image=ruby:2.3")

    assert image_of(kubectl, "job/web", ".spec.template.spec") == f"quay.io/ruby@{ONE}"
