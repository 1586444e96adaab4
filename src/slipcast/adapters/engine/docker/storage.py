"""The engine's image storage: facts, names, and what only its files tell.

Source: Docker Engine API v1.41, Image; containers/storage, layout of the image store.
"""

from __future__ import annotations

import base64
import contextlib
import json
import tarfile
from pathlib import Path
from typing import Any

from slipcast.adapters.dockersocket import DockerSocket, SocketFault
from slipcast.adapters.engine.docker.documents import facts_of
from slipcast.adapters.engine.docker.failures import fault_of
from slipcast.adapters.pieces import Pieces
from slipcast.values.faults import EngineFault, InvalidFault, NotFound
from slipcast.values.image import ImageFacts
from slipcast.values.imageref import ImageRef

_BAD_REQUEST = 400
_SERVER_ERROR = 500
_DEPTH = 3


class Storage:
    """The images that an engine holds."""

    def __init__(self, socket: DockerSocket) -> None:
        self._socket = socket

    def facts(self, image: str) -> ImageFacts | None:
        """An image in storage, None when it is not there."""
        if not image or image.startswith("-"):
            return None
        try:
            inspected = self._socket.get(f"/images/{image}/json")
        except NotFound:
            return None
        except SocketFault as refused:
            if refused.status.code in {_BAD_REQUEST, _SERVER_ERROR} and _is_no_name(refused):
                return None
            raise fault_of(
                f"the image {image} could not be inspected", refused.message
            ) from refused
        onbuild = self._onbuild(inspected) if self._socket.is_podman else ()
        return facts_of(inspected, onbuild)

    def tag(self, image: str, tag: str) -> None:
        """Give an image another name.

        Errors: EngineFault.
        """
        ref = ImageRef.parse(tag, "tag").with_default_tag
        repository = str(ref).rpartition(":")[0]
        try:
            self._socket.post(f"/images/{image}/tag", {"repo": repository, "tag": ref.tag})
        except (SocketFault, NotFound) as refused:
            raise fault_of(f"{image} could not be tagged as {tag}", refused.message) from refused

    def remove(self, image: str, *, unused: bool = False) -> None:
        """Remove a name, or an image by its id with all its names; no error when it is gone.

        Errors: EngineFault.
        """
        try:
            self._socket.delete(f"/images/{image}", {"force": 0 if unused else 1})
        except NotFound:
            return
        except SocketFault as refused:
            raise fault_of(f"the image {image} could not be removed", refused.message) from refused

    def discard(self, image: str) -> None:
        """Remove what nobody asked for, and say nothing when the engine still needs it."""
        with contextlib.suppress(NotFound, SocketFault):
            self._socket.delete(f"/images/{image}", {"noprune": 1})

    def is_untagged(self, image: str) -> bool:
        """Whether an image is there without a name."""
        found = self.facts(image)
        return found is not None and not found.names

    def _onbuild(self, inspected: dict[str, Any]) -> tuple[str, ...]:
        """The ONBUILD instructions, which podman's inspection leaves out (S2I-318).

        Shape:  read from the configuration in the storage where that is on this host; else, when
                the history mentions any, from the image itself, which has to be sent for that.
        """
        image = inspected["Id"].removeprefix("sha256:")
        config = self._stored_config(image, inspected.get("GraphDriver") or {})
        if config is None and self._mentions_onbuild(image):
            config = self._sent_config(image)
        triggers = ((config or {}).get("config") or {}).get("OnBuild") or ()
        return tuple(triggers)

    def _stored_config(self, image: str, driver: dict[str, Any]) -> dict[str, Any] | None:
        """The configuration in the storage's files, beside the layers that the inspection names."""
        top = Path((driver.get("Data") or {}).get("UpperDir") or "/")
        # ROOT/overlay/LAYER/diff
        if not self._socket.endpoint.is_local or len(top.parents) < _DEPTH:
            return None
        root, name = top.parents[_DEPTH - 1], driver.get("Name") or ""
        key = base64.b64encode(f"sha256:{image}".encode()).decode()
        try:
            text = Path(root, f"{name}-images", image, f"={key}").read_bytes()
            config: dict[str, Any] = json.loads(text)
        except (OSError, ValueError):
            return None
        return config

    def _mentions_onbuild(self, image: str) -> bool:
        history = self._socket.get(f"/images/{image}/history")
        return any("ONBUILD" in (entry.get("CreatedBy") or "") for entry in history)

    def _sent_config(self, image: str) -> dict[str, Any] | None:
        """The configuration out of the image as the engine saves it."""
        found: dict[str, bytes] = {}
        with (
            self._socket.stream("GET", f"/images/{image}/get", timeout=None) as pieces,
            tarfile.open(fileobj=Pieces(pieces), mode="r|") as tar,
        ):
            for member in tar:
                file = tar.extractfile(member) if member.name.endswith(".json") else None
                if file is not None:
                    found[member.name] = file.read()
        manifest = json.loads(found.get("manifest.json", b"[]"))
        if not manifest:
            return None
        config: dict[str, Any] = json.loads(found.get(manifest[0]["Config"], b"{}"))
        return config


def required(facts: ImageFacts | None, image: str) -> ImageFacts:
    """The facts, when there are any.

    Errors: NotFound.
    """
    if facts is None:
        raise NotFound(
            f"the image {image} is not in the engine's storage",
            hint="Pull or build it first, or allow pulling with --pull-policy if-not-present.",
        )
    return facts


def parsed(image: str) -> ImageRef:
    """An image's name with its tag.

    Errors: EngineFault when it is none.
    """
    try:
        return ImageRef.parse(image).with_default_tag
    except InvalidFault as wrong:
        raise EngineFault(wrong.message, reason="ImageUnknown") from wrong


def _is_no_name(refused: SocketFault) -> bool:
    return any(
        words in refused.message
        for words in ("invalid reference", "parsing reference", "invalid repository")
    )
