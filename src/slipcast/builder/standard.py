"""The default strategy: assemble in a container of the builder image, commit what it has become.

With a runtime image, artifacts are carried into a container of that one, and it is committed.

Source: source-to-image, section 3, steps 7 to 12.
"""

from __future__ import annotations

from collections.abc import Mapping

from slipcast.builder import assembly, previous, publish
from slipcast.builder.assembly import Assembled, Plan
from slipcast.builder.job import Job
from slipcast.builder.lookup import Lookup
from slipcast.builder.runtime import Runtime
from slipcast.builder.source import Source
from slipcast.builds.s2i import scripts, users
from slipcast.builds.s2i.scripts import Script
from slipcast.values.image import ImageFacts


class Standard:
    """One build by assemble script."""

    def __init__(
        self, job: Job, builder: ImageFacts, source: Source, target: Runtime | None
    ) -> None:
        """Take the images that are there and the source; target is set in a two-image build."""
        self._job = job
        self._builder = builder
        self._source = source
        self._target = target
        self._destination = scripts.destination(job.request.destination, builder.config)

    def build(self, env: tuple[tuple[str, str], ...]) -> ImageFacts:
        """The image.

        Errors: BuildFault with the reason of the step that failed.
        """
        job = self._job
        found = self._scripts()
        there = {} if self._target is None else self._target.scripts(job, self._source)
        before = previous.find(job)
        holder = job.engine.inspect(job.request.tag) if job.request.remove_previous else None
        plan = Plan(
            builder=self._builder,
            image=job.request.builder_image,
            user=users.assemble_user(job.request.assemble_user, self._builder.config),
            destination=self._destination.value,
            scripts=found,
            env=env,
            source=self._source.entries,
            artifacts=previous.artifacts(
                job, before, found.get(scripts.SAVE_ARTIFACTS), self._source.workspace
            ),
            timestamp=self._source.timestamp,
        )
        with assembly.assembled(job, plan) as done:
            image = self._finish(plan, there, done)
        if job.request.incremental:
            publish.remove_previous(job, holder, image)
        return image

    def _finish(self, plan: Plan, there: Mapping[str, Script], done: Assembled) -> ImageFacts:
        if self._target is None:
            return publish.commit(
                self._job,
                done.container,
                publish.config(
                    self._job,
                    self._builder.config,
                    plan,
                    plan.scripts[scripts.RUN].path,
                    self._source.revision,
                    done.labels,
                ),
                plan.timestamp,
                done.leave_out,
            )
        return self._target.commit(self._job, plan, there, self._source, done)

    def _scripts(self) -> Mapping[str, Script]:
        said = scripts.scripts_url(self._builder.config)
        for old in (said.old, self._destination.old):
            if old:
                self._job.progress.warn(
                    f"the image {self._job.request.builder_image} uses the deprecated {old}"
                )
        lookup = Lookup(
            self._job,
            image=self._job.request.builder_image,
            image_url=said.value,
            destination=self._destination.value,
            in_source=self._source.script,
        )
        if self._target is not None:
            return lookup.find((scripts.ASSEMBLE,))
        found = lookup.find(scripts.REQUIRED, (scripts.SAVE_ARTIFACTS,))
        if scripts.SAVE_ARTIFACTS not in found:
            self._job.progress.note(f"there is no script {scripts.SAVE_ARTIFACTS}", level=2)
        return found
