"""The server of the session answers other people's clients."""

from __future__ import annotations

from conformance.conftest import Server


def test_kubectl_reaches_the_server(server: Server) -> None:
    ended = server.kubectl("get", "namespace", "default", "-o", "name")

    assert (ended.code, ended.stdout) == (0, "namespace/default\n"), ended.stderr
