"""Kill -9 while images are pushed: each new image starts one build of each config that watches it.

SLIPCAST_KILLS says how often the server is killed; the nightly form says fifty. A tag gets its next
image when all who watch it know of the last one.
"""

from __future__ import annotations

import itertools
import logging
import os
import random
from collections import Counter
from contextlib import suppress
from hashlib import sha256
from typing import Any

import anyio
import httpx
import pytest

from e2e.server.conftest import New
from e2e.server.load import AGAIN
from e2e.server.process import Server
from e2e.server.waiting import soon

pytestmark = pytest.mark.anyio
log = logging.getLogger(__name__)

KILLS = int(os.environ.get("SLIPCAST_KILLS", "4"))
LONGEST = 1.5
"""Seconds of pushes before a kill."""
PATIENCE = 120.0
SPACE = "images"
BUILDS = f"/apis/build.openshift.io/v1/namespaces/{SPACE}"
IMAGES = f"/apis/image.openshift.io/v1/namespaces/{SPACE}"
TAGS = ("base:1", "base:2", "other:1")
CONFIGS = {
    "one": ("base:1",),
    "first": ("base:1",),
    "second": ("base:2",),
    "both": ("base:1", "other:1"),
    "all": TAGS,
}
"""The tags that each config watches; the first is that of its strategy."""

Items = list[dict[str, Any]]


def a_config(name: str) -> dict[str, Any]:
    """A config of which every build stays, and whose triggers say of each tag what it is."""
    froms = [{"kind": "ImageStreamTag", "name": tag} for tag in CONFIGS[name]]
    changes = [{"from": each} if number else {} for number, each in enumerate(froms)]
    spec = {
        "runPolicy": "Parallel",
        "source": {"dockerfile": "FROM scratch\n"},
        "strategy": {"dockerStrategy": {"from": froms[0]}},
        "triggers": [
            {"type": "ConfigChange"},
            *({"type": "ImageChange", "imageChange": each} for each in changes),
        ],
        "successfulBuildsHistoryLimit": 100_000,
        "failedBuildsHistoryLimit": 100_000,
    }
    return {"metadata": {"name": name}, "spec": spec}


def prepare(server: Server) -> None:
    """Make the namespace, its streams and its configs."""
    with server.client() as client:
        space = {"metadata": {"name": SPACE}}
        client.post("/api/v1/namespaces", json=space).raise_for_status()
        for stream in sorted({tag.partition(":")[0] for tag in TAGS}):
            made = {"metadata": {"name": stream}}
            client.post(f"{IMAGES}/imagestreams", json=made).raise_for_status()
        for name in CONFIGS:
            client.post(f"{BUILDS}/buildconfigs", json=a_config(name)).raise_for_status()


class Pusher:
    """Gives a tag one image after another, whatever becomes of the server."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.pushed: list[str] = []
        self._context: Any = None

    async def push(self, server: Server, enough: anyio.Event) -> None:
        """Push until it is enough; the last image is seen by everybody."""
        self._context = server.context()
        for number in itertools.count():
            spec = await self._one(server, number)
            self.pushed.append(spec)
            await self._known(server, spec)
            if enough.is_set():
                return

    async def _one(self, server: Server, number: int) -> str:
        stream, _, tag = self.tag.partition(":")
        digest = "sha256:" + sha256(f"{self.tag} {number}".encode()).hexdigest()
        spec = f"registry.example.com/{SPACE}/{stream}@{digest}"
        image = {"metadata": {"name": digest}, "dockerImageReference": spec}
        mapping = {"metadata": {"name": stream}, "tag": tag, "image": image}
        while True:
            with suppress(httpx.TransportError):
                async with server.clients(self._context) as client:
                    answer = await client.post(f"{IMAGES}/imagestreammappings", json=mapping)
                if answer.status_code not in {409, 429, 503}:
                    answer.raise_for_status()
                    return spec
            await anyio.sleep(AGAIN)

    async def _known(self, server: Server, spec: str) -> None:
        """Return when all who watch the tag have been built from an image."""
        watching = sum(self.tag in tags for tags in CONFIGS.values())
        with anyio.fail_after(PATIENCE):
            while True:
                with suppress(httpx.TransportError):
                    async with server.clients(self._context) as client:
                        answer = await client.get(f"{BUILDS}/buildconfigs")
                    if answer.status_code == 200 and known_to(answer.json(), spec) == watching:
                        return
                await anyio.sleep(AGAIN)


def known_to(listed: dict[str, Any], image: str) -> int:
    """How many configs have been built from an image: each tells so in its spec and its status."""
    triggers = [each["spec"]["triggers"] for each in listed["items"]]
    told = [[each.get("imageChange", {}) for each in own] for own in triggers]
    return sum(image in {each.get("lastTriggeredImageID") for each in own} for own in told)


def started_by(build: dict[str, Any]) -> list[str]:
    """The images that started a build."""
    causes = build["spec"]["triggeredBy"]
    return [each["imageChangeBuild"]["imageID"] for each in causes if "imageChangeBuild" in each]


def built_from(build: dict[str, Any]) -> str:
    """The image that a build starts from."""
    spec: str = build["spec"]["strategy"]["dockerStrategy"]["from"]["name"]
    return spec


async def all_builds(server: Server) -> Items:
    """The builds there are."""
    async with server.clients() as client:
        answer = await client.get(f"{BUILDS}/builds")
    items: Items = answer.raise_for_status().json()["items"]
    return items


async def test_each_image_starts_one_build_of_each_config_whatever_is_killed(new: New) -> None:
    server = new(environment={"SLIPCAST_PODS": "none"}).start()
    prepare(server)
    pushers = [Pusher(tag) for tag in TAGS]
    enough = anyio.Event()

    async with anyio.create_task_group() as tasks:
        for pusher in pushers:
            tasks.start_soon(pusher.push, server, enough)
        for _ in range(KILLS):
            await anyio.sleep(random.uniform(0.05, LONGEST))  # noqa: S311  no secret
            await anyio.to_thread.run_sync(server.kill)
            await anyio.to_thread.run_sync(server.start)
        enough.set()
    builds = await soon(lambda: all_builds(server), PATIENCE)

    pushed = {pusher.tag: pusher.pushed for pusher in pushers}
    log.info("images: %s, builds: %d", {tag: len(of) for tag, of in pushed.items()}, len(builds))
    for name, tags in CONFIGS.items():
        own = [each for each in builds if each["status"]["config"]["name"] == name]
        causes = Counter(image for each in own for image in started_by(each))
        assert set(causes.values()) <= {1}, name
        assert len({built_from(each) for each in own}) == len(pushed[tags[0]]), name
    single = [each for each in builds if each["status"]["config"]["name"] in {"one", "second"}]
    assert Counter(map(built_from, single)) == Counter(pushed["base:1"] + pushed["base:2"])
    assert server.terminate() == 0
