"""Builder images of this installation that a build is the first to need: made on its way.

They carry names that no registry has, so without this somebody would have to know of
`slipcast builders build` before the first build of a language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from slipcast.builder import pulls, stages
from slipcast.builder.passing import Passing
from slipcast.builder.task import Task
from slipcast.builds.s2i.reasons import Exit, Reason, failure
from slipcast.values.faults import Fault, Interrupted


def provide(task: Task, images: Iterable[str]) -> None:
    """See that those of the images are here that this installation makes itself.

    Errors: BuildFault PullBuilderImageFailed when one cannot be made.
    """
    for image in images:
        if pulls.is_local(image) and task.engine.inspect(image) is None:
            _make(task, image)


def _make(task: Task, image: str) -> None:
    builders = task.builders()
    if builders is None or (offer := builders.named(image)) is None:
        return
    text = f'Making the builder image "{image}", which is not on this host yet ...'
    task.progress.note(text, level=0)
    try:
        with task.progress.stage(*stages.PULL_BUILDER, f"Making the image {image}"):
            builders.ensure(offer.builder.name, _Untimed(task.progress))
    except Interrupted:
        raise
    except Fault as fault:
        raise failure(
            Reason.PULL_BUILDER_IMAGE_FAILED,
            f"the builder image {image!r} is not on this host and cannot be made: {fault.message}",
            exit_code=Exit.PULL,
            hint=fault.hint or f"See `slipcast builders build {offer.builder.name}` on the host.",
            tail=fault.tail,
        ) from fault


class _Untimed(Passing):
    """A Progress whose stages are remarks: all of it is one step of the build."""

    @contextmanager
    def stage(self, name: str, step: str, text: str) -> Iterator[None]:  # noqa: ARG002 -- Progress
        """Say what begins."""
        self._progress.note(f"{text} ...", level=0)
        yield
