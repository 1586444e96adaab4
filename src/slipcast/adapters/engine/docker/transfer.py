"""Images between the engine and registries: pull and push, with credentials and tries.

The engine talks to the registry, we only pass on who we are. Its progress is condensed to a line
per step, since the messages are made for a screen that is redrawn.

Source: Docker Engine API v1.41, ImageCreate, ImagePush; libpod API, images pull; S2I-136 to 143.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from slipcast.adapters import complaints
from slipcast.adapters.dockersocket import DockerSocket, SocketFault
from slipcast.adapters.engine.docker.failures import fault_of
from slipcast.adapters.engine.docker.storage import Storage, parsed
from slipcast.ports.engine import ANONYMOUS, PullSpec, PushSpec, RegistryAccess, Sink
from slipcast.values.faults import EngineFault, NotFound
from slipcast.values.image import ImageFacts
from slipcast.values.imageref import ImageRef

_TRIES = 6
_PAUSE = 5.0
_SILENCE = 120.0  # S2I-138
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Transfer:
    """Pulls and pushes."""

    def __init__(
        self, socket: DockerSocket, storage: Storage, pause: Callable[[float], None]
    ) -> None:
        self._socket = socket
        self._storage = storage
        self._pause = pause

    def pull(self, spec: PullSpec, log: Sink) -> ImageFacts:
        """Get an image from its registry, whatever is here already.

        Errors: EngineFault.
        """
        ref = parsed(spec.image)
        for left in reversed(range(_TRIES + 1)):
            try:
                with complaints.advised(spec.access):
                    self._pull_once(spec, ref, log)
                break
            except EngineFault as fault:
                if not left or not fault.retryable:
                    raise
                log(f"{fault.message}; trying again\n".encode())
                self._pause(_PAUSE)
        facts = self._storage.facts(str(ref))
        if facts is None:
            raise EngineFault(f"the image {spec.image} was pulled and is not there")
        return facts

    def push(self, spec: PushSpec, image: ImageFacts, log: Sink) -> str:
        """Send an image, under a name that it carries only meanwhile.

        Errors: EngineFault.
        """
        ref = parsed(spec.destination)
        held = self._storage.facts(str(ref))
        self._storage.tag(image.id, str(ref))
        try:
            with complaints.advised(spec.access):
                digest = self._push_once(spec, ref, log)
        finally:
            if held is None:
                self._storage.remove(str(ref))
            elif held.id != image.id:
                self._storage.tag(held.id, str(ref))
        if not digest:
            raise EngineFault(f"the engine did not tell the digest of {spec.destination}")
        return digest

    def _pull_once(self, spec: PullSpec, ref: ImageRef, log: Sink) -> None:
        what = f"the image {spec.image} could not be pulled"
        if spec.access.insecure and self._socket.is_podman:
            path = "/libpod/images/pull"
            params: dict[str, object] = {"reference": str(ref), "tlsVerify": "false"}
        else:
            path = "/images/create"
            version = str(ref.digest) if ref.digest else ref.tag
            params = {"fromImage": _repository(ref), "tag": version}
        self._transferred(what, path, params, spec.access, log)

    def _push_once(self, spec: PushSpec, ref: ImageRef, log: Sink) -> str:
        what = f"the image {spec.image} could not be pushed to {spec.destination}"
        path = f"/images/{_repository(ref)}/push"
        params: dict[str, object] = {"tag": ref.tag}
        if self._socket.is_podman:
            path = f"/images/{_repository(ref)}:{ref.tag}/push"
            params = {"tlsVerify": "false" if spec.access.insecure else "true"}
        return self._transferred(what, path, params, spec.access, log)

    def _transferred(
        self,
        what: str,
        path: str,
        params: Mapping[str, object],
        access: RegistryAccess,
        log: Sink,
    ) -> str:
        """Let the engine do it; the digest when it told one."""
        digest = ""
        try:
            messages = self._socket.messages(
                path, params, headers={"X-Registry-Auth": authorization(access)}, timeout=_SILENCE
            )
            for message in messages:
                complaint = complaint_of(message)
                if complaint:
                    raise fault_of(what, complaint)
                digest = _digest(message) or digest
                for line in _lines(message):
                    log(line.encode() + b"\n")
        except (SocketFault, NotFound) as refused:
            raise fault_of(what, refused.message) from refused
        return digest


def authorization(access: RegistryAccess = ANONYMOUS) -> str:
    """The header that says who we are to a registry."""
    document = {}
    if access.credential is not None:
        document = {
            "username": access.credential.username,
            "password": access.credential.password.reveal(),
        }
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode()


def complaint_of(message: Mapping[str, Any]) -> str:
    """What a message of the engine's complains of, empty when it does not."""
    detail = message.get("errorDetail") or {}
    return str(detail.get("message") or message.get("error") or "")


def _repository(ref: ImageRef) -> str:
    parts = (ref.registry, ref.namespace, ref.name)
    return "/".join(part for part in parts if part)


def _digest(message: Mapping[str, Any]) -> str:
    """The manifest's digest: dockerd tells it beside, podman in a sentence."""
    aux = message.get("aux")
    if isinstance(aux, dict) and aux.get("Digest"):
        return str(aux["Digest"])
    status = str(message.get("status") or "")
    found = _DIGEST.search(status) if "digest" in status.lower() else None
    return found.group() if found else ""


def _lines(message: Mapping[str, Any]) -> Iterable[str]:
    if message.get("progressDetail"):
        return
    text = str(message.get("status") or message.get("stream") or "").strip()
    if text:
        yield f"{message['id']}: {text}" if message.get("id") else text
