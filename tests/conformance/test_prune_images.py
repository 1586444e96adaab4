"""`slipcast adm prune images` against a running server, with what was really pushed to it.

Source: image-streams.md IS-132, IS-133.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from conformance.conftest import Ran, Server, running
from conformance.registry.conftest import Image, Repo, an_artifact, stream, trust

SPACE = "images"
PRUNE = ("adm", "prune", "images", "--keep-younger-than=0s", "--keep-tag-revisions=1")
PUSHES = 12


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of which nobody else minds what becomes of its images."""
    with running(tmp_path_factory) as server:
        made = server.kubectl("create", "namespace", SPACE)
        assert made.code == 0, made.stderr
        yield server


@pytest.fixture
def repo(server: Server) -> Iterator[Repo]:
    """A repository that nobody else uses, as the administrator sees it."""
    keys, context = server.state / "pki", trust(server)
    context.load_cert_chain(keys / "admin.crt", keys / "admin.key")
    with httpx.Client(base_url=server.url, verify=context, trust_env=False) as client:
        yield Repo(client, f"{SPACE}/app-{secrets.token_hex(6)}")


def pushed(repo: Repo, tag: str, times: int = PUSHES) -> list[Image]:
    """Images that were pushed to a tag, one after the other."""
    images = [Image() for _ in range(times)]
    for image in images:
        repo.push(image, tag)
    return images


def kept(server: Server, images: list[Image]) -> list[Image]:
    """Those that are still there."""
    names = server.kubectl("get", "images", "-o", "name").stdout
    return [image for image in images if image.digest in names]


def history(server: Server, repo: Repo) -> dict[str, list[str]]:
    """The digests that each tag has had."""
    tags = stream(server, repo)["status"].get("tags", [])
    return {tag["tag"]: [item["image"] for item in tag["items"]] for tag in tags}


def rows(ran: Ran) -> list[list[str]]:
    """The images that are shown, without their age."""
    words = [line.split() for line in ran.stdout.splitlines()]
    return [[name, *rest] for name, _, *rest in words if name.startswith("sha256:")]


def test_what_was_shown_goes_and_nothing_else(server: Server, repo: Repo) -> None:
    server.slipcast(*PRUNE, "--confirm")
    images = pushed(repo, "v1", 3)

    shown = server.slipcast(*PRUNE)
    done = server.slipcast(*PRUNE, "--confirm")

    assert (done.code, done.stderr) == (0, "")
    assert rows(shown) == rows(done)
    assert [name for name, *_ in rows(done)] == sorted(image.digest for image in images[:-1])
    assert "blobs removed from the registry" in done.stdout
    assert kept(server, images) == images[-1:]
    assert history(server, repo) == {"v1": [images[-1].digest]}
    assert repo.get(f"manifests/{images[-1].digest}").status_code == 200


def test_what_a_pod_uses_and_what_is_about_that_stays(server: Server, repo: Repo) -> None:
    images = pushed(repo, "v1", 3)
    about = [an_artifact(image.manifest, "application/vnd.example.signature") for image in images]
    for artifact in about:
        repo.push(artifact)
    pulled = f"--image=registry.example.com/{repo.name}@{images[0].digest}"
    started = server.kubectl("-n", SPACE, "create", "deployment", repo.name[-9:], pulled)

    server.slipcast(*PRUNE, "--confirm")

    assert started.code == 0, started.stderr
    assert kept(server, images) == [images[0], images[2]]
    assert kept(server, about) == [about[0], about[2]]


def test_pushes_go_on_meanwhile(server: Server, repo: Repo, tmp_path: Path) -> None:
    before = pushed(repo, "v1")

    with server.begun(tmp_path / "log", "slipcast", *PRUNE, "--confirm") as begun:
        meanwhile = pushed(repo, "v1")
        begun.prints("removed from the registry")

    newest = history(server, repo)["v1"][0]
    assert newest == meanwhile[-1].digest
    assert not set(history(server, repo)["v1"]) - {
        image.digest for image in kept(server, [*before, *meanwhile])
    }
    assert repo.get("manifests/v1").status_code == 200


def test_whoever_is_killed_in_between_comes_to_the_same_end(
    server: Server, repo: Repo, tmp_path: Path
) -> None:
    images = pushed(repo, "v1") + pushed(repo, "v2")

    with server.begun(tmp_path / "log", "slipcast", *PRUNE, "--confirm") as begun:
        begun.prints(images[0].digest)
    between = history(server, repo)
    again = server.slipcast(*PRUNE, "--confirm")

    assert (again.code, again.stderr) == (0, "")
    assert between["v1"][0] == images[PUSHES - 1].digest
    assert kept(server, images) == [images[PUSHES - 1], images[-1]]
    assert history(server, repo) == {
        "v1": [images[PUSHES - 1].digest],
        "v2": [images[-1].digest],
    }
