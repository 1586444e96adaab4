"""Surveying: a source that is fetched to be looked at, and not built.

It stands apart, since nothing of an engine is needed for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slipcast.builder import source as sources
from slipcast.builder.workspace import workspace
from slipcast.builds.s2i.request import S2IRequest
from slipcast.ports.git import Git
from slipcast.ports.progress import Progress
from slipcast.ports.s2i import Surveyed


@contextmanager
def survey(request: S2IRequest, git: Git, state: Path, progress: Progress) -> Iterator[Surveyed]:
    """A source, here until it was looked at.

    Errors: as `builder.source.get`.
    """
    with workspace(state, progress, keep=request.save_temp_dir) as space:
        source = sources.of_request(request, git, space, progress)
        yield Surveyed(tree=source.tree, root=source.root, revision=source.revision)
