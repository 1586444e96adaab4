"""The build environment: read from where it is written, in the order that decides."""

from __future__ import annotations

from slipcast.builder.job import Job
from slipcast.builds.s2i import environment

Variables = tuple[tuple[str, str], ...]


def collect(job: Job, in_source: str) -> Variables:
    """The variables of assemble and of the image: the source's, `-e`, `-E`, last wins (S2I-177).

    Shape:  in_source is the text of `.s2i/environment`, empty when there is none.
    """
    collected = environment.merged(
        environment.parse_environment(in_source), job.request.env, _from_file(job)
    )
    for name, value in environment.shown(collected):
        job.progress.note(f"variable {name}={value}", level=2)
    return collected


def _from_file(job: Job) -> Variables:
    named = job.request.environment_file
    if named is None:
        return ()
    path = job.request.directory / named
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as fault:
        job.progress.warn(f"the environment file {path} cannot be read: {fault.strerror}")
        return ()
    return environment.parse_environment_file(text, str(path))
