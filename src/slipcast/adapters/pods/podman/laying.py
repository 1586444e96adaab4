"""Laying out a pod whose containers podman runs: its plan, and what podman is given in files.

Beside what every pod's directory holds: given-NAME, the variables of a container as podman reads
them; box-NAME, where podman tells of it; parts/, mounts of directories below a volume.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import msgspec

from slipcast.adapters import kernel
from slipcast.adapters.pods.podman import commandline, variables
from slipcast.adapters.pods.podman.commandline import Bind, Podman, Run
from slipcast.adapters.pods.process import laying
from slipcast.adapters.pods.process import variables as host
from slipcast.adapters.pods.process.place import Place
from slipcast.adapters.pods.process.plan import (
    TERMINATION_LOG,
    Role,
    containers_of,
    given_to,
    is_ours,
    limits_of,
    planned,
    stdin_of,
)
from slipcast.adapters.privatefiles import write_private
from slipcast.api.container import Container
from slipcast.api.pod import Pod
from slipcast.api.volumes import Volume, VolumeMount
from slipcast.ports.pods import Materials

_WORD = "/word"
_LONG = "/var/run/slipcast"
"""Where a builder finds the variables that are too long to be variables."""


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """A pod that is being laid out.

    Shape:  place is where it will lie.
    """

    podman: Podman
    place: Place
    pod: Pod
    materials: Materials
    grouped: bool

    def lay(self) -> None:
        """Put the pod's directory in place, whole or not at all; one that is there stays.

        Errors: PodFault.
        """
        laying.put(self.place, planned(self.pod, self.materials, self._role), self._fill)

    def _role(self, container: Container) -> Role:
        given = variables.given(self._env(container))
        run = Run(
            place=self.place,
            pod=self.pod,
            container=container,
            binds=tuple(self._binds(container)),
            inherited=tuple(given.inherited),
            access=self.materials.access,
            grouped=self.grouped,
        )
        return Role(
            name=container.name,
            image=container.image,
            argv=commandline.running(self.podman, run),
            stdin=stdin_of(container, given_to(self.materials)),
            limits=limits_of(container),
            message_path=_WORD,
            log_speaks=container.termination_message_policy == "FallbackToLogsOnError",
            box=str(commandline.box(self.place, container.name)),
        )

    def _fill(self, staged: Place) -> None:
        laying.volumes(staged, self.pod, self.materials, self.podman.sockets)
        laying.hide(staged, self.materials)
        for volume in self.pod.spec.volumes:
            if volume.empty_dir is not None:
                # Whoever a container runs as writes there.
                (staged.path / "volumes" / volume.name).chmod(0o777)
        credential = self.materials.access.credential
        for container in containers_of(self.pod.spec):
            laying.pipe(staged, container, self.materials)
            staged.root(container.name).mkdir(mode=0o700)
            for number, mount in enumerate(container.volume_mounts):
                self._part(staged, container, number, mount)
            if credential is not None:
                directory = commandline.login(staged, container.name)
                laying.write_login(directory, container.image, credential)
            self._write_env(staged, container)
            for name, value in self._long(container).items():
                write_private(staged.long(container.name, name), os.fsencode(value))

    def _write_env(self, staged: Place, container: Container) -> None:
        given = variables.given(self._env(container))
        write_private(commandline.env_file(staged, container.name), os.fsencode(given.lines))
        ours = host.complete(
            given.inherited, self.podman.env, self.place.path, self.place.root(container.name)
        )
        ours |= commandline.trust(self.podman, container.image)
        laying.write_env(staged, container.name, ours)

    def _env(self, container: Container) -> dict[str, str]:
        given = self._given(container)
        if not is_ours(container):
            return given
        short, long = host.parted({**given, **self.podman.builder_env})
        return {**short, **{host.FILES[name]: f"{_LONG}/{name}" for name in long}}

    def _long(self, container: Container) -> dict[str, str]:
        return host.parted(self._given(container))[1] if is_ours(container) else {}

    def _given(self, container: Container) -> dict[str, str]:
        every = self.materials.env.get(container.name, ())
        return {each.name: each.value.reveal() for each in every}

    def _binds(self, container: Container) -> list[Bind]:
        found = {each.name: each for each in self.pod.spec.volumes}
        path = container.termination_message_path or TERMINATION_LOG
        word = self.place.root(container.name) / _WORD.lstrip("/")
        return [
            *(
                self._bind(container, number, mount, found.get(mount.name))
                for number, mount in enumerate(container.volume_mounts)
            ),
            Bind(source=word, target=str(_absolute(path))),
            *(
                Bind(
                    source=self.place.long(container.name, name),
                    target=f"{_LONG}/{name}",
                    read_only=True,
                )
                for name in self._long(container)
            ),
        ]

    def _bind(
        self, container: Container, number: int, mount: VolumeMount, volume: Volume | None
    ) -> Bind:
        source = self.place.path / "volumes" / laying.inside(mount.name)
        if volume is not None and volume.host_path is not None:
            source = Path(volume.host_path.path)
        elif mount.sub_path and volume is not None and volume.empty_dir is not None:
            source = _part_of(self.place, container, number)
        elif mount.sub_path:
            source /= laying.inside(mount.sub_path)
        # As in a cluster, what a volume is filled with is not changed in it.
        is_filled = volume is not None and volume.empty_dir is None and volume.host_path is None
        return Bind(
            source=source,
            target=str(_absolute(mount.mount_path)),
            read_only=bool(mount.read_only) or is_filled,
        )

    def _part(self, staged: Place, container: Container, number: int, mount: VolumeMount) -> None:
        seen = laying.part(staged, container, mount)
        volumes = {each.name: each for each in self.pod.spec.volumes}
        if mount.sub_path and volumes[mount.name].empty_dir is not None:
            # Mounted before anything runs: a container could put a link there that leads out.
            seen.chmod(0o777)
            at = _part_of(staged, container, number)
            at.mkdir(mode=0o700, parents=True)
            kernel.bind(str(seen), str(at))


def _part_of(place: Place, container: Container, number: int) -> Path:
    return place.path / "parts" / f"{container.name}-{number}"


def _absolute(path: str) -> PurePosixPath:
    return PurePosixPath("/") / laying.inside(path.lstrip("/"))
