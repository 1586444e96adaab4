"""kubectl makes, changes and removes an object of every kind."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from conformance.conftest import Server
from conformance.manifests import KEPT, manifest, named
from containers import wait_for
from slipcast.api.kinds import Kind

SPACE = "kinds"
kinds = pytest.mark.parametrize("kind", KEPT, ids=named)


@pytest.fixture(scope="module", autouse=True)
def space(server: Server) -> Iterator[None]:
    """A namespace for all of them."""
    assert server.kubectl("create", "namespace", SPACE).code == 0
    yield
    assert server.kubectl("delete", "namespace", SPACE).code == 0


def text(kind: Kind, name: str) -> str:
    """A manifest as a file has it."""
    return json.dumps(manifest(kind, name, SPACE))


@kinds
def test_an_object_is_made_read_changed_and_removed(server: Server, kind: Kind) -> None:
    what = (named(kind), "life", "-n", SPACE)

    created = server.kubectl("create", "-f", "-", stdin=text(kind, "life"))
    labelled = server.kubectl("label", *what, "colour=blue")
    noted = server.kubectl("annotate", *what, "note=a b")
    patched = server.kubectl("patch", *what, "--type=json", "-p", json.dumps(OPERATIONS))
    read = server.kubectl("get", *what, "-o", "json")
    deleted = server.kubectl("delete", *what)
    gone = server.kubectl("get", *what)

    assert created.code == 0, created.stderr
    assert (labelled.code, noted.code, patched.code) == (0, 0, 0), patched.stderr
    metadata = read.document["metadata"]
    labels = {"made": "here", "colour": "blue", "size": "xl"}
    assert metadata["labels"].items() >= labels.items()
    assert metadata["annotations"]["note"] == "a b"
    assert deleted.code == 0, deleted.stderr
    assert "NotFound" in gone.stderr


OPERATIONS = [{"op": "add", "path": "/metadata/labels/size", "value": "xl"}]


@kinds
def test_an_object_is_applied_twice_and_nothing_happens_the_second_time(
    server: Server, kind: Kind
) -> None:
    first = server.kubectl("apply", "-f", "-", stdin=text(kind, "applied"))
    again = server.kubectl("apply", "-f", "-", stdin=text(kind, "applied"))

    assert first.code == 0, first.stderr
    assert "unchanged" in again.stdout, again.stdout + again.stderr


@kinds
def test_an_object_is_applied_by_the_server(server: Server, kind: Kind) -> None:
    body = text(kind, "ssa")
    first = server.kubectl("apply", "--server-side", "-f", "-", stdin=body)
    version = ("get", named(kind), "ssa", "-n", SPACE, "-o", "jsonpath={.metadata.resourceVersion}")

    def stays() -> bool:
        before = server.kubectl(*version).stdout
        again = server.kubectl("apply", "--server-side", "-f", "-", stdin=body)
        assert again.code == 0, again.stderr
        return server.kubectl(*version).stdout == before

    assert first.code == 0, first.stderr
    # Some are written to by the server as well, soon after they are made.
    wait_for(stays, "the same was applied and nothing happened")


@kinds
def test_a_kind_is_explained(server: Server, kind: Kind) -> None:
    explained = server.kubectl("explain", named(kind))

    assert explained.code == 0, explained.stderr
    assert f"KIND:       {kind.name}" in explained.stdout
    assert "metadata" in explained.stdout


@kinds
def test_a_kind_is_listed_everywhere_as_a_table(server: Server, kind: Kind) -> None:
    everywhere = ("-A",) if kind.namespaced else ()

    listed = server.kubectl("get", named(kind), *everywhere)

    assert listed.code == 0, listed.stderr
    assert (
        "NAME" in listed.stdout or "LAST SEEN" in listed.stdout or "No resources" in listed.stderr
    )
