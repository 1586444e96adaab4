"""Dockerfile builds by the engine: the context as a tar stream, the log as it comes.

Source: Docker Engine API v1.41, ImageBuild; libpod's additions to it (volume, dropcaps, timestamp).
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from slipcast.adapters.argv import Tail
from slipcast.adapters.buildfile import dockerfile_of
from slipcast.adapters.complaints import out_of_memory, step_was_killed
from slipcast.adapters.dockersocket import DockerSocket, SocketFault
from slipcast.adapters.engine.docker.archive import content_of, tar_of
from slipcast.adapters.engine.docker.failures import fault_of
from slipcast.adapters.engine.docker.requests import limit_parameters, network_mode
from slipcast.adapters.engine.docker.storage import Storage, required
from slipcast.adapters.engine.docker.transfer import complaint_of
from slipcast.adapters.layers.tar import END, Member, Type, header
from slipcast.dockerfile.ignore import IgnoreRules, dockerignore
from slipcast.dockerfile.parse import parse_dockerfile
from slipcast.dockerfile.stages import base_images
from slipcast.ports.engine import BuildSpec, Sink
from slipcast.values.container import Mount, PullPolicy
from slipcast.values.faults import EngineFault, InvalidFault, NotFound
from slipcast.values.image import ImageFacts
from slipcast.values.imageref import ImageRef

_IGNORE = ".dockerignore"
_PODMAN_WITH_MOUNTS = (4, 4)
_BUILT = re.compile(r"^(?:Successfully built |sha256:|--> )?([0-9a-f]{12,64})$")


def build(socket: DockerSocket, storage: Storage, spec: BuildSpec, log: Sink) -> ImageFacts:
    """Build a Dockerfile.

    Errors: EngineFault.
    """
    what = f"the Dockerfile build{f' of {spec.tag}' if spec.tag else ''} failed"
    dockerfile = dockerfile_of(spec)
    text = dockerfile.read_text(errors="replace")
    bases = _bases(text, spec)
    if spec.policy is PullPolicy.NEVER:
        for base in bases:
            required(storage.facts(base), base)
    context = Context(spec.context, dockerfile)
    tail = Tail(log)
    try:
        messages = socket.messages(
            "/build",
            _parameters(socket, spec, context.dockerfile_name),
            data=context.pieces(),
            headers={
                "Content-Type": "application/x-tar",
                "X-Registry-Config": _logins(spec, bases),
            },
            timeout=None,
        )
        image = _followed(what, messages, tail)
    except (SocketFault, NotFound) as refused:
        raise fault_of(what, refused.message, tail.lines) from refused
    except EngineFault as fault:
        # An engine elsewhere cannot be asked whose doing it was; nobody but the kernel kills steps.
        if spec.limits.memory and step_was_killed((fault.message, *fault.tail)):
            raise out_of_memory(fault) from fault
        raise
    found = storage.facts(image)
    if found is None:
        raise EngineFault(f"{what}: the image is not there afterwards", tail=tail.lines)
    return found


class Context:
    """A build context: everything below a directory that its .dockerignore leaves in.

    Shape:  a Dockerfile from elsewhere travels under a name of its own, which the ignore file sent
            along keeps out of the image.
    """

    def __init__(self, root: Path, dockerfile: Path) -> None:
        self._root = root
        self._dockerfile = dockerfile
        inside = _relative(dockerfile, root)
        self._foreign = inside is None
        self.dockerfile_name = inside or f".dockerfile-{secrets.token_hex(6)}"

    def pieces(self) -> Iterator[bytes]:
        """The context as a tar stream, read while it is sent."""
        ignore_file = self._root / _IGNORE
        text = ignore_file.read_text(errors="replace") if ignore_file.is_file() else ""
        rules = dockerignore(text)
        kept = {self.dockerfile_name, _IGNORE}
        if self._foreign:
            kept.discard(_IGNORE)
            yield from tar_of(self.dockerfile_name, self._dockerfile.read_bytes())
            yield from tar_of(_IGNORE, f"{text}\n{self.dockerfile_name}\n{_IGNORE}\n".encode())
        yield from self._below(self._root, "", rules, kept)
        yield END

    def _below(
        self, directory: Path, prefix: str, rules: IgnoreRules, kept: set[str]
    ) -> Iterator[bytes]:
        for item in sorted(os.scandir(directory), key=lambda each: each.name):
            name = prefix + item.name
            if self._foreign and name == _IGNORE:
                continue
            is_directory = item.is_dir(follow_symlinks=False)
            ignored = name not in kept and rules.ignores(name, is_directory)
            if not ignored:
                yield from _member(item, name)
            holds_kept = any(each.startswith(f"{name}/") for each in kept)
            if is_directory and (not ignored or holds_kept or not rules.may_prune(name)):
                yield from self._below(Path(item.path), f"{name}/", rules, kept)


def _followed(what: str, messages: Iterable[Any], tail: Tail) -> str:
    """Hand on the log; the id that it ends with."""
    image = ""
    for message in messages:
        complaint = complaint_of(message)
        if complaint:
            raise fault_of(what, complaint, tail.lines)
        aux = message.get("aux")
        if isinstance(aux, dict) and aux.get("ID"):
            image = str(aux["ID"])
        text = str(message.get("stream") or message.get("status") or "")
        tail(text.encode())
        for line in text.splitlines():
            found = _BUILT.match(line)
            image = found.group(1) if found else image
    return image


def _parameters(socket: DockerSocket, spec: BuildSpec, dockerfile: str) -> dict[str, object]:
    podman = socket.is_podman
    _refuse_what_is_ignored(socket, spec)
    parameters: dict[str, object] = {
        "dockerfile": dockerfile,
        "rm": 1,
        "forcerm": 1,
        "t": spec.tag,
        "nocache": int(spec.no_cache),
        "pull": int(spec.policy is PullPolicy.ALWAYS),
        # Arguments of these names are declared by the engine itself, and in no image's history.
        "buildargs": json.dumps({**spec.proxies, **spec.build_args}),
        "labels": json.dumps(dict(spec.labels)) if spec.labels else "",
        "networkmode": network_mode(spec.network, podman=podman),
        **limit_parameters(spec.limits),
    }
    if podman:
        parameters |= {
            "volume": [_volume(mount) for mount in spec.mounts],
            "dropcaps": json.dumps(list(spec.cap_drop)) if spec.cap_drop else "",
            "extrahosts": json.dumps(list(spec.add_hosts)) if spec.add_hosts else "",
            "timestamp": "" if spec.timestamp is None else spec.timestamp,
            "layers": int(spec.layers),
        }
    else:
        parameters["extrahosts"] = list(spec.add_hosts)
    return {key: value for key, value in parameters.items() if value not in ("", [], None, "{}")}


def _refuse_what_is_ignored(socket: DockerSocket, spec: BuildSpec) -> None:
    """Refuse what the engine would leave undone without a word."""
    podman = socket.is_podman
    has_mounts = podman and _release(socket) >= _PODMAN_WITH_MOUNTS
    lacking = [
        *(["mounts"] if spec.mounts and not has_mounts else []),
        *(["dropped capabilities"] if spec.cap_drop and not podman else []),
        *(["variables that the image does not keep"] if spec.step_env else []),
    ]
    if lacking:
        raise EngineFault(
            f"this engine's API has no {' and no '.join(lacking)} in a Dockerfile build",
            reason="NotSupported",
            hint="Use the buildah engine, or the socket of podman 4.4 or newer.",
        )


def _release(socket: DockerSocket) -> tuple[int, ...]:
    numbers = re.findall(r"\d+", socket.server)
    return tuple(int(number) for number in numbers[:2])


def _volume(mount: Mount) -> str:
    options = [*(["ro"] if mount.read_only else []), *mount.options]
    return ":".join([mount.source, mount.target, *([",".join(options)] if options else [])])


def _relative(path: Path, root: Path) -> str | None:
    """A path as one below root, None when it is not below it or is reached by a link."""
    whole = path.parent.resolve() / path.name
    base = root.resolve()
    if not whole.is_relative_to(base) or whole.is_symlink():
        return None
    return whole.relative_to(base).as_posix()


def _bases(text: str, spec: BuildSpec) -> tuple[str, ...]:
    try:
        return base_images(parse_dockerfile(text), spec.build_args)
    except InvalidFault:
        return ()  # the engine says it better, with its line


def _logins(spec: BuildSpec, bases: Iterable[str]) -> str:
    """The credential of the build, for the registries of its base images."""
    credential = spec.access.credential
    logins = {}
    if credential is not None:
        for host in {_host(base) for base in bases} - {""}:
            logins[host] = {
                "username": credential.username,
                "password": credential.password.reveal(),
            }
    return base64.urlsafe_b64encode(json.dumps(logins).encode()).decode()


def _host(image: str) -> str:
    try:
        return ImageRef.parse(image).registry_host
    except InvalidFault:
        return ""


def _member(item: os.DirEntry[str], name: str) -> Iterator[bytes]:
    status = item.stat(follow_symlinks=False)
    member = Member(
        name=os.fsencode(name), mode=stat.S_IMODE(status.st_mode), mtime=int(status.st_mtime)
    )
    if item.is_symlink():
        member.type, member.target = Type.LINK, os.fsencode(Path(item.path).readlink())
        yield header(member)
    elif item.is_dir():
        member.type = Type.DIRECTORY
        yield header(member)
    elif item.is_file():
        with open(item.path, "rb") as file:  # noqa: PTH123 -- an entry's path may not be UTF-8
            member.size = os.fstat(file.fileno()).st_size
            yield header(member)
            yield from content_of(file, member.size, name)
