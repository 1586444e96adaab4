"""Schemas of kinds: names, words and marks as clients of Kubernetes expect them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from slipcast.api.document import JSON
from slipcast.api.fields import fields_of
from slipcast.api.kinds import KINDS, Kind, require
from slipcast.api.prose import prose_of
from slipcast.api.schemas import Dialect, components, list_name_of, name_of
from slipcast.api.status import Status

OPENSHIFT = "com.github.openshift.api"
NAMES = [
    ("build.openshift.io", "BuildConfig", f"{OPENSHIFT}.build.v1.BuildConfig"),
    ("image.openshift.io", "ImageStream", f"{OPENSHIFT}.image.v1.ImageStream"),
    (
        "oauth.openshift.io",
        "OAuthAccessToken",
        f"{OPENSHIFT}.oauth.v1.OAuthAccessToken",
    ),
    ("apps.openshift.io", "DeploymentConfig", f"{OPENSHIFT}.apps.v1.DeploymentConfig"),
    ("apps", "Deployment", "io.k8s.api.apps.v1.Deployment"),
    ("", "Pod", "io.k8s.api.core.v1.Pod"),
    ("", "LimitRange", "io.k8s.api.core.v1.LimitRange"),
    ("authentication.k8s.io", "TokenReview", "io.k8s.api.authentication.v1.TokenReview"),
]

Struct = type[msgspec.Struct]

V3 = components(KINDS, (Status,))
V2 = components(KINDS, (Status,), "v2")


def within(value: Any) -> Iterator[JSON]:
    """Every object in a schema."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from within(each)
    elif isinstance(value, list):
        for each in value:
            yield from within(each)


@pytest.mark.parametrize(("group", "name", "schema"), NAMES)
def test_schemas_are_named_as_the_references_name_them(group: str, name: str, schema: str) -> None:
    assert name_of(require(group, name).type) == schema


TEMPLATES = ("ProcessedTemplate", "Template")
OWN = [kind for kind in KINDS if kind.name != "ProcessedTemplate"]


def test_what_is_sent_to_be_processed_is_a_template() -> None:
    processed, template = (require("template.openshift.io", name) for name in TEMPLATES)

    assert processed.type is template.type


@pytest.mark.parametrize("kind", OWN, ids=lambda kind: kind.name)
def test_every_kind_says_which_it_is(kind: Kind) -> None:
    schema = V3[name_of(kind.type)]

    assert schema["x-kubernetes-group-version-kind"] == [
        {"group": kind.group, "kind": kind.name, "version": "v1"}
    ]
    assert {"apiVersion", "kind", "metadata"} <= set(schema["properties"])


@pytest.mark.parametrize(
    ("schemas", "prefix"), [(V3, "#/components/schemas/"), (V2, "#/definitions/")]
)
def test_every_reference_leads_somewhere(schemas: dict[str, JSON], prefix: str) -> None:
    references = {each["$ref"] for each in within(schemas) if isinstance(each.get("$ref"), str)}

    assert references
    assert {each.removeprefix(prefix) for each in references} <= set(schemas)


def test_what_can_be_listed_has_lists() -> None:
    schema = V3[list_name_of(require("", "Pod"))]

    assert schema["properties"]["items"]["items"] == {
        "$ref": "#/components/schemas/io.k8s.api.core.v1.Pod"
    }
    assert "io.k8s.api.authentication.v1.TokenReviewList" not in V3


def test_lists_say_how_they_merge() -> None:
    ports = V3["io.k8s.api.core.v1.Container"]["properties"]["ports"]

    assert {name: value for name, value in ports.items() if name.startswith("x-")} == {
        "x-kubernetes-list-map-keys": ["containerPort", "protocol"],
        "x-kubernetes-list-type": "map",
        "x-kubernetes-patch-merge-key": "containerPort",
        "x-kubernetes-patch-strategy": "merge",
    }


def test_our_own_marks_are_not_published() -> None:
    assert not [each for each in within([V3, V2]) if any("x-slipcast" in name for name in each)]


def test_fields_have_words_also_where_they_are_inherited() -> None:
    spec = V3["com.github.openshift.api.build.v1.BuildConfigSpec"]["properties"]

    assert spec["runPolicy"]["description"].startswith("Serial, SerialLatestOnly or Parallel")
    assert spec["source"]["description"] == "What is built."


@pytest.mark.parametrize(
    ("dialect", "schema"),
    [
        ("v3", {"oneOf": [{"type": "integer"}, {"type": "string"}], "format": "int-or-string"}),
        ("v2", {"type": "string", "format": "int-or-string"}),
    ],
)
def test_a_number_or_a_name_is_said_as_the_dialect_can(dialect: Dialect, schema: JSON) -> None:
    schemas = components([require("", "Service")], dialect=dialect)

    union = schemas["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]
    assert {name: union[name] for name in schema} == schema


def test_amounts_are_a_schema_of_their_own() -> None:
    requests = V3["io.k8s.api.core.v1.ResourceRequirements"]["properties"]["requests"]

    assert requests["additionalProperties"] == {
        "$ref": "#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity"
    }


def test_moments_and_data_have_their_formats() -> None:
    meta = V3["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"]["properties"]
    data = V3["io.k8s.api.core.v1.Secret"]["properties"]["data"]

    assert meta["creationTimestamp"]["format"] == "date-time"
    assert data["additionalProperties"] == {"type": "string", "format": "byte"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_words_are_about_fields_that_are_there(kind: Kind) -> None:
    strangers = {
        f"{struct.__name__}.{name}"
        for struct in structs(kind.type, set())
        for name in set(prose_of(struct).fields) - set(fields_of(struct))
    }

    assert strangers == set()


def structs(struct: Struct, seen: set[Struct]) -> set[Struct]:
    """A Struct and all that it consists of."""
    if struct not in seen:
        seen.add(struct)
        for field in fields_of(struct).values():
            part = field.place.item or field.place
            structs(part.struct, seen) if part.struct else None
    return seen


@pytest.mark.parametrize(("schemas", "told"), [(V3, True), (V2, None)])
def test_what_may_be_null_is_said_where_it_can_be(schemas: JSON, told: object) -> None:
    binding = schemas[f"{OPENSHIFT}.authorization.v1.RoleBinding"]["properties"]

    found = [binding[name].get("nullable") for name in ("userNames", "groupNames", "subjects")]
    assert found == [told, told, None]
