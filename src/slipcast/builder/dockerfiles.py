"""Writing a Dockerfile and its context instead of building.

No engine is needed; where one answers, the labels of a builder image that is here are read.

Source: source-to-image, Dockerfile output (S2I-253 to 274).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from slipcast.builder import assembly, injecting, laying, variables
from slipcast.builder.job import Job, failing
from slipcast.builder.lookup import Lookup
from slipcast.builder.source import Source
from slipcast.builds.s2i import dockerfile, injections, labels, scripts, users
from slipcast.builds.s2i.dockerfile import Copied, Recipe
from slipcast.builds.s2i.reasons import Exit, Reason, failure
from slipcast.builds.s2i.scripts import Scheme, Script
from slipcast.values.entries import Kind
from slipcast.values.faults import PortFault
from slipcast.values.image import ImageConfig
from slipcast.values.revision import SourceRevision

_HELPERS = ("upload/scripts", "upload/src", "downloads/scripts", "downloads/defaultScripts")


class Target(msgspec.Struct, frozen=True):
    """The Dockerfile and the directory it lies in, which is its context."""

    file: Path

    @property
    def context(self) -> Path:
        """The directory of the file."""
        return self.file.parent


def target(asked: Path) -> Target:
    """Where the Dockerfile goes; a directory receives `Dockerfile`."""
    return Target(asked / "Dockerfile" if asked.is_dir() else asked)


def write(job: Job, source: Source, at: Target) -> Path:
    """Write upload/, and the Dockerfile that uses it.

    Errors: BuildFault AssembleUserForbidden or DockerFileCreationFailed.
    """
    _check_place(source, at)
    image = _image(job)
    _check_user(job)
    destination = _destination(job, image)
    found = _scripts(job, image, source, destination)
    uploaded = [script for script in found.values() if script.content is not None]
    with failing(Reason.DOCKERFILE_CREATION_FAILED, f"{at.file} cannot be written"):
        _clear(at)
        laying.lay(source.entries(), at.context / "upload/src")
        laying.lay(
            assembly.script_entries(uploaded, source.timestamp or 0), at.context / "upload/scripts"
        )
        copied = tuple(_inject(job, at))
        env = variables.collect(job, source.environment_text)
        recipe = _recipe(job, found, destination, env, source.revision, copied)
        return _put(at, recipe)


def _check_place(source: Source, at: Target) -> None:
    """Refuse a target inside the source, which would then hold itself (S2I-255)."""
    location = Path(source.revision.location)
    if location.is_absolute() and at.file.resolve().is_relative_to(location.resolve()):
        raise failure(
            Reason.DOCKERFILE_CREATION_FAILED,
            f"{at.file} lies inside the source {location}",
            hint="Write the Dockerfile to another directory.",
        )


def generate(job: Job, at: Target) -> Path:
    """Write only the Dockerfile, for a context that the user prepares.

    Errors: as write.
    """
    image = _image(job)
    _check_user(job)
    destination = _destination(job, image)
    found = _scripts(job, image, None, destination)
    recipe = _recipe(job, found, destination, variables.collect(job, ""), SourceRevision(), ())
    with failing(Reason.DOCKERFILE_CREATION_FAILED, f"{at.file} cannot be written"):
        return _put(at, recipe)


def _image(job: Job) -> ImageConfig:
    """What the builder image says of itself, as far as it is known here."""
    name = job.request.builder_image
    try:
        facts = job.engine.inspect(name)
    except PortFault as fault:
        job.progress.warn(f"could not inspect the builder image {name} for labels: {fault}")
        return ImageConfig()
    if facts is None:
        job.progress.warn(
            f"could not inspect the builder image {name} for labels: it is not on this host"
        )
        return ImageConfig()
    return facts.config


def _user(job: Job) -> str:
    return job.request.assemble_user or dockerfile.DEFAULT_USER


def _check_user(job: Job) -> None:
    user = _user(job)
    if not users.is_allowed(job.request.allowed_uids, user):
        raise failure(
            Reason.USER_FORBIDDEN,
            f"assemble would run as {user!r}, which is not among the allowed user ids",
            exit_code=Exit.USER_FORBIDDEN,
            hint="Give another user with --assemble-user.",
        )


def _destination(job: Job, image: ImageConfig) -> str:
    said = job.request.destination or image.labels.get(scripts.DESTINATION_LABEL, "")
    return str(PurePosixPath("/", said or scripts.DEFAULT_DESTINATION))


def _scripts(
    job: Job, image: ImageConfig, source: Source | None, destination: str
) -> Mapping[str, Script]:
    """Each script and where it lies (S2I-270)."""
    asked = scripts.parse_url(job.request.scripts_url)
    fallback = scripts.scripts_url(image).value
    usable = scripts.parse_url(fallback)
    if usable is None or usable.scheme is not Scheme.IMAGE:
        fallback = job.request.image_scripts_url
    by_image = asked is not None and asked.scheme is Scheme.IMAGE
    lookup = Lookup(
        job,
        image=job.request.builder_image,
        image_url=fallback,
        destination=destination,
        in_source=(lambda _: None) if by_image or source is None else source.script,
    )
    return lookup.find(scripts.REQUIRED, (scripts.SAVE_ARTIFACTS,))


def _recipe(
    job: Job,
    found: Mapping[str, Script],
    destination: str,
    env: tuple[tuple[str, str], ...],
    revision: SourceRevision,
    copied: tuple[Copied, ...],
) -> Recipe:
    request = job.request
    save = found.get(scripts.SAVE_ARTIFACTS)
    said = {
        scripts.URL_LABEL: request.scripts_url,
        scripts.DESTINATION_LABEL: request.destination,
    }
    extra = {name: value for name, value in said.items() if value}
    previous = (request.incremental_from_tag or request.tag) if request.incremental else ""
    return Recipe(
        builder_image=request.builder_image,
        destination=destination,
        user=_user(job),
        assemble=found[scripts.ASSEMBLE].path,
        run=found[scripts.RUN].path,
        labels=labels.result(extra, request, revision, {}),
        env=env,
        overriding=any(script.content is not None for script in found.values()),
        injections=copied,
        previous=previous if save is not None else "",
        save_artifacts=save.path if save is not None else "",
        overriding_save=save is not None and save.content is not None,
    )


def _clear(at: Target) -> None:
    """Make room for what is written; only what an earlier Dockerfile of ours used is removed."""
    upload = at.context / "upload"
    ours = at.file.is_file() and at.file.read_text(errors="replace").startswith(dockerfile.MARK)
    if ours and upload.is_dir():
        shutil.rmtree(upload)
    for name in ("src", "scripts", "injections"):
        directory = upload / name
        if directory.is_dir() and any(directory.iterdir()):
            raise failure(
                Reason.DOCKERFILE_CREATION_FAILED,
                f"{directory} holds files already",
                hint="Remove it, or write the Dockerfile to another directory.",
            )
    for name in _HELPERS:
        (at.context / name).mkdir(parents=True, exist_ok=True)


def _inject(job: Job, at: Target) -> list[Copied]:
    found = []
    for injection in job.request.injections:
        below = Path("upload/injections") / injection.source.absolute().relative_to("/")
        entries = list(injecting.entries(injection, injection.source.name))
        single = injection.source.is_file()
        into = at.context / (below.parent if single else below)
        laying.lay(entries, into)
        goal = injections.target(injection, dockerfile.WORKDIR)
        if single and injection.target in {"", "."}:
            goal = str(PurePosixPath(goal, injection.source.name))
        files = [entry.path for entry in entries if entry.kind is Kind.FILE]
        removed = [goal] if single else [str(PurePosixPath(goal, name)) for name in files]
        found.append(Copied(str(below), goal, () if injection.keep else tuple(removed)))
    return found


def _put(at: Target, recipe: Recipe) -> Path:
    text = dockerfile.text(recipe)
    at.context.mkdir(parents=True, exist_ok=True)
    at.file.write_text(text, encoding="utf-8")
    return at.file
