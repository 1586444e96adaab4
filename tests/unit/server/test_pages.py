"""The pages about the server, asked over ASGI."""

from __future__ import annotations

import pytest

from unit.server.conftest import Asking

OLDER = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
NEWER = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [("", "application/json"), ("*/*", "application/json"), (NEWER, NEWER), (OLDER, NEWER)],
)
def test_openapi_is_told_in_the_form_that_is_asked_for(
    ask: Asking, accept: str, content_type: str
) -> None:
    answered = ask("GET", "/openapi/v2", headers=[("accept", accept)])

    assert answered.status == 200
    assert answered.headers["content-type"] == content_type


def test_version_3_of_openapi_is_json_only(ask: Asking) -> None:
    answered = ask("GET", "/openapi/v3", headers=[("accept", NEWER)])

    assert (answered.status, answered.document["reason"]) == (406, "NotAcceptable")


def test_who_has_the_document_is_not_sent_it_again(ask: Asking) -> None:
    tag = ask("GET", "/openapi/v2").headers["etag"]

    again = ask("GET", "/openapi/v2", headers=[("if-none-match", f'"other", W/{tag}')])

    assert (again.status, again.body) == (304, b"")
    assert "content-length" not in again.headers


def test_each_form_has_a_tag_of_its_own(ask: Asking) -> None:
    plain = ask("GET", "/openapi/v2")

    compact = ask("GET", "/openapi/v2", headers=[("accept", NEWER)])

    assert plain.headers["etag"] != compact.headers["etag"]


def test_a_document_asked_for_by_its_hash_is_kept_for_ever(ask: Asking) -> None:
    where = ask("GET", "/openapi/v3").document["paths"]["api/v1"]["serverRelativeURL"]

    answered = ask("GET", where)

    assert answered.status == 200
    assert answered.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_who_asks_by_an_old_hash_is_sent_to_the_new_one(ask: Asking) -> None:
    where = ask("GET", "/openapi/v3").document["paths"]["api/v1"]["serverRelativeURL"]

    answered = ask("GET", "/openapi/v3/api/v1?hash=OLD")

    assert (answered.status, answered.headers["location"]) == (301, where)


def test_there_is_no_document_of_a_group_that_is_not_served(ask: Asking) -> None:
    assert ask("GET", "/openapi/v3/apis/nobody.example/v1").status == 404


@pytest.mark.parametrize("page", ["livez", "readyz", "healthz"])
def test_health_is_told_check_by_check_to_who_asks(ask: Asking, page: str) -> None:
    answered = ask("GET", f"/{page}?verbose")

    assert answered.status == 200
    assert answered.body.decode() == f"[+]ping ok\n[+]store ok\n{page} check passed\n"


@pytest.mark.parametrize("path", ["/api/v1", "/oapi/v1", "/apis", "/apis/build.openshift.io/v1"])
def test_a_slash_at_the_end_changes_no_page(ask: Asking, path: str) -> None:
    assert ask("GET", f"{path}/").body == ask("GET", path).body


def test_metrics_are_for_who_has_the_right_to_them(ask: Asking) -> None:
    nobody, administrator = ask("GET", "/metrics", known=False), ask("GET", "/metrics")

    assert nobody.status == 401
    assert b"apiserver_request_total" not in nobody.body
    assert administrator.status == 200
    assert b"apiserver_request_total" in administrator.body
