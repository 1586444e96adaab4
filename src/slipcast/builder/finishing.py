"""A build from its source to the end: image, hook, name, push, report.

This module knows the order of the steps and nothing else.

Source: builder-process.md section 2, BLD-14 to BLD-26.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from slipcast.builder import fetching, tags
from slipcast.builder.failures import failure
from slipcast.builder.strategies import STRATEGIES
from slipcast.builder.task import Task
from slipcast.builds.reasons import Reason
from slipcast.builds.strategy import strategy_type
from slipcast.ports.nodeimages import BuildKey
from slipcast.values.faults import InvalidFault, PortFault

_WANTED = {
    "Source": "the source to image builder must be used with the source strategy",
    "Docker": "the docker builder must be used with the docker strategy",
}


def build(task: Task, kind: str) -> str:
    """Build the image of a task by a strategy; the last words on it (BLD-23).

    Errors: BuildFault with the reason of the step that failed; PortFault, InvalidFault.
    """
    if strategy_type(task.build.spec.strategy) != kind:
        raise failure(Reason.GENERIC_FAILED, _WANTED[kind])
    destination = tags.destination(task.build)
    source = fetching.fetched(task)
    # Only now: nobody waits for what is needed at the end before the first line is printed.
    from slipcast.builder import postcommit, pushing, unfinished  # noqa: PLC0415

    unfinished.sweep(task.state, task.engine)
    with unfinished.noted(task.state, task.tag), _tag_taken_away(task):
        built = STRATEGIES[kind](task, source)
        postcommit.run(task, built, kind)
        _name(task, built.tag)
        if destination:
            pushing.push(task, built, destination)
            return ""
    return "Build complete, no image push requested"


def _name(task: Task, tag: str) -> None:
    """Give the image the name of the output (BLD-21), by hand; one of our own in a pod."""
    name = tags.output(task.build) if task.is_by_hand else tags.kept(task.build)
    what = f"the image could not be called {name}"
    try:
        with _noted(task, tag, name):
            task.engine.tag(tag, name)
    except PortFault as fault:
        text = f"{what}: {fault.message}"
        raise failure(Reason.GENERIC_FAILED, text, hint=fault.hint, tail=fault.tail) from fault
    except OSError as fault:
        raise failure(Reason.GENERIC_FAILED, f"{what}: {fault}") from fault


@contextmanager
def _noted(task: Task, tag: str, name: str) -> Iterator[None]:
    """Where the server has the image go with its Build, it is noted; a person's image is theirs."""
    metadata = task.build.metadata
    is_ours = not task.is_by_hand and not tags.destination(task.build) and metadata.uid
    made = task.engine.inspect(tag) if is_ours else None
    if made is None:
        yield
        return
    from slipcast.builder import nodeimages  # noqa: PLC0415 -- most builds have an output

    build = BuildKey(namespace=metadata.namespace, name=metadata.name, uid=metadata.uid)
    with nodeimages.noted(task.state, nodeimages.Note(build=build, image=name, id=made.id)):
        yield


@contextmanager
def _tag_taken_away(task: Task) -> Iterator[None]:
    """Whatever happens, nothing keeps the tag that the image had while it was built."""
    try:
        yield
    finally:
        try:
            task.engine.remove(task.tag)
        except (PortFault, InvalidFault) as fault:
            task.progress.warn(f"the tag {task.tag} could not be removed: {fault}")
