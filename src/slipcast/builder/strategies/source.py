"""Builds by the scripts of a builder image: a Build said as a request of source to image.

The flow itself is `builder.s2i`.

Source: builder-process.md 6.1 and 6.3, BLD-82 to BLD-99, BLD-106 to BLD-110.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from slipcast.api.build import Build, SourceBuildStrategy
from slipcast.builder import limits, ondemand, postcommit, tags
from slipcast.builder.credentials import registries
from slipcast.builder.job import Credentials
from slipcast.builder.presence import refuse_id
from slipcast.builder.s2i import SourceToImage
from slipcast.builder.task import Built, Fetched, Task
from slipcast.builds.s2i import environment, users
from slipcast.builds.s2i.reasons import Exit, Reason, failure
from slipcast.builds.s2i.request import Injection, PreparedSource, S2IRequest
from slipcast.builds.strategies.mounts import CONFIGS, SECRETS, strategy_volumes
from slipcast.ports.engine import RegistryAccess
from slipcast.values.container import Mount, PullPolicy
from slipcast.values.faults import EngineFault, FieldError, InvalidFault
from slipcast.values.revision import SourceRevision

_NAMESPACE: Final = "io.openshift."


def run(task: Task, source: Fetched) -> Built:
    """Build by source to image, under the task's own tag.

    Errors: BuildFault with the reasons of source to image; InvalidFault.
    """
    asked = request(task, source)
    images = tuple(filter(None, (asked.builder_image, asked.runtime_image)))
    _refuse_ids(task, images)
    ondemand.provide(task, images)
    _tell_pull(task, asked)
    _tell_proxies(task)
    flow = SourceToImage(
        engine=task.engine,
        git=task.git,
        downloads=task.downloads,
        credentials=_credentials(task),
        state=task.work,
    )
    result = flow.build(asked, task.progress)
    return Built(tag=task.tag, image=result.image, bases=images)


def request(task: Task, source: Fetched) -> S2IRequest:
    """What source to image is asked for (BLD-82 to BLD-97).

    Errors: InvalidFault, UsageFault for what no Build may ask for.
    """
    build, strategy = task.build, _strategy(task.build)
    destination, runtime = tags.destination(build), strategy.runtime_image
    pull = PullPolicy.ALWAYS if strategy.force_pull else PullPolicy.IF_NOT_PRESENT
    _refuse_scripts_of_the_host(task, strategy.scripts)
    return S2IRequest(
        source=source.revision.location,
        builder_image=strategy.from_.name,
        tag=task.tag,
        # A hook may still refuse the image, and then nothing of it leaves this host.
        send_to="" if postcommit.is_wanted(build.spec.post_commit) else destination,
        display_name=tags.output(build),
        prepared=PreparedSource(root=source.context, revision=source.revision, is_ours=True),
        env=tuple(each for each in variables(build, source.revision) if each[0] not in task.hidden),
        hidden_env=task.unkept(strategy.env),
        scripts_url=strategy.scripts,
        incremental=bool(strategy.incremental),
        incremental_from_tag=tags.output(build),
        incremental_pull_policy=PullPolicy.ALWAYS if destination else PullPolicy.NEVER,
        pull_policy=pull,
        runtime_image=runtime.name if runtime is not None else "",
        runtime_pull_policy=pull,
        runtime_artifacts=tuple(
            f"{each.source_path}:{each.destination_dir}" for each in strategy.runtime_artifacts
        ),
        labels=tuple(_labels(build)),
        label_namespace=_NAMESPACE,
        injections=tuple(_injections(task)),
        volumes=tuple(_volumes(task, strategy)),
        allowed_uids=users.parse_allowed_uids(task.env.get("ALLOWED_UIDS", "")),
        cap_drop=_words(task.env.get("DROP_CAPS", "")),
        block_onbuild=True,
        limits=limits.own(),
        one_stream=True,
        platform=task.platform,
    )


def _labels(build: Build) -> Iterator[tuple[str, str]]:
    """Which build made the image (BA-97), then what the Build asks for; later wins."""
    yield f"{_NAMESPACE}build.name", build.metadata.name
    yield f"{_NAMESPACE}build.namespace", build.metadata.namespace
    for label in build.spec.output.image_labels:
        yield label.name, label.value


def variables(build: Build, revision: SourceRevision) -> tuple[tuple[str, str], ...]:
    """The variables of assemble and of the image; the strategy's own come last (6.3)."""
    spec, metadata = build.spec, build.metadata
    given = spec.revision.git if spec.revision is not None else None
    commit = revision.commit or (given.commit if given is not None else "")
    said = [
        ("OPENSHIFT_BUILD_NAME", metadata.name),
        ("OPENSHIFT_BUILD_NAMESPACE", metadata.namespace),
    ]
    if spec.source.git is not None:
        said.append(("OPENSHIFT_BUILD_SOURCE", revision.location or spec.source.git.uri))
        said.append(("OPENSHIFT_BUILD_REFERENCE", spec.source.git.ref))
        said.append(("OPENSHIFT_BUILD_COMMIT", commit))
    own = tuple((each.name, each.value) for each in _strategy(build).env)
    return environment.merged((pair for pair in said if pair[1]), own)


def _strategy(build: Build) -> SourceBuildStrategy:
    return build.spec.strategy.source_strategy or SourceBuildStrategy()


def _injections(task: Task) -> Iterator[Injection]:
    """Secrets, of which nothing stays, and config maps, which stay (BLD-90, BLD-104)."""
    source = task.build.spec.source
    for secret in source.secrets:
        path = task.at(f"{SECRETS}/build/{secret.secret.name}")
        name = f"the secret {secret.secret.name}"
        yield Injection(source=path, target=secret.destination_dir, remove=True, name=name)
    for config in source.config_maps:
        path = task.at(f"{CONFIGS}/build/{config.config_map.name}")
        name = f"the config map {config.config_map.name}"
        yield Injection(source=path, target=config.destination_dir, keep=True, name=name)


def _volumes(task: Task, strategy: SourceBuildStrategy) -> Iterator[Mount]:
    """What the user mounts into assemble; it stays out of the image."""
    for volume, mounted in zip(strategy.volumes, strategy_volumes(task.build), strict=True):
        source = task.at(mounted.mount.mount_path)
        for each in volume.mounts:
            yield Mount(source=str(source), target=each.destination_path, read_only=True)


def _credentials(task: Task) -> Credentials:
    """How registries are reached: where the image goes as who pushes it (BLD-79)."""
    pull, pushed = registries.pull(task), tags.output(task.build)
    push = registries.push(task)

    def access(image: str) -> RegistryAccess:
        return push(image) if image == pushed else pull(image)

    return access


def _refuse_scripts_of_the_host(task: Task, url: str) -> None:
    if url.lower().startswith("file:") and not task.is_by_hand:
        what = "names files of the host that the build runs on; use http, https or image"
        raise InvalidFault((FieldError(path="scripts URL", what=what, value=url),))


def _refuse_ids(task: Task, images: Iterable[str]) -> None:
    if task.is_by_hand:
        return
    for image in images:
        try:
            refuse_id(task.engine, image)
        except EngineFault as fault:
            raise failure(
                Reason.PULL_BUILDER_IMAGE_FAILED,
                fault.message,
                exit_code=Exit.PULL,
                hint=fault.hint,
            ) from fault


def _tell_pull(task: Task, asked: S2IRequest) -> None:
    """Say which images will be pulled; nobody is told of one that is here (BLD-179)."""
    for image in filter(None, (asked.builder_image, asked.runtime_image)):
        if asked.pull_policy is PullPolicy.ALWAYS or task.engine.inspect(image) is None:
            task.progress.note(f'Pulling image "{image}" ...', level=0)


def _tell_proxies(task: Task) -> None:
    """Say through which proxies scripts are downloaded (BLD-97)."""
    strategy = _strategy(task.build)
    env = dict(
        environment.shown((each.name.upper(), each.value) for each in strategy.env if each.value)
    )
    plain, secure = env.get("HTTP_PROXY", ""), env.get("HTTPS_PROXY", "")
    if strategy.scripts and (plain or secure):
        task.progress.note(
            f"Using HTTP proxy {plain} and HTTPS proxy {secure} for script download", level=0
        )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.split(",") if (word := part.strip()))
