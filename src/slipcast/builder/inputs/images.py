"""Source out of images: paths are copied, and nothing of an image is run.

Source: builder-process.md 4.4, BLD-70 to BLD-74.
"""

from __future__ import annotations

import tarfile
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from msgspec.structs import replace

from slipcast.api.build import ImageSource, ImageSourcePath
from slipcast.builder import reading
from slipcast.builder.credentials import registries
from slipcast.builder.placing import Misplaced, Place, inside
from slipcast.builder.presence import here, refuse_id
from slipcast.builder.task import Task
from slipcast.builds.options import is_forced
from slipcast.builds.reasons import Reason
from slipcast.builds.stages import Stage, Step
from slipcast.ports.engine import Container, ContainerSpec, PullSpec
from slipcast.values.container import PullPolicy
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import BuildFault, PortFault
from slipcast.values.image import ImageFacts
from slipcast.values.legible import legible

_MODES: Final = 0o1777
"""What stays of a mode: nothing that was privileged in an image is so where it is copied to."""

_CONTENT: Final = "/."


def copy_all(task: Task, into: Path) -> None:
    """Copy the paths of every image source, in their order, into the source's directory.

    Errors: BuildFault FetchImageContentFailed.
    """
    for index, source in enumerate(task.build.spec.source.images):
        # Without paths an image only stands for build stages (BLD-74).
        if source.paths:
            _copy_from(task, source, index, into)


def _copy_from(task: Task, source: ImageSource, index: int, into: Path) -> None:
    facts = pulled(task, source, index)
    # Nothing runs; but there are engines that make no container without something to run.
    spec = ContainerSpec(image=facts.id, argv=("true",), use_entrypoint=False, network="none")
    try:
        with task.engine.container(spec) as container:
            for path in source.paths:
                _copy(task, container, path, into)
    except PortFault as fault:
        msg = f"the image {source.from_.name} cannot be read: {fault.message}"
        raise _failed(msg, fault.hint) from fault


def pulled(task: Task, source: ImageSource, index: int) -> ImageFacts:
    """The image of a source, pulled if it is not here or has to be (BLD-70).

    Errors: BuildFault FetchImageContentFailed.
    """
    image = source.from_.name
    policy = PullPolicy.ALWAYS if is_forced(task.build.spec.strategy) else PullPolicy.IF_NOT_PRESENT
    try:
        access = registries.source_image(task, index)(image)
        if not task.is_by_hand:
            refuse_id(task.engine, image)
        held = None if policy is PullPolicy.ALWAYS else here(task.engine, image, access)
        if held is not None:
            return held
        task.progress.note(f'Pulling image "{image}" ...', level=0)
        spec = PullSpec(image=image, policy=policy, access=access)
        with task.progress.stage(Stage.PULL_IMAGES, Step.PULL_INPUT_IMAGE, f"Pulling {image}"):
            return task.engine.pull(spec, log=partial(task.progress.output, "stderr"))
    except PortFault as fault:
        msg = f"failed to pull image: {fault.message}"
        raise _failed(msg, fault.hint, fault.tail) from fault


def _copy(task: Task, container: Container, path: ImageSourcePath, into: Path) -> None:
    what = f"error copying source path {path.source_path} to {path.destination_dir}"
    content_only = path.source_path.endswith(_CONTENT)
    source = path.source_path.removesuffix(_CONTENT).rstrip("/") or "/"
    # The slash says that a link to a directory is followed.
    asked = f"{source.rstrip('/')}/" if content_only else source
    try:
        place = Place(into)
        below = inside(path.destination_dir.lstrip("/"))
        place.directory(below)
        with (
            container.read(asked) as stream,
            reading.spooled(stream, task.work) as tar,
        ):
            _place(tar, place, below, task.work, skipped=int(content_only and source != "/"))
        place.close()
    except (Misplaced, tarfile.TarError, OSError) as fault:
        raise _failed(f"{what}: {fault}") from fault
    except PortFault as fault:
        raise _failed(f"{what}: {fault.message}", fault.hint) from fault


def _place(tar: tarfile.TarFile, place: Place, below: str, scratch: Path, *, skipped: int) -> None:
    """Put a tar's members below a directory, without the first parts of their names."""
    for entry in reading.entries(tar, scratch):
        name = "/".join(inside(entry.path.lstrip("/")).split("/")[skipped:])
        if name:
            place.put(_moved(entry, f"{below}/{name}" if below else name))
        elif entry.kind is not Kind.DIRECTORY:
            raise Misplaced(f"{legible(PurePosixPath(entry.path).name)} is not a directory")


def _moved(entry: Entry, path: str) -> Entry:
    return replace(entry, path=path, mode=entry.mode & _MODES)


def _failed(message: str, hint: str = "", tail: tuple[str, ...] = ()) -> BuildFault:
    return BuildFault(message, reason=Reason.FETCH_IMAGES_FAILED, hint=hint, tail=tail)
