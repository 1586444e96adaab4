"""The run: a bundle, runc around it, how it ended, and nothing of it afterwards.

A run owns a directory named after it with the bundle and runc's log. Whatever happens, the
container is killed and deleted and the directory removed; `sweep` does the same for runs whose
process was killed before it could.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec.structs import replace

from slipcast.adapters import argv
from slipcast.adapters.runc import network
from slipcast.adapters.runc.configuration import Program, capabilities, configuration, held
from slipcast.adapters.runc.leftbehind import LeftBehind
from slipcast.adapters.runc.seccomp import PROFILES, filter_for
from slipcast.ports.engine import Sink
from slipcast.values.container import ExitStatus, Mount
from slipcast.values.faults import EngineFault

DEFAULT = ""
NETWORKS = frozenset({DEFAULT, "none", "host"})
CGROUP = "/slipcast"
_CANNOT_START = 127
_OVER = "stopped"
_PAUSE = 0.1
_SECCOMP_HINT = "install the package golang-github-containers-common, which brings it"


class Runner:
    """Runs programs by runc, as root, on hosts that ship the container tools' call filter.

    Shape:  root of a user namespace is enough for programs that are marked rootless.
    """

    def __init__(self, state: Path) -> None:
        self._state = state
        self._bundles = state / "runs"

    def possible(self, wanted: str) -> bool:
        """Whether a program on this network can be run here without the engine's help."""
        return (
            wanted in NETWORKS
            and os.geteuid() == 0
            and argv.find("runc") is not None
            and any(Path(name).is_file() for name in PROFILES)
            and (wanted != DEFAULT or network.possible())
        )

    def run(
        self,
        name: str,
        program: Program,
        *,
        wanted: str,
        add_hosts: tuple[str, ...],
        stdout: Sink,
        stderr: Sink,
        idle: float | None = None,
        stdin: Iterable[bytes] | None = None,
    ) -> ExitStatus:
        """Run a program to its end.

        Shape:  wanted is the network as the engine port names it, one of NETWORKS; add_hosts are
                `HOST:IP`; idle and stdin as there.
        Errors: EngineFault when runc or the network cannot be had; a program that cannot be
                started is an ExitStatus with an error.
        """
        bundle = self._bundles / name
        kill = self._killer(name, program.grace)
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, bundle, ignore_errors=True)
            stack.callback(self._delete, name)
            bundle.mkdir(parents=True, mode=0o700)
            namespace = stack.enter_context(_network(wanted))
            complete = replace(
                program,
                held=_held() if program.privileged else (),
                network_namespace=namespace,
                cgroup=_cgroup(name, program),
                mounts=(*_names(bundle, wanted, add_hosts), *program.mounts),
            )
            document = configuration(complete, _filter(complete))
            (bundle / "config.json").write_text(json.dumps(document))
            # Two hands of runc's would mix up what goes to one place; it keeps out of that then.
            left = LeftBehind(bundle / "pid") if stdout == stderr else None
            if left:
                stack.callback(left.reap)
            log = bundle / "log.json"
            command = self._runc(
                *(["--rootless=true"] if program.rootless else []),
                *(f"--log={log}", "--log-format=json"),
                *("run", *(left.words if left else ("--keep",)), f"--bundle={bundle}", name),
            )
            try:
                code = argv.stream(
                    command,
                    stdin=_piped(stdin) if left else stdin,
                    stdout=stdout,
                    stderr=stderr,
                    ends=argv.Ends(early=kill, left=left.wait if left else None),
                    idle=idle,
                )
            except argv.Silent:
                return ExitStatus.silenced(idle or 0)
            refused = _refusal(log)
            if refused:
                return ExitStatus(code=_CANNOT_START, error=refused)
            return ExitStatus(code=code, oom_killed=_oom_killed(complete.cgroup))

    def sweep(self, is_alive: Callable[[str], bool]) -> int:
        """End and remove the runs whose owner is gone; how many there were.

        Shape:  is_alive tells by the name of a run whether its owner lives.
        """
        if not self._bundles.is_dir():
            return 0
        dead = [path for path in self._bundles.iterdir() if not is_alive(path.name)]
        for bundle in dead:
            self._delete(bundle.name)
            shutil.rmtree(bundle, ignore_errors=True)
        return len(dead)

    def _runc(self, *words: str) -> tuple[str, ...]:
        return ("runc", f"--root={self._state / 'runc'}", *words)

    def _killer(self, name: str, grace: float) -> Callable[[], None]:
        def kill() -> None:
            if grace:
                argv.run(self._runc("kill", name, "TERM"))
                self._wait(name, grace)
            argv.run(self._runc("kill", name, "KILL"))

        return kill

    def _wait(self, name: str, grace: float) -> None:
        """Let a program that was told to end do so."""
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline:
            ran = argv.run(self._runc("state", name))
            if ran.code != 0 or json.loads(ran.stdout)["status"] == _OVER:
                return
            time.sleep(_PAUSE)

    def _delete(self, name: str) -> None:
        argv.run(self._runc("delete", "--force", name))


@contextmanager
def _network(wanted: str) -> Generator[str]:
    match wanted:
        case "none":
            yield ""
        case "host":
            yield "host"
        case _:
            with network.outward() as path:
                yield path


def _piped(stdin: Iterable[bytes] | None) -> Iterable[bytes] | None:
    """Standard input by way of a pipe: the program would become the owner of a file itself."""
    return None if stdin is None else (data for data in stdin)


def _held() -> tuple[str, ...]:
    """The capabilities that we can give away."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    sets = dict(line.split(":", 1) for line in lines if ":" in line)
    return held(int(sets["CapBnd"], 16))


def _cgroup(name: str, program: Program) -> str:
    return "" if program.rootless else f"{program.limits.cgroup_parent or CGROUP}/{name}"


def _names(bundle: Path, wanted: str, add_hosts: tuple[str, ...]) -> tuple[Mount, ...]:
    pairs = [host.partition(":") for host in add_hosts]
    lines = ["127.0.0.1\tlocalhost", "::1\tlocalhost"]
    lines += [f"{address}\t{name}" for name, _, address in pairs]
    hosts = bundle / "hosts"
    hosts.write_text("\n".join(lines) + "\n")
    resolver = bundle / "resolv.conf"
    resolver.write_text(_resolver(wanted))
    for file in (hosts, resolver):
        file.chmod(0o644)
    bundle.chmod(0o711)  # the container's user reads the two, and lists nothing
    return (
        Mount(source=str(hosts), target="/etc/hosts"),
        Mount(source=str(resolver), target="/etc/resolv.conf"),
    )


def _resolver(wanted: str) -> str:
    ours = Path("/etc/resolv.conf")
    lines = ours.read_text().splitlines() if ours.is_file() else []
    match wanted:
        case "none":
            return ""
        case "host":
            return "\n".join(lines) + "\n"
        case _:
            kept = [line for line in lines if not line.startswith("nameserver")]
            return "\n".join([f"nameserver {network.NAMESERVER}", *kept]) + "\n"


def _filter(program: Program) -> dict[str, object]:
    for name in PROFILES:
        if Path(name).is_file():
            major, minor = platform.release().split(".")[:2]
            return filter_for(
                json.loads(Path(name).read_text()),
                capabilities=capabilities(program.cap_drop),
                machine=platform.machine(),
                kernel=(int(major), int("".join(filter(str.isdigit, minor)) or 0)),
            )
    msg = f"no system call filter was found at {' or '.join(PROFILES)}"
    raise EngineFault(msg, hint=_SECCOMP_HINT)


def _refusal(log: Path) -> str:
    """What runc said when it could not start the program; empty when it did."""
    lines = log.read_text(errors="replace").splitlines() if log.is_file() else []
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    errors = [entry["msg"] for entry in entries if entry.get("level") in {"error", "fatal"}]
    return str(errors[-1]).removeprefix("runc run failed: ") if errors else ""


def _oom_killed(cgroup: str) -> bool:
    if not cgroup:
        return False
    unified = Path(f"/sys/fs/cgroup{cgroup}/memory.events")
    legacy = Path(f"/sys/fs/cgroup/memory{cgroup}/memory.oom_control")
    for counters in (unified, legacy):
        if counters.is_file():
            pairs = (line.split() for line in counters.read_text().splitlines())
            return int(dict(pairs).get("oom_kill", "0")) > 0
    return False
