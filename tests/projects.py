"""Projects as a status sees them: objects with what matters said, and the graph of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.views.status.graph import Graph, graph
from slipcast.views.status.objects import objects
from slipcast.views.status.page import Asked, page
from slipcast.views.status.references import Place

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = "shop"
SERVER = "https://slipcast.example.org"
MADE = {"openshift.io/generated-by": "OpenShiftNewApp"}
GIT = {"git": {"uri": "https://git.example.org/shop.git", "ref": "main"}}


def ago(minutes: int) -> str:
    """A moment before NOW, not more than eleven hours."""
    return f"2026-11-22T{11 - minutes // 60:02}:{59 - minutes % 60:02}:00Z"


def service(name: str, port: int = 8080, address: str = "", **spec: Any) -> Document:
    """A service that leads to the pods of an application."""
    held = {"selector": {"app": name}, "ports": [{"port": port, "targetPort": port}]}
    return _document(
        kinds.CORE, "Service", _meta(name, made=True), spec=held | {"clusterIP": address} | spec
    )


def route(name: str, *to: str, ingress: Iterable[JSON] = (), **spec: Any) -> Document:
    """A route that leads to services."""
    first, *others = ({"kind": "Service", "name": each} for each in to)
    held = {"host": f"{name}.example.org", "to": first, "alternateBackends": others}
    return _document(
        kinds.ROUTE, "Route", _meta(name), spec=held | spec, status={"ingress": [*ingress]}
    )


def deployment_config(name: str, *tags: str, version: int = 0, app: str = "") -> Document:
    """A DeploymentConfig whose containers follow tags."""
    triggers = [
        {
            "type": "ImageChange",
            "imageChangeParams": {"containerNames": [f"c{number}"], "from": reference(tag)},
        }
        for number, tag in enumerate(tags)
    ]
    containers = [{"name": f"c{number}", "image": " "} for number, _ in enumerate(tags)]
    template = {"metadata": {"labels": {"app": app or name}}, "spec": {"containers": containers}}
    spec = {"replicas": 2, "template": template, "triggers": triggers}
    status = {"latestVersion": version, "readyReplicas": 1}
    return _document(
        kinds.APPS_OPENSHIFT, "DeploymentConfig", _meta(name, made=True), spec=spec, status=status
    )


def deployment(name: str, image: str, annotation: str = "", generation: int = 0) -> Document:
    """A Deployment of one container, which runs an image or follows what an annotation says."""
    metadata = _meta(name)
    metadata["annotations"] = {"image.openshift.io/triggers": annotation}
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"containers": [{"name": "c0", "image": image}]},
    }
    status = {"observedGeneration": generation, "readyReplicas": 1}
    return _document(kinds.APPS, "Deployment", metadata, spec={"template": template}, status=status)


def build_config(
    name: str,
    to: str = "",
    on: str = "",
    source: JSON | None = None,
    strategy: str = "sourceStrategy",
    namespace: str = SHOP,
) -> Document:
    """A BuildConfig: what it makes of what."""
    held: JSON = {"from": reference(on)} if on else {}
    spec = {
        "source": GIT if source is None else source,
        "strategy": {strategy: held} if strategy else {},
        "output": {"to": reference(to)} if to else {},
    }
    metadata = _meta(name, made=True, namespace=namespace)
    return _document(kinds.BUILD, "BuildConfig", metadata, spec=spec)


def build(config: str, number: int, phase: str, minutes: int = 5, **status: Any) -> Document:
    """A build of a BuildConfig, made and ended so many minutes ago."""
    metadata = _meta(f"{config}-{number}")
    metadata["creationTimestamp"] = ago(minutes)
    metadata["labels"] = {"openshift.io/build.start-policy": "Serial", "buildconfig": config}
    metadata["annotations"] = {
        "openshift.io/build.number": str(number),
        "openshift.io/build-config.name": config,
    }
    git = {
        "commit": "1a2b3c4d5e6f",
        "message": "Sell tea\n\nand coffee",
        "author": {"name": "Ada"},
    }
    held = {"phase": phase, **status}
    if phase in {"Complete", "Failed", "Error", "Cancelled"}:
        held["completionTimestamp"] = ago(minutes)
    revision = {"type": "Git", "git": git}
    return _document(kinds.BUILD, "Build", metadata, spec={"revision": revision}, status=held)


def stream(
    name: str,
    *tags: str,
    spec: Iterable[JSON] = (),
    status: Iterable[JSON] = (),
    namespace: str = SHOP,
    repository: str = "registry",
) -> Document:
    """A stream with an image under each of its tags."""
    held = [
        {"tag": tag, "items": [{"image": f"sha256:{'a' * 64}", "created": ago(9)}]} for tag in tags
    ]
    metadata = _meta(name, made=namespace == SHOP, namespace=namespace)
    return _document(
        kinds.IMAGE,
        "ImageStream",
        metadata,
        spec={"tags": [*spec]},
        status={"dockerImageRepository": repository, "tags": [*held, *status]},
    )


def pod(name: str, phase: str = "Running", **metadata: Any) -> Document:
    """A pod of one container."""
    spec = {"containers": [{"name": "c0", "image": "quay.io/example/tool:1"}]}
    return _document(
        kinds.CORE, "Pod", {**_meta(name), **metadata}, spec=spec, status={"phase": phase}
    )


def reference(name: str) -> JSON:
    """An image by its name: `ns/stream:tag`, `stream@id`, `docker://PULLSPEC`."""
    if name.startswith("docker://"):
        return {"kind": "DockerImage", "name": name.removeprefix("docker://")}
    namespace, _, rest = name.rpartition("/")
    kind = "ImageStreamImage" if "@" in rest else "ImageStreamTag"
    return {"kind": kind, "name": rest, **({"namespace": namespace} if namespace else {})}


def known(*documents: Document, absent: Iterable[Place] = ()) -> Graph:
    """The graph of the project `shop`, all of whose streams are there."""
    return graph(objects(documents, [SHOP], absent))


def told(*documents: Document, absent: Iterable[Place] = (), suggests: bool = False) -> str:
    """What a status tells of the project `shop`."""
    asked = Asked(now=NOW, server=SERVER, namespace=SHOP, suggests=suggests)
    return page(known(*documents, absent=absent), asked)


def _meta(name: str, *, made: bool = False, namespace: str = SHOP) -> JSON:
    metadata: JSON = {"name": name, "namespace": namespace, "creationTimestamp": ago(60)}
    if made:
        metadata |= {"labels": {"app": name}, "annotations": MADE}
    return metadata


def _document(group: str, kind: str, metadata: JSON, **fields: Any) -> Document:
    return Document.of(kinds.require(group, kind), {"metadata": metadata, **fields})
