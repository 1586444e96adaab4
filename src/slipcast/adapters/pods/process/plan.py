"""The plan of a pod: what its supervisor needs to know, and nothing else.

Pure: from a pod and its materials to programs, variables, limits and waits. Which program a
container is, is decided here: our own builder in the role the container names, or in the role
that runs an image. No word of a pod ever becomes a program of the host.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from slipcast.adapters.pods.process import variables
from slipcast.api.container import Container
from slipcast.api.env import EnvVar
from slipcast.api.pod import Pod, PodSpec
from slipcast.builds import naming
from slipcast.ports.pods import Materials
from slipcast.values.faults import InvalidFault, PodFault
from slipcast.values.quantity import Quantity

PROGRAM: Final = "slipcast-builder"
ANY_IMAGE: Final = "custom-build"
GRACE: Final = 30.0
"""Seconds that a pod which does not say may take to end."""

TERMINATION_LOG: Final = "/dev/termination-log"
_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")

Stdin = Literal["nothing", "file", "sent", "sent once"]
Policy = Literal["Always", "OnFailure", "Never"]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a container may use.

    Units:  memory in bytes, processors and share in thousandths; None: without limit.
    """

    memory: int | None = None
    processors: int | None = None
    share: int | None = None


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """A container as a program.

    Shape:  words are what the builder is told, argv the whole program. message_path is the file
            in which it says why it ended; log_speaks: without such a word, the last lines of its
            log do. box is empty, but where the program runs the container elsewhere: then it is
            the directory in which that tells of it, and groups and limits are the program's to
            make, below our own.
    """

    name: str
    image: str
    argv: tuple[str, ...]
    words: tuple[str, ...] = ()
    stdin: Stdin = "nothing"
    limits: Limits = Limits()
    message_path: str = TERMINATION_LOG
    log_speaks: bool = False
    box: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What runs in a pod, and for how long.

    Shape:  key is what its logs are kept under.
    Units:  deadline and grace in seconds.
    """

    uid: str
    namespace: str
    name: str
    inits: tuple[Role, ...]
    mains: tuple[Role, ...]
    restart: Policy = "Always"
    deadline: float | None = None
    grace: float = GRACE
    input: str = ""
    key: str = ""

    @property
    def roles(self) -> tuple[Role, ...]:
        """All of them, in their order."""
        return (*self.inits, *self.mains)

    def stays_ended(self, container: str, code: int) -> bool:
        """Whether a container that has ended with a code is not started again."""
        if self.restart == "Never":
            return True
        is_init = any(role.name == container for role in self.inits)
        return code == 0 and (is_init or self.restart == "OnFailure")


def plan_of(pod: Pod, materials: Materials, builder: Sequence[str]) -> Plan:
    """What the supervisor of a pod does, whose containers are programs of this host.

    Errors: PodFault for what cannot be run here.
    """
    return planned(pod, materials, partial(_role, builder=builder, given=given_to(materials)))


def planned(pod: Pod, materials: Materials, role: Callable[[Container], Role]) -> Plan:
    """What the supervisor of a pod does, whose containers are what a function says.

    Errors: PodFault for what cannot be run here.
    """
    spec, metadata = pod.spec, pod.metadata
    _check(pod)
    deadline = spec.active_deadline_seconds
    grace = spec.termination_grace_period_seconds
    return Plan(
        uid=metadata.uid,
        namespace=metadata.namespace,
        name=metadata.name,
        inits=tuple(map(role, spec.init_containers)),
        mains=tuple(map(role, spec.containers)),
        restart=_policy(spec),
        deadline=None if deadline is None else float(deadline),
        grace=GRACE if grace is None else float(grace),
        input=given_to(materials),
        key=naming.log_key(pod),
    )


def given_to(materials: Materials) -> str:
    """The file that the containers which read are given; empty: they are sent something."""
    return str(materials.input) if materials.input is not None else ""


def containers_of(spec: PodSpec) -> tuple[Container, ...]:
    """All containers that run, in their order."""
    return (*spec.init_containers, *spec.containers)


def env_of(container: Container, materials: Materials) -> dict[str, str]:
    """The variables that a container's program is given of its pod; of several the last counts.

    Errors: PodFault for what the image of a container cannot be given.
    """
    given = {each.name: each.value.reveal() for each in materials.env.get(container.name, ())}
    ours = variables.of_contract(given)
    if is_ours(container):
        return ours
    # The variables of a stranger's image are for that image: they reach no program of ours.
    resolved = tuple(EnvVar(name=name, value=_legible(value)) for name, value in given.items())
    for each in resolved:
        if variables.is_long(each.name, each.value):
            raise PodFault(
                f"the variable {each.name} of container {container.name} is longer than a program"
                " can be given",
                reason="InvalidEnv",
            )
    told = replace(container, env=resolved, env_from=())
    return {**ours, variables.CONTAINER: msgspec.json.encode(told).decode()}


def is_ours(container: Container) -> bool:
    """Whether a container is the builder, and not an image of somebody's."""
    return container.command[:1] == (PROGRAM,)


def _legible(value: str) -> str:
    """A value that JSON can hold: bytes that are no text are lost there."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _role(container: Container, builder: Sequence[str], given: str) -> Role:
    role = (*container.command[1:], *container.args) if is_ours(container) else (ANY_IMAGE,)
    return Role(
        name=container.name,
        image=container.image,
        argv=(*builder, *role),
        words=role,
        stdin=stdin_of(container, given),
        limits=limits_of(container),
        message_path=container.termination_message_path or TERMINATION_LOG,
        log_speaks=container.termination_message_policy == "FallbackToLogsOnError",
    )


def stdin_of(container: Container, given: str) -> Stdin:
    """Where a container's input comes from."""
    if not container.stdin:
        return "nothing"
    if given:
        return "file"
    return "sent once" if container.stdin_once else "sent"


def limits_of(container: Container) -> Limits:
    """What a container may use.

    Errors: PodFault.
    """
    limits, requests = container.resources.limits, container.resources.requests
    memory = _quantity(limits, "memory")
    processors = _quantity(limits, "cpu")
    share = _quantity(requests, "cpu") or processors
    return Limits(
        memory=memory.whole if memory else None,
        processors=processors.thousandths if processors else None,
        share=share.thousandths if share else None,
    )


def _quantity(amounts: Mapping[str, object], name: str) -> Quantity | None:
    if name not in amounts:
        return None
    try:
        quantity = Quantity.parse(str(amounts[name]), name)
    except InvalidFault as fault:
        raise PodFault(f"the limit of {fault}", reason="InvalidLimit") from fault
    return quantity if quantity.amount > 0 else None


def _policy(spec: PodSpec) -> Policy:
    match spec.restart_policy:
        case "Never" | "OnFailure" | "Always":
            return spec.restart_policy
        case _:
            return "Always"


def _check(pod: Pod) -> None:
    names = [each.name for each in containers_of(pod.spec)]
    if any(not _NAME.fullmatch(name) for name in names) or len(set(names)) < len(names):
        raise _unfit(pod, "its containers need names of their own, which are DNS labels")
    if not pod.spec.containers:
        raise _unfit(pod, "it has no container")
    for each in _unsupported(pod.spec):
        raise _unfit(pod, f"nothing here can give it {each}")


def _unsupported(spec: PodSpec) -> Iterator[str]:
    for each in containers_of(spec):
        if each.restart_policy:
            yield f"init containers that run along with the others ({each.name})"
        if any(mount.sub_path_expr for mount in each.volume_mounts):
            yield f"subPathExpr ({each.name})"
        if each.volume_devices:
            yield f"volumes as devices ({each.name})"
        if each.tty:
            yield f"a terminal ({each.name})"


def _unfit(pod: Pod, why: str) -> PodFault:
    return PodFault(f"pod {pod.metadata.name} cannot be run: {why}", reason="Unsupported")
