"""Running a working container's program by runc itself, where that is possible.

What `buildah run` would work out is worked out here: the user's numbers, the environment, the
mount points that the runtime makes and that must not stay in the image.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from slipcast.adapters.engine.buildah.inside import Inside
from slipcast.adapters.engine.host import HostSettings
from slipcast.adapters.runc.configuration import Program
from slipcast.adapters.runc.runner import Runner
from slipcast.builds.s2i.users import owner_of
from slipcast.ports.engine import ContainerSpec, Sink
from slipcast.values.container import ExitStatus, Limits, Owner
from slipcast.values.faults import EngineFault
from slipcast.values.image import ImageConfig

_SELINUX = Path("/sys/fs/selinux/enforce")
_SYSTEM_TARGETS = ("/proc", "/sys", "/dev", "/etc/hosts", "/etc/resolv.conf")


class Direct:
    """The way round the engine for one working container."""

    def __init__(self, runner: Runner, host: HostSettings, inside: Inside, root: Path) -> None:
        self._runner = runner
        self._host = host
        self._inside = inside
        self._root = root

    def possible(self, spec: ContainerSpec) -> bool:
        """Whether this container needs nothing that only the engine can do."""
        # Where SELinux rules, labels of processes and mounts are the engine's business.
        plain = not spec.security_opt and not _SELINUX.exists()
        # Where a user's groups can be limited at all, the engine knows how.
        unlimited = not self._host.rootless or spec.limits == Limits()
        return plain and unlimited and self._runner.possible(spec.network)

    def run(
        self,
        name: str,
        spec: ContainerSpec,
        config: ImageConfig,
        *,
        stdout: Sink,
        stderr: Sink,
        idle: float | None = None,
    ) -> ExitStatus:
        """Run the program to its end; what mounting left in the root is gone afterwards.

        Errors: EngineFault when the image does not know the user.
        """
        user = spec.user or config.user
        owner = self._owner(user, spec.image)
        entrypoint = config.entrypoint if spec.use_entrypoint else ()
        workdir = spec.workdir or config.workdir or "/"
        program = Program(
            root=self._root,
            argv=(*entrypoint, *(spec.argv or config.cmd)),
            env=tuple({**self._home(owner), **dict(config.env), **dict(spec.env)}.items()),
            workdir=workdir,
            owner=owner,
            groups=self._groups(user),
            mounts=spec.mounts,
            cap_drop=spec.cap_drop,
            limits=spec.limits,
            shm_size=spec.shm_size,
            hostname=name.rpartition("-")[2],
            open_files=_limit(self._host.ulimits, "nofile", 1024),
            processes=_limit(self._host.ulimits, "nproc", 4096),
            rootless=self._host.rootless,
            privileged=spec.privileged,
            grace=spec.grace,
        )
        with self._inside.directory(workdir, make=Owner()):
            targets = (*_SYSTEM_TARGETS, *(mount.target for mount in spec.mounts))
            made = self._missing(targets)
        try:
            return self._runner.run(
                name,
                program,
                wanted=spec.network,
                add_hosts=spec.add_hosts,
                stdout=stdout,
                stderr=stderr,
                idle=idle,
                stdin=spec.stdin,
            )
        finally:
            for path in reversed(made):
                self._inside.drop_empty(path)

    def _owner(self, user: str, image: str) -> Owner:
        texts = self._inside.text("/etc/passwd"), self._inside.text("/etc/group")
        owner = owner_of(user, *texts)
        if owner is None:
            raise EngineFault(
                f"the image {image} does not know the user {user}",
                reason="UserUnknown",
                hint="name a user of the image's /etc/passwd, or a number",
            )
        return owner

    def _home(self, owner: Owner) -> dict[str, str]:
        rows = (line.split(":") for line in self._inside.text("/etc/passwd").splitlines())
        homes = [row[5] for row in rows if len(row) > 5 and row[2] == str(owner.uid)]  # noqa: PLR2004 -- passwd(5)
        return {"HOME": (homes or ["/"])[0] or "/"}

    def _groups(self, user: str) -> tuple[int, ...]:
        name, _, group = user.partition(":")
        if group:
            return ()
        rows = [line.split(":") for line in self._inside.text("/etc/group").splitlines()]
        return tuple(
            int(row[2])
            for row in rows
            if len(row) > 3 and row[2].isdecimal() and name in row[3].split(",")  # noqa: PLR2004 -- group(5)
        )

    def _missing(self, targets: Sequence[str]) -> tuple[str, ...]:
        """The paths that do not exist yet and that mounting will make, parents first."""
        found: dict[str, None] = {}
        for target in targets:
            parts = [part for part in target.split("/") if part]
            paths = ["/" + "/".join(parts[: count + 1]) for count in range(len(parts))]
            found.update((path, None) for path in paths if self._inside.status(path) is None)
        return tuple(found)


def _limit(ulimits: Sequence[str], name: str, otherwise: int) -> int:
    values = dict(limit.partition("=")[::2] for limit in ulimits)
    return int(values.get(name, str(otherwise)).partition(":")[0])
