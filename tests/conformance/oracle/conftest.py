"""A server as the recorded one was, and what replays groups of cases on it.

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

ROOT = Path(__file__).resolve().parents[3]
CORPUS = ROOT.parent / "shared" / "oracle"
ROW = re.compile(r"^\| `?([0-9]{4}-[\w-]+)`? \|", re.MULTILINE)
ROWS = set(ROW.findall((ROOT / "docs/reference/differences.md").read_text()))
"""The cases that are answered differently on purpose."""
BEGINNING = {
    "10-imagestreams": "image",
    "20-imagestreammappings": "image",
    "40-templates": "template",
}
"""What the corpus begins with, and the groups that these kinds have."""
REGISTRY = "172.30.1.1:5000"
"""The address that the recorded registry had; nothing answers there, then as now."""

Replay = Callable[[str], dict[str, bool]]
"""Replays a group of cases; by case, whether the answer was the same."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that runs no builds: the original had no nodes."""
    if not CORPUS.exists():
        pytest.skip("no recorded answers beside here")
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
