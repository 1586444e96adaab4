"""The image on its way to its registry: tried again where that can help, its digest reported.

Source: builder-process.md section 9.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from slipcast.builder.credentials import registries
from slipcast.builder.failures import failure
from slipcast.builder.task import Built, Task
from slipcast.builds.reasons import Reason
from slipcast.builds.stages import Stage, Step
from slipcast.ports.engine import PushSpec, RegistryAccess
from slipcast.values.faults import BuildFault, EngineFault, PortFault
from slipcast.values.imageref import ImageRef

_AGAIN: Final = 6
_PAUSE: Final = 5
_LONGEST_PAUSE: Final = 60


def push(
    task: Task, built: Built, destination: str, wait: Callable[[float], None] = time.sleep
) -> None:
    """Push an image, and report the digest that it has there.

    Errors: BuildFault PushImageToRegistryFailed.
    """
    tell = partial(task.progress.note, level=0)
    tell("")
    tell(f"Pushing image {destination} ...")
    step = Step.PUSH_IMAGE if task.build.spec.strategy.source_strategy else Step.PUSH_DOCKER_IMAGE
    access: RegistryAccess | None = None
    try:
        with task.progress.stage(Stage.PUSH_IMAGE, step, f"Pushing {destination}"):
            access = registries.push(task)(destination)
            spec = PushSpec(
                image=built.image, destination=destination, access=access, bases=built.bases
            )
            digest = _tried(task, spec, wait)
    except PortFault as fault:
        _tell_credentials(task, destination, access)
        raise _failed(fault) from fault
    task.record.digest(digest)
    tell("Push successful")
    if digest:
        tell(f"Successfully pushed {_without_tag(destination)}@{digest}")


def _tried(task: Task, spec: PushSpec, wait: Callable[[float], None]) -> str:
    """The digest, after as many tries as may help: each failure is judged by itself (BLD-134)."""
    log = partial(task.progress.output, "stderr")
    for tried in range(_AGAIN):
        try:
            return task.engine.push(spec, log=log)
        except EngineFault as fault:
            if not fault.retryable:
                raise
            pause = min(_PAUSE << tried, _LONGEST_PAUSE)
            task.progress.note(fault.message, level=0)
            task.progress.note(f"Warning: Push failed, retrying in {pause}s ...", level=0)
            wait(pause)
    return task.engine.push(spec, log=log)


def _tell_credentials(task: Task, destination: str, access: RegistryAccess | None) -> None:
    """Who we were to the registry, so that a wrong secret is found (BLD-137)."""
    if access is None or access.credential is None:
        return
    credential = access.credential
    password = "<<non-empty>>" if credential.password else "<<empty>>"
    host = ImageRef.parse(destination).registry_host
    task.progress.note(
        f"Registry server Address: {host}\n"
        f"Registry server User Name: {credential.username}\n"
        f"Registry server Password: {password}",
        level=0,
    )


def _failed(fault: PortFault) -> BuildFault:
    text = f"Failed to push image: {fault.message}"
    return failure(Reason.PUSH_FAILED, text, hint=fault.hint, tail=fault.tail)


def _without_tag(reference: str) -> str:
    head, colon, tag = reference.rpartition(":")
    return head if colon and "/" not in tag else reference
