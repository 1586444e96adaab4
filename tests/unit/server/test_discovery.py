"""What is served is told from the table of kinds."""

import pytest

from slipcast.api import kinds
from slipcast.api.kinds import KINDS, Kind
from slipcast.server import discovery
from slipcast.values.apifaults import NotServed


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.plural}.{kind.group}")
def test_every_kind_is_listed_in_its_group(kind: Kind) -> None:
    rows = discovery.resource_list(kind.group, kind.version)["resources"]

    row = next(row for row in rows if row["name"] == kind.plural)
    assert (row["kind"], row["namespaced"]) == (kind.name, kind.namespaced)
    assert row["verbs"] == list(kind.verbs)


def test_the_legacy_list_has_the_kinds_of_openshift_and_no_others_ba_2() -> None:
    rows = discovery.legacy_resource_list()["resources"]

    names = {row["name"] for row in rows}
    assert {"buildconfigs", "builds", "imagestreams"} <= names
    assert "pods" not in names


def test_subresources_stand_beside_their_resource() -> None:
    rows = discovery.resource_list("", "v1")["resources"]

    token = next(row for row in rows if row["name"] == "serviceaccounts/token")
    assert (token["group"], token["kind"]) == (kinds.AUTHENTICATION, "TokenRequest")


@pytest.mark.parametrize(
    ("group", "name"), [("apps", "deployments"), ("apps.openshift.io", "deploymentconfigs")]
)
def test_a_scale_is_of_a_group_of_its_own(group: str, name: str) -> None:
    rows = discovery.resource_list(group, "v1")["resources"]

    scale = next(row for row in rows if row["name"] == f"{name}/scale")
    assert (scale["group"], scale["version"], scale["kind"]) == ("autoscaling", "v1", "Scale")
    assert scale["verbs"] == ["get", "patch", "update"]


def test_the_aggregated_form_knows_the_scale() -> None:
    (group,) = [
        item
        for item in discovery.aggregated("apis", "v2")["items"]
        if item["metadata"]["name"] == "apps"
    ]

    below = group["versions"][0]["resources"][0]["subresources"]
    (scale,) = [each for each in below if each["subresource"] == "scale"]
    assert scale["responseKind"] == {"group": "autoscaling", "version": "v1", "kind": "Scale"}


def test_the_legacy_list_has_the_scale_of_its_time() -> None:
    rows = discovery.legacy_resource_list()["resources"]

    scale = next(row for row in rows if row["name"] == "deploymentconfigs/scale")
    assert (scale["group"], scale["version"]) == ("extensions", "v1beta1")


def test_the_aggregated_form_has_every_group_once() -> None:
    items = discovery.aggregated("apis", "v2")["items"]

    names = [item["metadata"]["name"] for item in items]
    assert sorted(names) == sorted(group for group in kinds.groups() if group)


def test_a_group_that_is_not_served_is_not_found() -> None:
    with pytest.raises(NotServed):
        discovery.group("extensions")
