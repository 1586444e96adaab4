"""The post-commit hook: the user's own test of the new image, run in a container of it.

Nothing of that container is kept.

Source: builder-process.md section 8.
"""

from __future__ import annotations

import secrets
from functools import partial
from typing import Final

from slipcast.api.build import Build, BuildPostCommitSpec
from slipcast.builder import limits
from slipcast.builder.diagnosis import OutOfMemory
from slipcast.builder.failures import failure
from slipcast.builder.task import Built, Task
from slipcast.builds.options import env_of
from slipcast.builds.reasons import Reason
from slipcast.builds.stages import Stage, Step
from slipcast.ports.engine import ContainerSpec
from slipcast.values.faults import BuildFault, PortFault

_SHELL: Final = "/bin/sh"


def run(task: Task, built: Built, kind: str) -> None:
    """Run the hook of a task, if it has one.

    Errors: BuildFault PostCommitHookFailed.
    """
    hook = task.build.spec.post_commit
    if not is_wanted(hook):
        return
    argv, use_entrypoint = command(hook)
    name = container_name(task.build, kind, secrets.token_hex(4))
    spec = ContainerSpec(
        image=built.image,
        argv=argv,
        use_entrypoint=use_entrypoint,
        name=name,
        env=task.unkept(env_of(task.build.spec.strategy)),
        limits=limits.own(),
    )
    task.progress.note("Running post commit hook ...", level=0)
    with task.progress.stage(Stage.POST_COMMIT, Step.RUN_POST_COMMIT_HOOK, name):
        _run(task, spec)


def is_wanted(hook: BuildPostCommitSpec) -> bool:
    """Whether there is anything to run."""
    return bool(hook.command or hook.args or hook.script)


def _run(task: Task, spec: ContainerSpec) -> None:
    output = partial(task.progress.output, "stdout")
    try:
        with task.engine.container(spec) as container:
            # A log is read in the order in which it was written.
            status = container.run(stdout=output, stderr=output)
    except PortFault as fault:
        text = f"the post commit hook could not be run: {fault.message}"
        raise _failed(text, fault.hint, fault.tail) from fault
    if status.oom_killed:
        raise OutOfMemory(
            f'container "{spec.name}" was ended by the kernel for lack of memory (OOMKilled)',
            reason=Reason.POST_COMMIT_FAILED,
            hint="Give the build more memory: spec.resources.limits.memory.",
        )
    if status.error:
        raise _failed(f'container "{spec.name}" could not be run: {status.error}')
    if status.code:
        raise _failed(f'container "{spec.name}" returned non-zero exit code: {status.code}')


def _failed(text: str, hint: str = "", tail: tuple[str, ...] = ()) -> BuildFault:
    return failure(Reason.POST_COMMIT_FAILED, text, hint=hint, tail=tail)


def command(hook: BuildPostCommitSpec) -> tuple[tuple[str, ...], bool]:
    """The words of a hook, and whether the image's entrypoint comes before them (BLD-129).

    Shape:  the shell is interactive, because images enable the version of their language in what
            such a shell reads when it starts; its `$0` is itself.
    """
    if hook.script:
        return (_SHELL, "-ic", hook.script, _SHELL, *hook.args), False
    if hook.command:
        return (*hook.command, *hook.args), False
    return hook.args, True


def container_name(build: Build, kind: str, token: str) -> str:
    """The name of the container of a hook (BLD-128)."""
    strategy = "s2i" if kind == "Source" else "docker"
    name, namespace = build.metadata.name, build.metadata.namespace
    return f"openshift_{strategy}-build_{name}_{namespace}_post-commit_{token}"
