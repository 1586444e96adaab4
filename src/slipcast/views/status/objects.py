"""The objects of projects, read: what a status is told of.

Both kinds of deployments are seen alike. What the objects mean to one another is the graph's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeVar

import msgspec

from slipcast.api import kinds
from slipcast.api.apps import Deployment
from slipcast.api.build import Build, BuildConfig
from slipcast.api.core import Service
from slipcast.api.deploymentconfig import DeploymentConfig
from slipcast.api.document import Document
from slipcast.api.image import ImageStream
from slipcast.api.lens import read
from slipcast.api.meta import Object, ObjectMeta, ObjectReference
from slipcast.api.pod import Pod, PodSpec
from slipcast.api.route import Route
from slipcast.views.status.references import TAG, Place, Reference, reference_of

Read = TypeVar("Read", bound=Object)

KINDS: Final = (
    kinds.require(kinds.CORE, "Service"),
    kinds.require(kinds.ROUTE, "Route"),
    kinds.require(kinds.APPS_OPENSHIFT, "DeploymentConfig"),
    kinds.require(kinds.APPS, "Deployment"),
    kinds.require(kinds.BUILD, "BuildConfig"),
    kinds.require(kinds.BUILD, "Build"),
    kinds.require(kinds.IMAGE, "ImageStream"),
    kinds.require(kinds.CORE, "Pod"),
)
"""THE TABLE of kinds that a status tells of."""
TRIGGERS: Final = "image.openshift.io/triggers"
"""The annotation by which the images of a Deployment follow tags."""


class Deployer(msgspec.Struct, frozen=True, kw_only=True):
    """What keeps pods running: a DeploymentConfig or a Deployment.

    Shape:  short is `dc` or `deploy`; labels are those of its pods; images what they run; version
            is the number of the newest deployment, 0 while there is none, of a Deployment 1.
    """

    short: str
    metadata: ObjectMeta
    labels: Mapping[str, str]
    images: tuple[Reference, ...]
    version: int
    ready: int
    wanted: int

    @property
    def shown(self) -> str:
        """`dc/app`."""
        return f"{self.short}/{self.metadata.name}"


class Objects(msgspec.Struct, frozen=True, kw_only=True):
    """What there is, by kind, in the order of names.

    Shape:  listed are the namespaces all of whose streams are known; absent are streams of others
            that were looked for and are not there. About any other stream nothing is known.
            has_services says that all services are known where routes are.
    """

    services: tuple[Service, ...] = ()
    routes: tuple[Route, ...] = ()
    deployers: tuple[Deployer, ...] = ()
    configs: tuple[BuildConfig, ...] = ()
    builds: tuple[Build, ...] = ()
    streams: tuple[ImageStream, ...] = ()
    pods: tuple[Pod, ...] = ()
    listed: frozenset[str] = frozenset()
    absent: frozenset[Place] = frozenset()
    has_services: bool = True


def place_of(one: Object | Deployer) -> Place:
    """Where an object is."""
    return Place(one.metadata.namespace, one.metadata.name)


def objects(
    documents: Iterable[Document],
    listed: Iterable[str] = (),
    absent: Iterable[Place] = (),
    *,
    has_services: bool = True,
) -> Objects:
    """The objects that documents are; kinds that a status does not tell of are passed over.

    Errors: BadRequest when an object cannot be read.
    """
    known = tuple(documents)
    deployers = (
        *map(_config_deployer, _of(known, kinds.APPS_OPENSHIFT, "DeploymentConfig")),
        *map(_deployment, _of(known, kinds.APPS, "Deployment")),
    )
    return Objects(
        services=_read(known, kinds.CORE, Service),
        routes=_read(known, kinds.ROUTE, Route),
        deployers=tuple(sorted(deployers, key=place_of)),
        configs=_read(known, kinds.BUILD, BuildConfig),
        builds=_read(known, kinds.BUILD, Build),
        streams=_read(known, kinds.IMAGE, ImageStream),
        pods=_read(known, kinds.CORE, Pod),
        listed=frozenset(listed),
        absent=frozenset(absent),
        has_services=has_services,
    )


def _of(documents: Iterable[Document], group: str, name: str) -> Iterator[Document]:
    kind = kinds.require(group, name)
    return (each for each in documents if each.kind is kind)


def _read(documents: Iterable[Document], group: str, struct: type[Read]) -> tuple[Read, ...]:
    found = (read(each, struct) for each in _of(documents, group, struct.__name__))
    return tuple(sorted(found, key=place_of))


def _config_deployer(document: Document) -> Deployer:
    held = read(document, DeploymentConfig)
    template, namespace = held.spec.template, held.metadata.namespace
    followed = {
        name: trigger.image_change_params.from_
        for trigger in held.spec.triggers or ()
        if trigger.image_change_params is not None
        for name in trigger.image_change_params.container_names
    }
    return Deployer(
        short="dc",
        metadata=held.metadata,
        labels=template.metadata.labels if template is not None else {},
        images=_images(template.spec if template is not None else PodSpec(), followed, namespace),
        version=held.status.latest_version,
        ready=held.status.ready_replicas,
        wanted=held.spec.replicas,
    )


def _deployment(document: Document) -> Deployer:
    held = read(document, Deployment)
    template = held.spec.template
    followed = dict(_triggers(held.metadata.annotations.get(TRIGGERS, "")))
    return Deployer(
        short="deploy",
        metadata=held.metadata,
        labels=template.metadata.labels,
        images=_images(template.spec, followed, held.metadata.namespace),
        version=int(bool(held.status.observed_generation)),
        ready=held.status.ready_replicas,
        wanted=1 if held.spec.replicas is None else held.spec.replicas,
    )


class _From(msgspec.Struct, frozen=True):
    kind: str = ""
    name: str = ""
    namespace: str = ""


class _Trigger(msgspec.Struct, frozen=True, rename="camel"):
    from_: _From = msgspec.field(default=_From(), name="from")
    field_path: str = ""


def _triggers(annotation: str) -> Iterator[tuple[str, ObjectReference]]:
    """The tag that each container follows, as the annotation of a Deployment says it."""
    try:
        held = msgspec.json.decode(annotation or "[]", type=list[_Trigger])
    except msgspec.DecodeError:
        return
    for each in held:
        container = each.field_path.partition('@.name=="')[2].partition('"')[0]
        source = each.from_
        reference = ObjectReference(kind=TAG, name=source.name, namespace=source.namespace)
        if container and source.kind == TAG:
            yield container, reference


def _images(
    spec: PodSpec, followed: Mapping[str, ObjectReference], namespace: str
) -> tuple[Reference, ...]:
    """What containers run: the tags they follow, else what they say."""
    held = (
        reference_of(
            followed.get(each.name) or ObjectReference(kind="DockerImage", name=each.image),
            namespace,
        )
        for each in spec.containers
    )
    return tuple(dict.fromkeys(each for each in held if each is not None))
