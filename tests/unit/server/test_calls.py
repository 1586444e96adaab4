"""What a method and a path mean."""

import pytest

from slipcast.api import kinds
from slipcast.server.calls import parse
from slipcast.values.apifaults import ApiFault, BadRequest, MethodNotAllowed, NotServed

BUILDS = kinds.require(kinds.BUILD, "Build")
APPS = "/apis/build.openshift.io/v1"


@pytest.mark.parametrize(
    ("method", "path", "verb"),
    [
        ("GET", "/api/v1/namespaces/a/pods/p", "get"),
        ("HEAD", "/api/v1/namespaces/a/pods/p", "get"),
        ("PUT", "/api/v1/namespaces/a/pods/p", "update"),
        ("PATCH", "/api/v1/namespaces/a/pods/p/status", "patch"),
        ("DELETE", "/api/v1/namespaces/a/pods/p", "delete"),
        ("GET", "/api/v1/namespaces/a/pods", "list"),
        ("POST", "/api/v1/namespaces/a/pods", "create"),
        ("DELETE", "/api/v1/namespaces/a/pods", "deletecollection"),
        ("GET", "/api/v1/pods", "list"),
        ("GET", "/api/v1/watch/namespaces/a/pods", "watch"),
        ("GET", "/api/v1/watch/pods", "watch"),
        ("PUT", "/api/v1/namespaces/a/finalize", "update"),
        ("POST", "/api/v1/namespaces/a/serviceaccounts/s/token", "act"),
    ],
)
def test_a_method_on_a_path_is_a_verb(method: str, path: str, verb: str) -> None:
    assert parse(method, path.encode(), {}).verb == verb


def test_a_path_names_kind_namespace_and_name_ba_3() -> None:
    resource = parse("GET", f"{APPS}/namespaces/shop/builds/web-1".encode(), {}).resource

    assert (resource.kind, resource.namespace, resource.name) == (BUILDS, "shop", "web-1")
    assert not resource.legacy


def test_the_legacy_root_serves_the_same_kind_ba_2() -> None:
    resource = parse("GET", b"/oapi/v1/namespaces/shop/builds/web-1", {}).resource

    assert resource.kind is BUILDS
    assert resource.legacy


def test_a_namespace_is_an_object_and_the_place_of_others() -> None:
    itself = parse("GET", b"/api/v1/namespaces/shop", {}).resource
    status = parse("GET", b"/api/v1/namespaces/shop/status", {}).resource

    assert (itself.kind.name, itself.name, itself.subresource) == ("Namespace", "shop", "")
    assert (status.kind.name, status.name, status.subresource) == ("Namespace", "shop", "status")


def test_a_list_that_shall_be_watched_is_a_watch() -> None:
    assert parse("GET", b"/api/v1/pods", {"watch": "true"}).verb == "watch"
    assert parse("GET", b"/api/v1/pods", {"watch": "false"}).verb == "list"


def test_a_segment_is_unescaped_once() -> None:
    resource = parse("GET", b"/api/v1/namespaces/a/secrets/system%3Ax%2525", {}).resource

    assert resource.name == "system:x%25"


@pytest.mark.parametrize(
    ("method", "path", "fault"),
    [
        ("GET", "/api/v1/nosuch", NotServed),
        ("GET", "/apis/build.openshift.io/v2/builds", NotServed),
        ("GET", "/oapi/v1/namespaces/a/pods", NotServed),
        ("GET", "/api/v1/pods/p", NotServed),
        ("GET", "/api/v1/namespaces/a/namespaces/b", NotServed),
        ("GET", f"{APPS}/namespaces/a/buildconfigs/b/wat", NotServed),
        ("POST", "/api/v1/pods", MethodNotAllowed),
        ("DELETE", "/api/v1/pods", MethodNotAllowed),
        ("PATCH", "/api/v1/namespaces/a/pods", MethodNotAllowed),
        ("DELETE", "/api/v1/namespaces", MethodNotAllowed),
        ("BREW", "/api/v1/namespaces/a/pods", MethodNotAllowed),
        ("POST", "/api/v1/namespaces/a/pods/p/status", MethodNotAllowed),
        ("GET", "/api/v1/namespaces/../pods", BadRequest),
        ("GET", "/api/v1/namespaces/%2e%2e/pods", BadRequest),
        ("GET", "/api/v1/namespaces/a%2Fb/pods", BadRequest),
        ("GET", "/api/v1/namespaces/a%00/pods", BadRequest),
        ("GET", "/api/v1//pods", BadRequest),
        ("GET", "/api/v1/namespaces/%ff/pods", BadRequest),
    ],
)
def test_what_leads_nowhere_is_refused(method: str, path: str, fault: type[ApiFault]) -> None:
    with pytest.raises(fault):
        parse(method, path.encode(), {})
