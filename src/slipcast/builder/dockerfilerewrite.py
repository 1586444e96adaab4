"""The user's Dockerfile, changed as the Build asks for, where it lies.

What is changed in it is decided in `dockerfile.edit`, what it says is read in `dockerfile.stages`.

Source: builder-process.md 7.1, BLD-111 to BLD-119; user-pain.md UP-10, UP-11.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

import msgspec

from slipcast.api.build import DockerBuildStrategy
from slipcast.builder.task import Fetched, Task
from slipcast.builds import provenance
from slipcast.builds.paths import cleaned_relative, leads_out
from slipcast.builds.reasons import Reason
from slipcast.dockerfile import edit, stages
from slipcast.dockerfile.parse import Dockerfile, parse_dockerfile
from slipcast.values.faults import BuildFault, InvalidFault
from slipcast.values.legible import legible

_USUAL: Final = ("Dockerfile", "Containerfile")
_DONE: Final = "dockerfile.json"
_LARGEST: Final = 16 << 20
_LONGEST_LINE: Final = (64 << 10) - 2
_FROM: Final = re.compile(r"(?im)^[ \t]*FROM[ \t]")


class _Done(msgspec.Struct, frozen=True, kw_only=True):
    """Which file was changed, and what it holds since."""

    path: str
    digest: str


def rewrite(task: Task, source: Fetched) -> Path:
    """Change the Dockerfile of the context, once however often it is asked for; where it is.

    Shape:  containers of one pod share what has been done; the file keeps its mode.
    Errors: BuildFault ManageDockerfileFailed.
    """
    path = _path(task, source)
    try:
        content = _content(path)
        if _is_done(task, path, content):
            return path
        changed = _changed(task, source, parsed(content))
        data = str(changed).encode("utf-8", "surrogateescape")
        _check_lines(data)
        path.write_bytes(data)
        done = _Done(path=str(path), digest=_digest(data))
        (task.work / _DONE).write_bytes(msgspec.json.encode(done))
    except OSError as fault:
        msg = f"the Dockerfile cannot be changed: {fault.strerror or fault}"
        raise _failed(msg) from fault
    except InvalidFault as fault:
        raise _failed(f"the Dockerfile cannot be used: {fault.message}") from fault
    return path


def parsed(content: bytes) -> Dockerfile:
    """A Dockerfile as it lies there.

    Errors: BuildFault ManageDockerfileFailed when it has no FROM; InvalidFault.
    """
    text = content.decode("utf-8", "surrogateescape")
    if not _FROM.search(text.removeprefix("\ufeff")):
        raise _failed("no FROM image in Dockerfile")
    return parse_dockerfile(text)


def hidden(task: Task, dockerfile: Dockerfile) -> frozenset[str]:
    """The variables and arguments that steps see and nothing keeps (UP-12).

    Shape:  the same before and after a Dockerfile is rewritten.
    """
    return frozenset(name for name in task.hidden if not stages.is_kept(dockerfile, name))


def _changed(task: Task, source: Fetched, dockerfile: Dockerfile) -> Dockerfile:
    """The changes, in the order of the contract."""
    build = task.build
    strategy = build.spec.strategy.docker_strategy or DockerBuildStrategy()
    if strategy.from_ is not None and strategy.from_.kind in {"", "DockerImage"}:
        dockerfile = edit.with_base_image(dockerfile, strategy.from_.name)
        task.progress.note(f"Replaced Dockerfile FROM image {strategy.from_.name}", level=0)
    dockerfile = edit.with_env(dockerfile, provenance.variables(build, source.revision))
    dockerfile = edit.with_labels(dockerfile, provenance.labels(build, source.revision))
    unkept = hidden(task, dockerfile)
    env = ((each.name, each.value) for each in strategy.env if each.name not in unkept)
    dockerfile = edit.with_stage_env(dockerfile, env)
    images = build.spec.source.images
    stand_ins = {name: image.from_.name for image in images for name in image.as_}
    return edit.with_stand_ins(dockerfile, stand_ins)


def _path(task: Task, source: Fetched) -> Path:
    strategy = task.build.spec.strategy.docker_strategy or DockerBuildStrategy()
    asked = cleaned_relative(strategy.dockerfile_path)
    if asked.startswith("/") or leads_out(asked):
        raise _failed(f"the Dockerfile {legible(asked)} lies outside of the context")
    names = (asked,) if asked else _USUAL
    found = next((name for name in names if (source.context / name).is_file()), None)
    if found is None:
        shown = " or ".join(legible(name) for name in names)
        hint = "dockerfilePath says where it is, from the context directory"
        raise _failed(f"the context has no {shown}", hint)
    path = (source.context / found).resolve()
    if not path.is_relative_to(source.root.resolve()):
        raise _failed(f"{legible(found)} is a link that leads out of the source")
    return path


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise _failed("the Dockerfile is too large to be one")
    return content


def _check_lines(data: bytes) -> None:
    """Refuse what buildah would build without a word, and without all after a long line."""
    for number, line in enumerate(data.split(b"\n"), 1):
        if len(line) > _LONGEST_LINE:
            raise _failed(
                f"line {number} of the Dockerfile, with variables and labels of the build in it, is"
                f" longer than the {_LONGEST_LINE} bytes that engines read",
                "Break it into several lines; keep what is large in files.",
            )


def _is_done(task: Task, path: Path, content: bytes) -> bool:
    try:
        done = msgspec.json.decode((task.work / _DONE).read_bytes(), type=_Done)
    except (OSError, msgspec.MsgspecError):
        return False
    return done == _Done(path=str(path), digest=_digest(content))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _failed(message: str, hint: str = "") -> BuildFault:
    return BuildFault(message, reason=Reason.MANAGE_DOCKERFILE_FAILED, hint=hint)
