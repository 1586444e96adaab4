"""What no client should send: each is refused with a Status that says what is wrong."""

from __future__ import annotations

import pytest

from unit.server.conftest import Asking

MAPS = "/api/v1/namespaces/default/configmaps"
A_MAP = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "a"}}
JSON = ("content-type", "application/json")
YAML = ("content-type", "application/yaml")
PATCH = ("content-type", "application/json-patch+json")
PROTOBUF = ("content-type", "application/vnd.kubernetes.protobuf")
LAUGHS = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%b]\n" % (98 + turn, 98 + turn, b",".join([b"*%c" % (97 + turn)] * 9))
    for turn in range(9)
)
MERGES = b"b0: &b0 {x: 1}\n" + b"".join(
    b"b%d: &b%d {<<: [%b]}\n" % (turn + 1, turn + 1, b",".join([b"*b%d" % turn] * 50))
    for turn in range(1000)
)
DOUBLING = [{"op": "add", "path": "/data", "value": {"a": "x"}}] + [
    {"op": "copy", "from": "/data", "path": f"/data/{turn}"} for turn in range(60)
]


@pytest.mark.parametrize(
    ("header", "body"),
    [
        (JSON, b""),
        (JSON, b"{"),
        (JSON, b"null"),
        (JSON, b"[]"),
        (JSON, b"\0"),
        (JSON, b'{"a":"\xff"}'),
        (JSON, b'{"metadata":{"name":"\\u0000"}}'),
        (JSON, b'{"metadata":{"labels":{"a":"\\ud800"}}}'),
        (JSON, b'{"metadata":{"generation":1E400}}'),
        (JSON, b'{"metadata":{"generation":' + b"9" * 5000 + b"}}"),
        (JSON, b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
        (JSON, b"[" * 100_000),
        (JSON, b'{"a":NaN}'),
        (YAML, b"a: [*b]"),
        (YAML, b"a: &a [*a]"),
        (YAML, b"\ta: b"),
        (YAML, b"a: " + b"9" * 5000),
        (YAML, b"9" * 5000 + b": a"),
        (YAML, b"a: .inf"),
        (YAML, b"? " * 10_000),
        (YAML, b"- " * 10_000),
        (YAML, b"[" * 10_000),
        (YAML, b"---\n{}\n" * 1000),
        (YAML, LAUGHS),
        (YAML, MERGES),
        (PROTOBUF, b"{}"),
        (PROTOBUF, b"k8s\0\xff\xff\xff"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    ask: Asking, header: tuple[str, str], body: bytes
) -> None:
    answered = ask("POST", MAPS, body, [header])

    assert (answered.status, answered.document["reason"]) == (400, "BadRequest")
    assert answered.document["code"] == 400


@pytest.mark.parametrize(
    "target",
    [
        "/api/v1/namespaces/%2e%2e/configmaps",
        "/api/v1/namespaces/../configmaps",
        "/api/v1/namespaces//configmaps",
        "/api/v1/namespaces/a%2fb/configmaps",
        "/api/v1/namespaces/a%00/configmaps",
        "/api/v1/namespaces/%ff",
        f"{MAPS}?labelSelector=((",
        f"{MAPS}?labelSelector=a%00",
        f"{MAPS}?fieldSelector=nope%3D1",
        f"{MAPS}?limit=x",
        f"{MAPS}?limit={'9' * 30}",
        f"{MAPS}?continue=x",
        f"{MAPS}?resourceVersion=x",
        f"{MAPS}?resourceVersion=-1",
        f"{MAPS}?resourceVersion={'9' * 30}",
        f"{MAPS}?a=%ff",
        f"{MAPS}?{'&' * 300}",
        f"{MAPS}?watch=true&resourceVersion=x",
        f"{MAPS}?watch=true&timeoutSeconds=x",
        f"{MAPS}?watch=true&labelSelector=((",
    ],
)
def test_a_path_or_query_that_says_nothing_is_refused(ask: Asking, target: str) -> None:
    answered = ask("GET", target)

    assert (answered.status, answered.document["reason"]) == (400, "BadRequest")


@pytest.mark.parametrize("query", ["fieldManager=%00", "fieldManager=%0a", "fieldManager=%7f"])
def test_managers_have_names_that_can_be_printed(ask: Asking, query: str) -> None:
    answered = ask("POST", f"{MAPS}?{query}", A_MAP, [JSON])

    assert (answered.status, answered.document["reason"]) == (422, "Invalid")


def test_an_agent_without_a_name_is_unknown(ask: Asking) -> None:
    answered = ask("POST", MAPS, {**A_MAP, "data": {"a": ""}}, [JSON, ("user-agent", "\x7f/1")])

    assert answered.document["metadata"]["managedFields"][0]["manager"] == "unknown"


@pytest.mark.parametrize(
    "options",
    [
        {"dryRun": 1},
        {"dryRun": [{}]},
        {"propagationPolicy": []},
        {"propagationPolicy": [1]},
        {"orphanDependents": "x"},
        {"gracePeriodSeconds": 1.5},
        {"gracePeriodSeconds": {}},
        {"preconditions": [1]},
        {"preconditions": {"uid": 1}},
        {"kind": "ConfigMap"},
    ],
)
def test_a_deletion_has_options_of_the_right_types(ask: Asking, options: object) -> None:
    ask("POST", MAPS, A_MAP, [JSON])

    refused = ask("DELETE", f"{MAPS}/a", options, [JSON])

    assert (refused.status, refused.document["reason"]) == (400, "BadRequest")
    assert ask("GET", f"{MAPS}/a").status == 200


@pytest.mark.parametrize(
    ("operations", "code"),
    [
        ([1], 400),
        ({}, 400),
        ([{"op": "frob", "path": "/a"}], 422),
        ([{"op": "add", "path": "a", "value": 1}], 422),
        ([{"op": "add", "path": "/data/~2", "value": 1}], 422),
        ([{"op": "remove", "path": ""}], 422),
        (DOUBLING, 422),
        ([{"op": "test", "path": "/data"}] * 20_000, 413),
    ],
    ids=["number", "object", "word", "pointer", "escape", "whole", "doubling", "many"],
)
def test_a_patch_that_cannot_be_done_changes_nothing(
    ask: Asking, operations: object, code: int
) -> None:
    before = ask("POST", MAPS, A_MAP, [JSON])

    refused = ask("PATCH", f"{MAPS}/a", operations, [PATCH])

    assert (refused.status, refused.document["code"]) == (code, code)
    assert ask("GET", f"{MAPS}/a").body == before.body


def test_a_body_that_is_packed_is_refused_for_that(ask: Asking) -> None:
    headers = [JSON, ("content-encoding", "gzip")]

    answered = ask("POST", MAPS, body=b"\x1f\x8b", headers=headers)

    assert (answered.status, answered.document["reason"]) == (415, "UnsupportedMediaType")
    assert "send it without Content-Encoding" in answered.document["message"]


def test_many_patches_make_no_object_too_large_to_read(ask: Asking) -> None:
    ask("POST", MAPS, {**A_MAP, "data": {"a": "x" * 500_000}}, [JSON])
    annotate = {"op": "add", "path": "/data/b", "value": "x" * 3_000_000}
    ask("PATCH", f"{MAPS}/a", [annotate], [PATCH])

    refused = ask("PATCH", f"{MAPS}/a", [{**annotate, "path": "/data/c"}], [PATCH])

    assert refused.status in {413, 422}


def test_who_comes_second_finds_nothing_to_delete(ask: Asking) -> None:
    ask("POST", MAPS, A_MAP, [JSON])

    codes = [ask("DELETE", f"{MAPS}/a").status for _ in range(2)]

    assert codes == [200, 404]


def test_a_watch_from_a_revision_to_come_is_told_to_wait(ask: Asking) -> None:
    answered = ask("GET", f"{MAPS}?watch=true&resourceVersion=999999")

    assert (answered.status, answered.document["reason"]) == (504, "Timeout")
    assert answered.headers["retry-after"] == "1"


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PROPFIND", "PUT"])
def test_methods_that_do_not_exist_are_refused(ask: Asking, method: str) -> None:
    answered = ask(method, MAPS)

    assert (answered.status, answered.document["reason"]) == (405, "MethodNotAllowed")
