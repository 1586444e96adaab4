"""Source to image: requests in, images out.

This module knows the order of the steps and nothing else; each step has its module.

Source: source-to-image, section 3.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from slipcast.builder import (
    calling,
    dockerfiles,
    publish,
    pulls,
    runtime,
    stages,
    variables,
)
from slipcast.builder import source as sources
from slipcast.builder.job import Credentials, Job
from slipcast.builder.stages import Recorder
from slipcast.builder.standard import Standard
from slipcast.builder.surveying import survey
from slipcast.builder.workspace import workspace
from slipcast.builds.s2i import rebuild, users, validate
from slipcast.builds.s2i.reasons import Reason
from slipcast.builds.s2i.request import S2IRequest
from slipcast.ports.downloads import Downloads
from slipcast.ports.engine import Engine
from slipcast.ports.git import Git
from slipcast.ports.progress import Progress
from slipcast.ports.s2i import S2IResult, Surveyed
from slipcast.values.faults import Fault, FieldError, Interrupted, InvalidFault
from slipcast.values.image import ImageFacts


class SourceToImage:
    """Implements ports.s2i.S2I over an engine, git and downloads."""

    def __init__(
        self,
        *,
        engine: Engine,
        git: Git,
        downloads: Downloads,
        credentials: Credentials,
        state: Path,
        now: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the ports; state is where working directories are made.

        Units:  now in seconds since the epoch, elapsed in seconds.
        """
        self._engine = engine
        self._git = git
        self._downloads = downloads
        self._credentials = credentials
        self._state = state
        self._now = now
        self._elapsed = elapsed

    def build(self, request: S2IRequest, progress: Progress) -> S2IResult:
        """Build an image; the steps are those of the contract, in its order."""
        _refuse(validate.build(request))
        return self._told(request, progress)

    def rebuild(self, request: S2IRequest, image: str, progress: Progress) -> S2IResult:
        """Repeat the build of an image from its labels."""
        _refuse(validate.rebuild(request))
        job = self._job(request, progress)
        facts = self._builder(job, image)
        again = rebuild.request(request, image, facts.config)
        progress.note(_again(again, facts), level=0)
        return self.build(again, progress)

    def usage(self, request: S2IRequest, progress: Progress) -> None:
        """Run the builder image's usage script."""
        from slipcast.builder import usage as usages  # noqa: PLC0415 -- a build needs it not

        _refuse(validate.usage(request))
        job = self._job(request, progress)
        usages.run(job, self._builder(job, request.builder_image))

    def dockerfile(self, request: S2IRequest, target: Path, progress: Progress) -> Path:
        """Write a Dockerfile and its context."""
        _refuse(validate.dockerfile(request))
        job = self._job(request, progress)
        at = dockerfiles.target(target)
        with workspace(self._state, progress, keep=request.save_temp_dir) as space:
            source = sources.get_whole(job, self._git, space)
            return dockerfiles.write(job, source, at)

    def generate(self, request: S2IRequest, target: Path, progress: Progress) -> Path:
        """Write only the Dockerfile."""
        _refuse(validate.dockerfile(request))
        return dockerfiles.generate(self._job(request, progress), dockerfiles.target(target))

    @contextmanager
    def survey(self, request: S2IRequest, progress: Progress) -> Iterator[Surveyed]:
        """Fetch the source to look at it."""
        with survey(request, self._git, self._state, progress) as surveyed:
            yield surveyed

    def _told(self, request: S2IRequest, progress: Progress) -> S2IResult:
        """Build, and tell the callback URL how it ended."""
        recorder = Recorder(progress, self._now, self._elapsed)
        job = self._job(request, recorder)
        try:
            result, told = self._built(job, recorder)
        except (InvalidFault, Interrupted):
            raise
        except Fault:
            calling.tell(job, success=False, labels={})
            raise
        if told:
            calling.tell(job, success=True, labels=result.labels)
        return result

    def _built(self, job: Job, recorder: Recorder) -> tuple[S2IResult, bool]:
        """The result, and whether the callback URL is told of it."""
        request = job.request
        builder = self._builder(job, request.builder_image)
        with workspace(self._state, job.progress, keep=request.save_temp_dir) as space:
            target = runtime.find(job)
            source = sources.get(job, self._git, space)
            env = variables.collect(job, source.environment_text)
            by_engine = bool(builder.config.onbuild) and not request.block_onbuild
            if by_engine:
                from slipcast.builder import onbuild  # noqa: PLC0415 -- most builds need it not

                image = onbuild.build(job, builder, source, env)
            else:
                image = Standard(job, builder, source, target).build(env)
            pushed = publish.push(job, image)
        result = S2IResult(
            success=True,
            image=image.id,
            tag=request.tag,
            digest=image.digest,
            pushed=pushed,
            labels=image.config.labels,
            revision=source.revision,
            stages=tuple(recorder.stages),
            size=image.size,
        )
        return result, not by_engine

    def _builder(self, job: Job, image: str) -> ImageFacts:
        """The builder image, here and allowed to run."""
        facts = pulls.needed(
            job,
            image,
            job.request.pull_policy,
            stages.PULL_BUILDER,
            Reason.PULL_BUILDER_IMAGE_FAILED,
        )
        user = users.assemble_user(job.request.assemble_user, facts.config)
        forbidden = users.check(job.request.allowed_uids, image, facts.config, user)
        if forbidden is not None:
            raise forbidden
        return facts

    def _job(self, request: S2IRequest, progress: Progress) -> Job:
        return Job(
            request=request,
            progress=progress,
            engine=self._engine,
            downloads=self._downloads,
            credentials=self._credentials,
        )


def _refuse(errors: tuple[FieldError, ...]) -> None:
    if errors:
        raise InvalidFault(errors)


def _again(request: S2IRequest, facts: ImageFacts) -> str:
    """What a rebuild is about to build, in a sentence."""
    commit = facts.config.labels.get(f"{request.label_namespace}build.commit.id", "")
    ref = request.ref or "the default branch"
    was = f"; the image was built from commit {commit}" if commit else ""
    return f"Building {ref} of {request.source} with {request.builder_image}{was}"
