"""Objects as they can be made again elsewhere (EX-2)."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.views import exported

SERVERS: JSON = {
    "uid": "1",
    "resourceVersion": "2",
    "generation": 3,
    "creationTimestamp": "2026-11-22T12:00:00Z",
    "selfLink": "/x",
    "managedFields": [{}],
    "ownerReferences": [{"uid": "9"}],
}
GONE = "kubectl.kubernetes.io/last-applied-configuration"


def of(group: str, name: str, *, exact: bool = False, **fields: Any) -> JSON:
    """An object of a kind, exported."""
    content: JSON = {"metadata": {"name": "a"}, **fields}
    return exported.exported(kinds.require(group, name), content, exact=exact)


def spec_of(group: str, name: str, spec: JSON, *, exact: bool = False, **fields: Any) -> JSON:
    """The spec of an object, exported."""
    found: JSON = of(group, name, exact=exact, spec=spec, **fields)["spec"]
    return found


def test_what_the_server_gave_is_gone_ex_2() -> None:
    metadata = {**SERVERS, "name": "a", "namespace": "shop", "labels": {"app": "a"}}

    made = of("", "ConfigMap", metadata=metadata, data={"k": "v"}, status={"x": 1})

    assert made == {"metadata": {"name": "a", "labels": {"app": "a"}}, "data": {"k": "v"}}


def test_the_namespace_stays_when_asked_for_exactly_ex_2() -> None:
    made = of("", "ConfigMap", exact=True, metadata={**SERVERS, "name": "a", "namespace": "shop"})

    assert made == {"metadata": {"name": "a", "namespace": "shop"}}


def test_what_programs_noted_is_gone_and_what_people_noted_stays() -> None:
    annotations = {GONE: "{}", "build.slipcast.io/upload-server": "one", "description": "tea"}

    made = of("", "ConfigMap", metadata={"name": "a", "annotations": annotations})

    assert made["metadata"]["annotations"] == {"description": "tea"}


def test_a_config_begins_anew_ex_2() -> None:
    triggers = [
        {"type": "ImageChange", "imageChange": {"lastTriggeredImageID": "i", "paused": True}},
        {"type": "ConfigChange"},
    ]

    made = of(kinds.BUILD, "BuildConfig", spec={"triggers": triggers}, status={"lastVersion": 7})

    assert "status" not in made
    assert made["spec"]["triggers"] == [
        {"type": "ImageChange", "imageChange": {"paused": True}},
        {"type": "ConfigChange"},
    ]


def test_a_config_without_triggers_stays_as_it_is() -> None:
    assert spec_of(kinds.BUILD, "BuildConfig", {"runPolicy": "Serial"}) == {"runPolicy": "Serial"}


def test_a_build_is_new_again_ex_2() -> None:
    made = of(kinds.BUILD, "Build", spec={}, status={"phase": "Failed", "reason": "X"})

    assert made["status"] == {"phase": "New"}


def test_a_deployment_config_forgets_its_last_image() -> None:
    params = {"automatic": True, "lastTriggeredImage": "i"}
    triggers = [{"type": "ConfigChange"}, {"type": "ImageChange", "imageChangeParams": params}]

    made = spec_of(kinds.APPS_OPENSHIFT, "DeploymentConfig", {"triggers": triggers})

    assert made["triggers"][1] == {"type": "ImageChange", "imageChangeParams": {"automatic": True}}


def test_a_stream_of_a_repository_is_only_that_ex_2() -> None:
    spec = {"dockerImageRepository": "quay.io/example/app", "tags": []}
    status = {"dockerImageRepository": "r/shop/a", "tags": [{"tag": "1", "items": [{}]}]}

    assert spec_of(kinds.IMAGE, "ImageStream", spec, status=status) == spec


def test_tags_that_were_pushed_come_from_the_integrated_registry_ex_2() -> None:
    status = {
        "dockerImageRepository": "r/shop/a",
        "tags": [{"tag": "1", "items": [{}]}, {"tag": "empty", "items": []}],
    }

    made = spec_of(kinds.IMAGE, "ImageStream", {}, status=status)

    assert made == {"tags": [{"name": "1", "from": {"kind": "DockerImage", "name": "r/shop/a:1"}}]}


def test_tags_that_follow_go_on_following() -> None:
    source = {"kind": "DockerImage", "name": "quay.io/example/app:1"}
    status = {"dockerImageRepository": "r/shop/a", "tags": [{"tag": "1", "items": [{}]}]}
    tags = [{"name": "1", "from": source, "generation": 4}]

    made = spec_of(kinds.IMAGE, "ImageStream", {"tags": tags}, status=status)

    assert made == {"tags": [{"name": "1", "from": source}]}


def test_a_service_loses_its_addresses_unless_asked_for_exactly() -> None:
    spec = {
        "clusterIP": "10.0.0.1",
        "clusterIPs": ["10.0.0.1"],
        "ports": [{"port": 80, "nodePort": 30000}],
    }

    assert spec_of("", "Service", spec) == {"ports": [{"port": 80}]}
    assert spec_of("", "Service", spec, exact=True) == spec


def test_a_service_without_an_address_stays_so() -> None:
    assert spec_of("", "Service", {"clusterIP": "None"}) == {"clusterIP": "None"}


def test_an_account_loses_the_secrets_made_for_it_ex_2() -> None:
    made = of(
        "",
        "ServiceAccount",
        secrets=[{"name": "a-token-x"}, {"name": "mine"}],
        imagePullSecrets=[{"name": "a-dockercfg-x"}],
    )

    assert made == {"metadata": {"name": "a"}, "secrets": [{"name": "mine"}]}


@pytest.mark.parametrize(
    ("group", "name", "spec", "left"),
    [
        ("", "Pod", {"nodeName": "n", "containers": []}, {"containers": []}),
        ("", "PersistentVolumeClaim", {"volumeName": "v"}, {}),
        (
            kinds.BATCH,
            "Job",
            {"selector": {}, "template": {"metadata": {"labels": {"controller-uid": "1"}}}},
            {"template": {"metadata": {}}},
        ),
        (
            kinds.BATCH,
            "Job",
            {"manualSelector": True, "selector": {}},
            {"manualSelector": True, "selector": {}},
        ),
    ],
)
def test_what_a_server_chose_is_left_to_another(
    group: str, name: str, spec: JSON, left: JSON
) -> None:
    assert spec_of(group, name, spec) == left


def test_labels_of_a_jobs_pods_that_people_gave_stay() -> None:
    labels = {"controller-uid": "1", "app": "a"}

    made = spec_of(kinds.BATCH, "Job", {"template": {"metadata": {"labels": labels}}})

    assert made["template"]["metadata"]["labels"] == {"app": "a"}


@pytest.mark.parametrize(("generated", "left"), [("true", {}), ("false", {"host": "h"})])
def test_a_route_loses_the_host_that_was_made_for_it(generated: str, left: JSON) -> None:
    metadata = {"name": "a", "annotations": {"openshift.io/host.generated": generated}}

    assert spec_of(kinds.ROUTE, "Route", {"host": "h"}, metadata=metadata) == left


def test_a_namespace_loses_its_finalizers() -> None:
    assert of("", "Namespace", spec={"finalizers": ["kubernetes"]}) == {"metadata": {"name": "a"}}


def test_secrets_of_service_accounts_are_the_servers_ex_2() -> None:
    secret = kinds.require("", "Secret")
    annotations = {"kubernetes.io/service-account.name": "default"}

    assert exported.is_made_by_server(secret, {"metadata": {"annotations": annotations}})
    assert not exported.is_made_by_server(secret, {"metadata": {}})


def test_what_has_an_owner_comes_of_it() -> None:
    assert exported.is_owned({"metadata": {"ownerReferences": [{"uid": "1"}]}})
    assert not exported.is_owned({"metadata": {"ownerReferences": []}})
