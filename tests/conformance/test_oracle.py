"""What OpenShift Origin 1.5 answered, asked again of our server; each difference has a row.

The corpus and its replayer lie beside the checkout. The client is our own command line.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.conftest import Server, running
from conformance.corpusservers import reached

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "oracle"
ROW = re.compile(r"^\| `?([0-9]{4}-[\w-]+)`? \|", re.MULTILINE)
ROWS = set(ROW.findall((ROOT / "docs/reference/differences.md").read_text()))
GROUPS = (
    "discovery",
    "bcvalid",
    "user",
    "builds",
    "instantiate",
    "webhooks",
    "import",
    "tag",
    "streams",
    "triggers",
    "policy",
    "process",
    "newapp",
    "newbuild",
    "ambiguous",
    "set",
    "life",
)
BEGINNING = {
    "10-imagestreams": "image",
    "20-imagestreammappings": "image",
    "40-templates": "template",
}
"""What the corpus begins with, and the groups that these kinds have."""
REGISTRY = "172.30.1.1:5000"
"""The address that the recorded registry had; nothing answers there, then as now."""

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="no recorded answers beside here")
Replay = Callable[[str], dict[str, bool]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that runs no builds: the original had no nodes."""
    settings = {
        "SLIPCAST_PODS": "none",
        "SLIPCAST_REGISTRY_ADDRESS": REGISTRY,
        "SLIPCAST_OFFERED": "false",
    }
    with running(tmp_path_factory, **settings) as server:
        yield server


@pytest.fixture(scope="module")
def replay(
    server: Server, warm_program: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Replay]:
    """Replays a group of cases; by case, whether the answer was the same."""
    place = tmp_path_factory.mktemp("oracle")
    client = place / "oc"
    # What the original's client prints has no groups.
    words = f'SLIPCAST_OUTPUT_VERSION=v1 exec {shlex.join(warm_program)} "$@"'
    client.write_text(f"#!/bin/sh\n{words}\n")
    client.chmod(0o755)
    token = administrators_token(server)
    make_streams(server)

    def run(group: str) -> dict[str, bool]:
        report = place / f"{group}.json"
        argv = [sys.executable, str(CORPUS / "replay.py"), "--oc", str(client)]
        argv += ["--server", server.url, "--token", token, "--repos", str(place / "repos")]
        argv += ["--json", str(report), f"group:{group}"]
        ended = subprocess.run(argv, capture_output=True, timeout=540, check=False)
        assert report.exists(), ended.stderr.decode()
        return {case["name"]: case["same"] for case in json.loads(report.read_text())}

    with reached(CORPUS):
        yield run


def administrators_token(server: Server) -> str:
    """A token of somebody who may do everything."""
    server.kubectl("-n", "default", "create", "serviceaccount", "oracle")
    server.kubectl(
        "create", "clusterrolebinding", "oracle", "--clusterrole=cluster-admin",
        "--serviceaccount=default:oracle",
    )  # fmt: skip
    made = server.kubectl("-n", "default", "create", "token", "oracle", "--duration=2h")
    assert made.code == 0, made.stderr
    return made.stdout.strip()


def make_streams(server: Server) -> None:
    """The streams that the cases expect, with the images that pushes gave them; templates."""
    for name, group in BEGINNING.items():
        listed = [{**each, "apiVersion": f"{group}.openshift.io/v1"} for each in items(name)]
        content = json.dumps({"apiVersion": "v1", "kind": "List", "items": listed})
        made = server.kubectl("create", "-f", "-", stdin=content)
        assert made.code == 0, made.stderr


def items(name: str) -> list[dict[str, Any]]:
    """Objects that the corpus begins with."""
    found: list[dict[str, Any]] = json.loads((CORPUS / f"setup/{name}.json").read_text())["items"]
    return found


@pytest.mark.parametrize("group", GROUPS)
def test_the_answers_are_those_of_the_original_but_for_the_rows(replay: Replay, group: str) -> None:
    answers = replay(group)

    differing = {name for name, same in answers.items() if not same}
    assert answers
    assert differing == ROWS & set(answers)


def test_every_row_is_about_a_case() -> None:
    assert {name for name in ROWS if not (CORPUS / "cases" / name).is_dir()} == set()
