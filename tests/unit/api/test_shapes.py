"""How documents merge: what Kubernetes and OpenShift say of their lists, found in the Structs."""

from __future__ import annotations

import pytest

from slipcast.api.kinds import KINDS, Kind, require
from slipcast.api.shapes import shape_of
from slipcast.values.shape import Shape

BUILD = "build.openshift.io"

KEYED = [
    (("", "Pod"), "metadata.ownerReferences", "uid", ("uid",)),
    (("", "Pod"), "spec.containers", "name", ("name",)),
    (("", "Pod"), "spec.initContainers", "name", ("name",)),
    (("", "Pod"), "spec.volumes", "name", ("name",)),
    (("", "Pod"), "spec.imagePullSecrets", "name", ("name",)),
    (("", "Pod"), "spec.containers.env", "name", ("name",)),
    (("", "Pod"), "spec.containers.ports", "containerPort", ("containerPort", "protocol")),
    (("", "Pod"), "spec.containers.volumeMounts", "mountPath", ("mountPath",)),
    (("", "Pod"), "status.conditions", "type", ("type",)),
    (("", "Service"), "spec.ports", "port", ("port", "protocol")),
    (("", "ServiceAccount"), "secrets", "name", ("name",)),
    (("apps", "Deployment"), "spec.template.spec.containers", "name", ("name",)),
    (("image.openshift.io", "ImageStream"), "spec.tags", "name", ("name",)),
    (("image.openshift.io", "ImageStream"), "status.tags", "tag", ("tag",)),
    (("", "Pod"), "status.hostIPs", "ip", ()),
    ((BUILD, "BuildConfig"), "spec.strategy.dockerStrategy.volumes", "name", ("name",)),
]

WHOLE = [
    (("", "Pod"), "spec.tolerations"),
    (("", "Pod"), "spec.containers.command"),
    (("", "ServiceAccount"), "imagePullSecrets"),
    (("rbac.authorization.k8s.io", "Role"), "rules"),
    (("rbac.authorization.k8s.io", "RoleBinding"), "subjects"),
    ((BUILD, "BuildConfig"), "spec.triggers"),
    ((BUILD, "BuildConfig"), "spec.source.images"),
    ((BUILD, "BuildConfig"), "spec.strategy.sourceStrategy.env"),
    (("template.openshift.io", "Template"), "objects"),
    (("template.openshift.io", "Template"), "parameters"),
]

ONE_WRITER = [
    (("", "Pod"), "spec.nodeSelector"),
    (("", "Service"), "spec.selector"),
    (("apps", "Deployment"), "spec.selector"),
    ((BUILD, "BuildConfig"), "spec.output.to"),
    (("rbac.authorization.k8s.io", "RoleBinding"), "roleRef"),
]


def place(kind: tuple[str, str], path: str) -> Shape:
    """The shape of a place; lists are stepped into."""
    shape = shape_of(require(*kind))
    for field in path.split("."):
        shape = (shape.element if shape.is_list else shape).at(field)
    return shape


@pytest.mark.parametrize(("kind", "path", "patch_key", "keys"), KEYED)
def test_elements_are_told_apart_by_their_keys(
    kind: tuple[str, str], path: str, patch_key: str, keys: tuple[str, ...]
) -> None:
    shape = place(kind, path)

    assert (shape.is_list, shape.patch_key, shape.keys) == (True, patch_key, keys)


@pytest.mark.parametrize(("kind", "path"), WHOLE)
def test_other_lists_are_replaced_whole(kind: tuple[str, str], path: str) -> None:
    shape = place(kind, path)

    assert (shape.is_list, shape.patch_key, shape.keys, shape.is_set) == (True, "", (), False)


@pytest.mark.parametrize(("kind", "path"), ONE_WRITER)
def test_some_objects_have_one_writer(kind: tuple[str, str], path: str) -> None:
    assert place(kind, path).is_atomic


def test_finalizers_are_a_set() -> None:
    assert place(("", "Pod"), "metadata.finalizers").is_set


def test_a_port_without_protocol_is_one_of_tcp() -> None:
    assert place(("", "Pod"), "spec.containers.ports").defaults == {"protocol": "TCP"}


@pytest.mark.parametrize(
    ("kind", "path"), [(("", "Pod"), "spec.volumes"), (("apps", "Deployment"), "spec.strategy")]
)
def test_some_places_keep_only_the_fields_asked_for(kind: tuple[str, str], path: str) -> None:
    assert place(kind, path).retains_keys


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_has_a_shape(kind: Kind) -> None:
    shape = shape_of(kind)

    assert shape is shape_of(kind)
    assert {"apiVersion", "kind", "metadata"} <= set(shape.fields)
