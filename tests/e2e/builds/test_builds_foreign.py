"""Clients that other people wrote for OpenShift, unchanged: Ansible, nodeshift, a script."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.test_login import line
from e2e.builds.conftest import variables
from e2e.builds.foreign import places
from e2e.builds.project import SLOWEST
from e2e.server.process import Ran, Server

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

SHOP = {
    "package.json": json.dumps({"name": "shop", "version": "1.0.0", "files": ["Dockerfile"]}),
    "Dockerfile": "FROM scratch\nLABEL by=nodeshift\n",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that knows Anna."""
    place = tmp_path_factory.mktemp("foreign")
    (place / "users").write_text(line("anna", "secret"))
    settings = {**variables(place), "SLIPCAST_HTPASSWD": str(place / "users")}
    server = Server(state=place / "state", log=place / "log", environment=settings)
    try:
        yield server.start()
    finally:
        server.close()


def run(place: Path, *argv: str, **variables: str) -> Ran:
    """Somebody's program in a directory of theirs, to its end."""
    env = {**os.environ, "HOME": str(place), "KUBECONFIG": os.devnull, **variables}
    ended = subprocess.run(
        argv, cwd=place, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=SLOWEST, check=False,
    )  # fmt: skip
    return Ran(ended.returncode, ended.stdout, ended.stderr)


def test_ansible_logs_in_builds_prunes_and_logs_out(server: Server, tmp_path: Path) -> None:
    clients = places.python()

    ran = run(
        tmp_path, f"{clients}/bin/ansible-playbook", "-i", "localhost,", f"{places.HERE}/play.yml",
        ANSIBLE_COLLECTIONS_PATH=str(clients), ANSIBLE_HOME=str(tmp_path), LC_ALL="C.UTF-8",
        SERVER=server.url, AUTHORITY=str(server.state / "pki/ca.crt"),
        ADMIN=str(server.kubeconfig),
    )  # fmt: skip

    assert ran.code == 0, ran.stdout + ran.stderr
    assert server.kubectl("get", "istag", "-n", "ansible").stdout == ""


def test_a_script_watches_a_build_and_reads_its_log(server: Server, tmp_path: Path) -> None:
    python = f"{places.python()}/bin/python"

    ran = run(tmp_path, python, f"{places.HERE}/watch-a-build", str(server.kubeconfig))

    assert ran.code == 0, ran.stdout + ran.stderr
    told = json.loads(ran.stdout)
    assert (told["build"], told["policy"]) == ("app-1", "Parallel")
    assert told["phases"] == ["New", "Complete"]
    assert "LABEL by=script" in told["log"]
    assert "/scripted/app@sha256:" in told["image"]


def test_nodeshift_logs_in_builds_and_deploys(server: Server, tmp_path: Path) -> None:
    nodeshift = f"{places.node()}/node_modules/.bin/nodeshift"
    for name, text in SHOP.items():
        (tmp_path / name).write_text(text)

    who = (f"--server={server.url}", "--username=anna", "--password=secret")
    login = run(tmp_path, nodeshift, "login", *who, "--insecure", "--forceLogin")
    there = ("--namespace.name=shop", "--namespace.create", "--build.strategy=Docker")
    ran = run(tmp_path, nodeshift, "deploy", *there, "--expose", "--exposeHost=shop.example.org")

    assert login.code == 0, login.stdout + login.stderr
    assert ran.code == 0, ran.stdout + ran.stderr
    words = ("-n", "shop", "-o", "jsonpath={.items[*].metadata.name}")
    found = [
        server.kubectl("get", kind, *words).stdout for kind in ("istag", "deploy", "svc", "route")
    ]
    assert found == ["shop:latest", "shop", "shop", "shop"], ran.stdout
