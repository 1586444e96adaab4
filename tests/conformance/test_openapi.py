"""kubectl reads our OpenAPI documents, in each of their forms."""

from __future__ import annotations

from conformance.conftest import Server

LIST = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: listed}, data: {a: "1"}}
"""


def test_a_list_of_objects_is_checked_and_created(server: Server) -> None:
    ended = server.kubectl("create", "--validate=true", "-f", "-", stdin=LIST)

    assert (ended.code, ended.stdout) == (0, "configmap/listed created\n"), ended.stderr


def test_a_field_that_nobody_knows_in_a_list_is_refused(server: Server) -> None:
    ended = server.kubectl("apply", "-f", "-", stdin=LIST.replace("data:", "date:"))

    assert ended.code == 1
    assert 'unknown field "date" in io.k8s.api.core.v1.ConfigMap' in ended.stderr


def test_explain_reads_the_older_version(server: Server) -> None:
    words = ("explain", "--output=plaintext-openapiv2", "buildconfig.spec.source.git.uri")

    ended = server.kubectl(*words)

    assert ended.code == 0, ended.stderr
    assert "FIELD:    uri <string>" in ended.stdout
