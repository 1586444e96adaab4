"""Builds by an image of the user's own, run through the engine where a pod is a local process.

Nothing of the host is given to it but what the pod mounts, the engine's socket included.

Source: builder-process.md section 11, BLD-144 to BLD-150; BLD-176.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import IO, Final

import msgspec

from slipcast.api.container import Container, SecurityContext
from slipcast.builder import limits
from slipcast.builder.credentials import registries
from slipcast.builder.presence import here, refuse_id
from slipcast.builder.task import Held, Registries, anonymous
from slipcast.builds.reasons import Reason
from slipcast.ports.engine import ContainerSpec, Engine, PullSpec
from slipcast.ports.progress import Progress
from slipcast.values.container import Limits, Mount, PullPolicy
from slipcast.values.faults import BuildFault, InvalidFault, PortFault
from slipcast.values.image import ImageFacts
from slipcast.values.quantity import Quantity

CONTAINER: Final = "SLIPCAST_CONTAINER"
"""The variable that holds the container's spec, as JSON of the API."""

CONTAINER_FILE: Final = "SLIPCAST_CONTAINER_FILE"
"""The variable that names a file with it, where it is too long to be a variable."""

PULL_SECRET: Final = "SLIPCAST_PULL_SECRET"  # noqa: S105 -- where one is, no secret
"""The variable that says in which directory the pod's own pull secret lies, if it has one."""

GRACE: Final = 20.0
"""Seconds that the image may take to end; the rest of the pod's 30 are for us."""

_TERMINATION_LOG: Final = "/dev/termination-log"
_POLICIES: Final = {"Always": PullPolicy.ALWAYS, "Never": PullPolicy.NEVER}
_PERIOD: Final = 100_000
_NOT_STARTED: Final = 128


class Custom(msgspec.Struct, frozen=True, kw_only=True):
    """What a user's image is run with; BUILD is not read, since the user may have replaced it.

    Shape:  env is the process's own, root where the mounts of the pod lie.
    """

    env: Mapping[str, str]
    root: Path
    stdin: IO[bytes]
    engine: Engine
    progress: Progress
    registries: Registries = anonymous


def run(custom: Custom) -> int:
    """Run the container that SLIPCAST_CONTAINER describes to its end; its exit code.

    Shape:  its variables have their values in them, or those of our own of the same names.
    Errors: BuildFault when it cannot be run at all.
    """
    container = _container(custom)
    try:
        facts = _pulled(custom, container)
        spec = _spec(custom, container, facts)
        with custom.engine.container(spec) as working:
            output = partial(custom.progress.output, "stdout")
            status = working.run(stdout=output, stderr=output)
    except (PortFault, InvalidFault) as fault:
        msg = f"the image {container.image} cannot be run: {fault.message}"
        raise _failed(msg, fault.hint, fault.tail) from fault
    if status.error:
        custom.progress.warn(f"{container.image}: {status.error}")
    return status.code or (_NOT_STARTED if status.error else 0)


def _container(custom: Custom) -> Container:
    named = custom.env.get(CONTAINER_FILE)
    try:
        text = Path(named).read_text("utf-8") if named else custom.env.get(CONTAINER, "")
        return msgspec.json.decode(text, type=Container)
    except (msgspec.MsgspecError, OSError, ValueError) as wrong:
        raise _failed(f"{CONTAINER} holds no container that can be read: {wrong}") from wrong


def _pulled(custom: Custom, container: Container) -> ImageFacts:
    """The image, by the policy of the container (BLD-149)."""
    policy = _POLICIES.get(container.image_pull_policy, PullPolicy.IF_NOT_PRESENT)
    access = custom.registries(tuple(_held(custom)))(container.image)
    refuse_id(custom.engine, container.image)
    always = policy is PullPolicy.ALWAYS
    present = None if always else here(custom.engine, container.image, access)
    if present is not None:
        return present
    custom.progress.note(f"Pulling image {container.image} ...", level=0)
    spec = PullSpec(image=container.image, policy=policy, access=access)
    return custom.engine.pull(spec, log=partial(custom.progress.output, "stderr"))


def _held(custom: Custom) -> Iterator[Held]:
    """The logins for the image: one, and others below it in the order in which they are tried."""
    named = custom.env.get(PULL_SECRET, "")
    if not named:
        return
    directory = Path(named)
    yield Held(path=registries.file_in(directory))
    others = [each for each in directory.iterdir() if each.is_dir() and each.name.isdecimal()]
    for each in sorted(others, key=lambda each: int(each.name)):
        yield Held(path=registries.file_in(each))


def _spec(custom: Custom, container: Container, facts: ImageFacts) -> ContainerSpec:
    security = container.security_context or SecurityContext()
    dropped = security.capabilities.drop if security.capabilities is not None else ()
    # A command replaces the entrypoint, and what the image would give it as arguments.
    return ContainerSpec(
        image=facts.id,
        argv=(*container.command, *container.args),
        use_entrypoint=not container.command,
        user=_user(security),
        env=tuple(_variables(custom, container)),
        workdir=container.working_dir,
        mounts=tuple(_mounts(custom, container)),
        cap_drop=dropped,
        limits=_limits(container),
        privileged=bool(security.privileged),
        stdin=custom.stdin if container.stdin else None,
        grace=GRACE,
    )


def _variables(custom: Custom, container: Container) -> Iterator[tuple[str, str]]:
    """The container's variables; of several with one name the last counts (BLD-145)."""
    values = {
        each.name: each.value if each.value_from is None else custom.env.get(each.name, "")
        for each in container.env
    }
    yield from values.items()


def _mounts(custom: Custom, container: Container) -> Iterator[Mount]:
    """What the pod mounts, outer ones first; a volume that is not there is optional."""
    for mount in sorted(container.volume_mounts, key=lambda each: len(each.mount_path)):
        source = custom.root / mount.mount_path.lstrip("/")
        if source.exists():
            yield Mount(
                source=str(source.resolve()),
                target=mount.mount_path,
                read_only=bool(mount.read_only),
            )
    path = container.termination_message_path or _TERMINATION_LOG
    message = custom.root / path.lstrip("/")
    if message.is_file():
        yield Mount(source=str(message.resolve()), target=path)


def _limits(container: Container) -> Limits:
    """What the container may use, else what we may ourselves."""
    given = container.resources.limits
    memory = Quantity.parse(str(given["memory"])).whole if "memory" in given else 0
    processors = Quantity.parse(str(given["cpu"])).thousandths if "cpu" in given else 0
    if not memory and not processors:
        return limits.own()
    return Limits(
        memory=memory,
        memory_swap=memory,
        cpu_quota=processors * _PERIOD // 1000,
        cpu_period=_PERIOD if processors else 0,
    )


def _user(security: SecurityContext) -> str:
    if security.run_as_user is None:
        return ""
    group = "" if security.run_as_group is None else f":{security.run_as_group}"
    return f"{security.run_as_user}{group}"


def _failed(message: str, hint: str = "", tail: tuple[str, ...] = ()) -> BuildFault:
    return BuildFault(message, reason=Reason.GENERIC_FAILED, hint=hint, tail=tail)
