"""The source, put together from all its inputs, and told to the Build.

Each step is a function of its own, because a pod with stages has a container for each.

Source: builder-process.md BLD-15, BLD-16, BLD-27; build-lifecycle.md BL-544 to BL-546.
"""

from __future__ import annotations

from slipcast.builder import handover
from slipcast.builder.inputs import files
from slipcast.builder.task import Fetched, Task


def clone(task: Task) -> None:
    """Fetch what comes from git or from a client, and tell the commit (BLD-3)."""
    from slipcast.builder.inputs import binary, git  # noqa: PLC0415 -- only those who fetch pay

    handover.clear(task)
    into = handover.inputs(task)
    source = task.build.spec.source
    if source.git is not None:
        revision = git.fetch(task, into)
        handover.keep(task, revision)
        git.tell(task, revision)
    if source.binary is not None:
        binary.receive(task, into)
    if not source.images:
        files.context_of(task, into)


def extract(task: Task) -> None:
    """Copy what comes out of images (BLD-4)."""
    if task.build.spec.source.images:
        from slipcast.builder.inputs import images  # noqa: PLC0415 -- as above

        images.copy_all(task, handover.inputs(task))


def prepare(task: Task) -> None:
    """Write and change the Dockerfile, once all inputs are there (BLD-5)."""
    source = together(task)
    if task.build.spec.strategy.docker_strategy is not None:
        from slipcast.builder import dockerfilerewrite  # noqa: PLC0415 -- as above

        dockerfilerewrite.rewrite(task, source)
    handover.announce(task)


def together(task: Task) -> Fetched:
    """The source after all inputs (BLD-75, BLD-76).

    Errors: BuildFault InvalidContextDirectory.
    """
    root = handover.inputs(task)
    files.inline_dockerfile(task, root)
    return Fetched(
        root=root, context=files.context_of(task, root), revision=handover.revision(task)
    )


def fetched(task: Task) -> Fetched:
    """The source: as earlier containers left it, else fetched now."""
    if handover.is_ready(task.build, task.work):
        root = handover.inputs(task)
        return Fetched(
            root=root, context=files.context_of(task, root), revision=handover.revision(task)
        )
    clone(task)
    extract(task)
    return together(task)
