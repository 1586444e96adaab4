"""The runtime image of a two-image build: what assemble made is carried over, then committed.

Source: source-to-image, two-image builds (S2I-240 to 248).
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec.structs import replace

from slipcast.builder import assembly, diagnosis, owners, publish, pulls, reading, stages
from slipcast.builder.assembly import Assembled, Plan
from slipcast.builder.job import Job, failing
from slipcast.builder.lookup import Lookup
from slipcast.builder.source import Source
from slipcast.builder.tail import Tail
from slipcast.builds.s2i import artifacts, platform, scripts, users
from slipcast.builds.s2i.artifacts import Artifact
from slipcast.builds.s2i.reasons import Reason, failure
from slipcast.builds.s2i.scripts import Script
from slipcast.ports.engine import Container, ContainerSpec
from slipcast.values.container import Owner
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import NotFound
from slipcast.values.image import ImageFacts


def find(job: Job) -> Runtime | None:
    """The runtime image with its mapping, None when the build has one image only.

    Errors: BuildFault PullRuntimeImageFailed, InvalidArtifactsMapping or AssembleUserForbidden.
    """
    request = job.request
    if not request.runtime_image:
        return None
    facts = pulls.needed(
        job,
        request.runtime_image,
        request.runtime_pull_policy,
        stages.PULL_RUNTIME,
        Reason.PULL_RUNTIME_IMAGE_FAILED,
    )
    user = users.assemble_user(
        request.assemble_runtime_user, facts.config, users.RUNTIME_USER_LABEL
    )
    forbidden = users.check(
        request.allowed_uids, request.runtime_image, facts.config, user
    ) or users.check(request.allowed_uids, request.runtime_image, facts.config, facts.config.user)
    if forbidden is not None:
        raise forbidden
    carried = artifacts.mapping(request.runtime_artifacts, facts.config)
    return Runtime(image=facts, user=user, artifacts=carried)


class Runtime(msgspec.Struct, frozen=True, kw_only=True):
    """A runtime image and what is carried into it."""

    image: ImageFacts
    user: str
    artifacts: tuple[Artifact, ...]

    def commit(
        self,
        job: Job,
        plan: Plan,
        found: Mapping[str, Script],
        source: Source,
        done: Assembled,
    ) -> ImageFacts:
        """The image: the runtime image, the artifacts, and what assemble-runtime made of them.

        Shape:  found is what scripts answered.
        Errors: BuildFault with the reason of the step that failed.
        """
        with (
            failing(Reason.ASSEMBLE_FAILED, ""),
            job.engine.container(self._spec(job, plan, found)) as container,
        ):
            owner = owners.of(container, job.request.runtime_image, self.user)
            for artifact in self.artifacts:
                _carry(done.container, container, artifact, owner, source.workspace.root)
            uploaded = tuple(assembly.script_entries(found.values(), plan.timestamp or 0))
            if uploaded:
                container.write(f"{self._workdir}/scripts", uploaded, owner=owner)
            self._assemble(job, container, found)
            config = publish.config(
                job,
                self.image.config,
                plan,
                found[scripts.RUN].path,
                source.revision,
                done.labels,
            )
            return publish.commit(job, container, config, plan.timestamp)

    @property
    def _workdir(self) -> str:
        return self.image.config.workdir.rstrip("/")

    def scripts(self, job: Job, source: Source) -> Mapping[str, Script]:
        """The scripts for the runtime image: assemble-runtime, and run of the result.

        Errors: BuildFault when one was found nowhere.
        """
        lookup = Lookup(
            job,
            image=job.request.runtime_image,
            image_url=scripts.scripts_url(self.image.config).value,
            destination=self._workdir or "/",
            in_source=source.script,
        )
        return lookup.find((scripts.ASSEMBLE_RUNTIME, scripts.RUN))

    def _spec(self, job: Job, plan: Plan, found: Mapping[str, Script]) -> ContainerSpec:
        request = job.request
        return ContainerSpec(
            image=self.image.id,
            argv=(found[scripts.ASSEMBLE_RUNTIME].path,),
            name=job.container_name(request.runtime_image),
            user=self.user,
            env=platform.env(request.platform, (*plan.env, *request.hidden_env), plan.timestamp),
            mounts=platform.mounts(request.platform),
            network=request.network,
            cap_drop=request.cap_drop,
            limits=request.limits,
        )

    def _assemble(self, job: Job, container: Container, found: Mapping[str, Script]) -> None:
        image = job.request.runtime_image
        with job.progress.stage(*stages.ASSEMBLE, f"Assembling in {image}"):
            tail = Tail(job.progress, quiet=job.request.quiet)
            stdout, stderr = tail.sinks(one=job.request.one_stream)
            status = container.run(stdout=stdout, stderr=stderr)
        if not status.ok:
            path = found[scripts.ASSEMBLE_RUNTIME].path
            raise diagnosis.fault(
                container, image, path, status, tail.lines, Reason.ASSEMBLE_FAILED
            )


def _carry(
    source: Container, target: Container, artifact: Artifact, owner: Owner, below: Path
) -> None:
    """Copy one artifact with the modes of S2I-244."""
    try:
        with source.read(artifact.source) as stream, reading.spooled(stream, below) as tar:
            target.write(artifact.target, _with_modes(tar, below), owner=owner)
    except (NotFound, tarfile.TarError) as fault:
        raise failure(
            Reason.FETCH_RUNTIME_ARTIFACTS_FAILED,
            f"the runtime artifact {artifact.source} is not in the assemble container: {fault}",
            hint="Correct --runtime-artifact, or make assemble produce it.",
        ) from fault


def _with_modes(tar: tarfile.TarFile, below: Path) -> Iterator[Entry]:
    for entry in reading.entries(tar, below):
        if entry.kind is Kind.LINK:
            yield entry
        else:
            directory = entry.kind is Kind.DIRECTORY
            yield replace(entry, mode=artifacts.mode(directory=directory, mode=entry.mode))
