"""What uses images: pods, what pods are made from, builds and what they are made from.

A use is who uses, and every reference to an image it holds; which images those are is `prune`'s
question. Streams do not use images here: they have them.

Source: image-streams.md IS-133; the API reference of the kinds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import msgspec

from slipcast.api import kinds
from slipcast.api.apps import Deployment
from slipcast.api.batch import Job
from slipcast.api.build import Build, BuildConfig, CommonSpec
from slipcast.api.deploymentconfig import DeploymentConfig
from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.api.lens import read
from slipcast.api.meta import ObjectReference
from slipcast.api.pod import Pod, PodSpec

_DIGEST: Final = re.compile(r"sha(?:256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})")
"""A digest within what an engine calls an image that runs."""
_OVER: Final = frozenset({"Succeeded", "Failed"})


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who uses images.

    Shape:  who is `pods/app-1`; references without a namespace are into this one. `running` are
            digests that an engine says it runs. `since` is when the user was made; is_over says
            that it uses them no more.
    """

    who: str
    namespace: str
    references: tuple[ObjectReference, ...] = ()
    running: tuple[str, ...] = ()
    since: str = ""
    is_over: bool = False


References = Iterator[ObjectReference]


def use(document: Document) -> Use:
    """What an object uses.

    Errors: BadRequest when the object cannot be read; LookupError for a kind not in the table.
    """
    kind = document.kind
    references = tuple(_READERS[kind.group, kind.name](document))
    names = document.names
    is_pod = kind.name == "Pod"
    pod = read(document, Pod) if is_pod else Pod()
    return Use(
        who=f"{kind.plural}/{names.name}",
        namespace=names.namespace,
        references=references,
        running=tuple(_running(pod)),
        since=str(document.content["metadata"].get("creationTimestamp") or ""),
        is_over=pod.status.phase in _OVER,
    )


def user_kinds() -> tuple[Kind, ...]:
    """The kinds whose objects use images."""
    return tuple(kinds.require(group, name) for group, name in _READERS)


def _pull(spec: str) -> ObjectReference:
    return ObjectReference(kind="DockerImage", name=spec)


def _of_pod_spec(spec: PodSpec) -> References:
    for container in (*spec.init_containers, *spec.containers, *spec.ephemeral_containers):
        # A blank stands for the image that a trigger will put there.
        if container.image.strip():
            yield _pull(container.image)
    for volume in spec.volumes:
        if volume.image is not None and volume.image.reference.strip():
            yield _pull(volume.image.reference)


def _of_pod(document: Document) -> References:
    return _of_pod_spec(read(document, Pod).spec)


def _of_deployment(document: Document) -> References:
    return _of_pod_spec(read(document, Deployment).spec.template.spec)


def _of_job(document: Document) -> References:
    return _of_pod_spec(read(document, Job).spec.template.spec)


def _of_deployment_config(document: Document) -> References:
    spec = read(document, DeploymentConfig).spec
    if spec.template is not None:
        yield from _of_pod_spec(spec.template.spec)
    if spec.strategy.custom_params is not None and spec.strategy.custom_params.image.strip():
        yield _pull(spec.strategy.custom_params.image)
    for trigger in spec.triggers or ():
        if trigger.image_change_params is not None:
            yield trigger.image_change_params.from_


def _of_common(spec: CommonSpec) -> References:
    strategy = spec.strategy
    if strategy.source_strategy is not None:
        yield strategy.source_strategy.from_
    if strategy.docker_strategy is not None and strategy.docker_strategy.from_ is not None:
        yield strategy.docker_strategy.from_
    if strategy.custom_strategy is not None:
        yield strategy.custom_strategy.from_
    yield from (image.from_ for image in spec.source.images)


def _of_build(document: Document) -> References:
    return _of_common(read(document, Build).spec)


def _of_build_config(document: Document) -> References:
    spec = read(document, BuildConfig).spec
    yield from _of_common(spec)
    for trigger in spec.triggers:
        if trigger.image_change is not None and trigger.image_change.from_ is not None:
            yield trigger.image_change.from_


_READERS: Final[Mapping[tuple[str, str], Callable[[Document], References]]] = {
    (kinds.CORE, "Pod"): _of_pod,
    (kinds.APPS, "Deployment"): _of_deployment,
    (kinds.BATCH, "Job"): _of_job,
    (kinds.APPS_OPENSHIFT, "DeploymentConfig"): _of_deployment_config,
    (kinds.BUILD, "BuildConfig"): _of_build_config,
    (kinds.BUILD, "Build"): _of_build,
}
"""THE TABLE of kinds that use images."""


def _running(pod: Pod) -> Iterator[str]:
    status = pod.status
    for each in (
        *status.init_container_statuses,
        *status.container_statuses,
        *status.ephemeral_container_statuses,
    ):
        yield from _DIGEST.findall(f"{each.image} {each.image_id}")
