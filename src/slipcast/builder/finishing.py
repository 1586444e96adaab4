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
    try:
        task.engine.tag(tag, name)
    except PortFault as fault:
        raise failure(
            Reason.GENERIC_FAILED,
            f"the image could not be called {name}: {fault.message}",
            hint=fault.hint,
            tail=fault.tail,
        ) from fault


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
