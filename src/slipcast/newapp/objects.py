"""Components written as objects: streams, BuildConfigs, what deploys them, services.

Documents are as a client sends them: what the server fills in is not said. Names were made unique
before.

Source: generated-objects.md sections 3 to 8.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.builds.triggers import SECRET_KEY
from slipcast.newapp.component import (
    BuildPlan,
    ContainerPlan,
    DeploymentPlan,
    InputImage,
    NewStream,
    SourceInput,
)
from slipcast.newapp.naming import service_name, volume_name
from slipcast.newapp.ports import Port
from slipcast.newapp.request import Mounted, Pair

STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")
CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
DEPLOYMENT_CONFIG: Final = kinds.require(kinds.APPS_OPENSHIFT, "DeploymentConfig")
DEPLOYMENT: Final = kinds.require(kinds.APPS, "Deployment")
SERVICE: Final = kinds.require(kinds.CORE, "Service")
SECRET: Final = kinds.require(kinds.CORE, "Secret")

IMPORTED_FROM: Final = "openshift.io/imported-from"
TRIGGERS: Final = "image.openshift.io/triggers"
WEBHOOKS: Final = "build.slipcast.io/webhooks"
"""The annotation of a Secret that was made for webhooks: what it holds stays."""
PENDING: Final = " "
"""The image of a container that waits for its trigger: nothing rolls out with it."""

_encode = msgspec.json.encode


class Secrets(msgspec.Struct, frozen=True):
    """Words that nobody can guess, for the webhooks of a BuildConfig.

    Shape:  kept is the Secret that has the first of them for all, empty where the BuildConfig says
            them itself.
    """

    github: str
    generic: str
    kept: str = ""


def hook_secret(secrets: Secrets) -> JSON:
    """The Secret of a BuildConfig's webhooks, which any of their callers must know (GO-70)."""
    # Encoded, as it is kept: what is applied again is then unchanged.
    word = base64.b64encode(secrets.github.encode()).decode()
    found = _object(SECRET, secrets.kept, type="Opaque", data={SECRET_KEY: word})
    found["metadata"]["annotations"] = {WEBHOOKS: "true"}
    return found


def input_stream(stream: NewStream) -> JSON:
    """A stream that follows an image of a registry (GO-81)."""
    policy: JSON = {"insecure": True} if stream.insecure else {}
    if stream.mode:
        policy["importMode"] = stream.mode
    tag = {
        "name": stream.tag,
        "annotations": {IMPORTED_FROM: stream.imported_from},
        "from": {"kind": "DockerImage", "name": stream.pull_spec},
        "importPolicy": policy,
    }
    return _object(STREAM, stream.name, spec={"tags": [tag]})


def output_stream(name: str) -> JSON:
    """A stream that is filled by pushes (GO-80)."""
    return _object(STREAM, name, spec={})


def build_config(plan: BuildPlan, secrets: Secrets) -> JSON:
    """How a component is built (GO-40 to GO-75)."""
    output: JSON = {}
    if plan.output.name:
        kind = "ImageStreamTag" if plan.output.is_tag else "DockerImage"
        output["to"] = {"kind": kind, "name": plan.output.name}
    if plan.output.push_secret:
        output["pushSecret"] = {"name": plan.output.push_secret}
    spec = {
        "source": _source(plan.source),
        "strategy": _strategy(plan),
        "output": output,
        "triggers": [*_triggers(plan, secrets)],
    }
    return _object(CONFIG, plan.name, spec=spec)


def deployment_config(plan: DeploymentPlan, labels: Mapping[str, str]) -> JSON:
    """A DeploymentConfig; labels choose its pods, beside its name (section 5)."""
    selector = {**labels, "deploymentconfig": plan.name}
    triggers: list[JSON] = [{"type": "ConfigChange"}]
    triggers += [
        {
            "type": "ImageChange",
            "imageChangeParams": {
                "automatic": True,
                "containerNames": [each.name],
                "from": _tag(each.trigger, each.trigger_namespace),
            },
        }
        for each in plan.containers
        if each.trigger
    ]
    spec = {
        "replicas": 1,
        "test": plan.is_test,
        "selector": selector,
        "template": _template(plan, selector),
        "triggers": triggers,
    }
    return _object(DEPLOYMENT_CONFIG, plan.name, spec=spec)


def deployment(plan: DeploymentPlan, labels: Mapping[str, str]) -> JSON:
    """A Deployment, whose images are set by the triggers that an annotation lists (section 6)."""
    selector = {**labels, "deployment": plan.name}
    triggers = [
        {
            "from": _tag(each.trigger, each.trigger_namespace),
            "fieldPath": f'spec.template.spec.containers[?(@.name=="{each.name}")].image',
        }
        for each in plan.containers
        if each.trigger
    ]
    waiting = tuple(
        msgspec.structs.replace(each, image=PENDING if each.trigger else each.image)
        for each in plan.containers
    )
    plan = msgspec.structs.replace(plan, containers=waiting)
    spec = {
        "replicas": 1,
        "selector": {"matchLabels": selector},
        "template": _template(plan, selector),
    }
    made = _object(DEPLOYMENT, plan.name, spec=spec)
    if triggers:
        made["metadata"]["annotations"] = {TRIGGERS: _encode(triggers).decode()}
    return made


def service(plan: DeploymentPlan, selector: Mapping[str, str]) -> JSON | None:
    """The service of all ports of a deployment, the lowest first; None without any (GO-102)."""
    ports = sorted({port for each in plan.containers for port in each.ports})
    if not ports:
        return None
    spec = {"selector": dict(selector), "ports": [_service_port(port) for port in ports]}
    return _object(SERVICE, service_name(plan.name), spec=spec)


def selector_of(plan: DeploymentPlan, labels: Mapping[str, str]) -> dict[str, str]:
    """What chooses the pods of a deployment (GO-103)."""
    return {**labels, "deploymentconfig" if plan.is_config else "deployment": plan.name}


def _object(kind: Kind, name: str, **fields: Any) -> JSON:
    head = {"apiVersion": kind.api_version, "kind": kind.name}
    return {**head, "metadata": {"name": name}, **fields}


def _tag(name: str, namespace: str) -> JSON:
    found = {"kind": "ImageStreamTag", "name": name}
    return {**found, "namespace": namespace} if namespace else found


def _reference(image: InputImage) -> JSON:
    if image.is_tag:
        return _tag(image.name, image.namespace)
    return {"kind": "DockerImage", "name": image.name}


def _source(source: SourceInput) -> JSON:
    found: JSON = {}
    if source.copied is not None:
        copied = source.copied
        path = {"sourcePath": copied.source_path, "destinationDir": copied.destination}
        found["images"] = [{"from": _reference(copied.image), "paths": [path]}]
        found["type"] = "Image"
    if source.dockerfile is not None:
        found |= {"type": "Dockerfile", "dockerfile": source.dockerfile}
    if source.is_binary:
        found |= {"type": "Binary", "binary": {}}
    if source.uri:
        git = {"uri": source.uri, **({"ref": source.ref} if source.ref else {})}
        found |= {"type": "Git", "git": git}
    if source.context_dir:
        found["contextDir"] = source.context_dir
    if source.credentials:
        found["sourceSecret"] = {"name": source.credentials}
    if source.secrets:
        found["secrets"] = [*_mounted("secret", source.secrets)]
    if source.config_maps:
        found["configMaps"] = [*_mounted("configMap", source.config_maps)]
    return found


def _mounted(field: str, all_of: Iterable[Mounted]) -> Iterator[JSON]:
    for each in all_of:
        yield {field: {"name": each.name}, "destinationDir": each.destination}


_BLOCKS: Final = {
    "Source": "sourceStrategy",
    "Docker": "dockerStrategy",
    "JenkinsPipeline": "jenkinsPipelineStrategy",
}


def _strategy(plan: BuildPlan) -> JSON:
    block: JSON = {}
    if plan.image is not None:
        block["from"] = _reference(plan.image)
    if plan.env:
        block["env"] = _pairs(plan.env)
    if plan.args:
        block["buildArgs"] = _pairs(plan.args)
    return {"type": plan.strategy, _BLOCKS[plan.strategy]: block}


def _triggers(plan: BuildPlan, secrets: Secrets) -> Iterator[JSON]:
    """What starts builds (GO-70 to GO-74): nothing by itself where the source is sent along."""
    reference = {"secretReference": {"name": secrets.kept}}
    yield {"type": "GitHub", "github": reference if secrets.kept else {"secret": secrets.github}}
    yield {"type": "Generic", "generic": reference if secrets.kept else {"secret": secrets.generic}}
    if plan.source.is_binary:
        return
    copied = plan.source.copied
    is_other = copied is None or plan.image is None or not _is_same(copied.image, plan.image)
    if copied is not None and copied.image.is_tag and is_other:
        yield {"type": "ImageChange", "imageChange": {"from": _reference(copied.image)}}
    yield {"type": "ConfigChange"}
    if plan.image is not None and plan.image.is_tag:
        yield {"type": "ImageChange", "imageChange": {}}


def _is_same(one: InputImage, other: InputImage) -> bool:
    return other.is_tag and (one.namespace, one.name) == (other.namespace, other.name)


def _template(plan: DeploymentPlan, labels: Mapping[str, str]) -> JSON:
    volumes = [
        {"name": volume_name(each.name, number), "emptyDir": {}}
        for each in plan.containers
        for number, _ in enumerate(each.volumes, 1)
    ]
    spec: JSON = {"containers": [_container(each) for each in plan.containers]}
    if volumes:
        spec["volumes"] = volumes
    return {"metadata": {"labels": dict(labels)}, "spec": spec}


def _container(plan: ContainerPlan) -> JSON:
    found: JSON = {"name": plan.name, "image": plan.image}
    if plan.env:
        found["env"] = _pairs(plan.env)
    if plan.ports:
        found["ports"] = [
            {"containerPort": port.number, "protocol": port.protocol} for port in plan.ports
        ]
    if plan.volumes:
        found["volumeMounts"] = [
            {"name": volume_name(plan.name, number), "mountPath": path}
            for number, path in enumerate(plan.volumes, 1)
        ]
    return found


def _service_port(port: Port) -> JSON:
    number = port.number
    return {"name": port.name, "port": number, "targetPort": number, "protocol": port.protocol}


def _pairs(pairs: Iterable[Pair]) -> list[JSON]:
    """Variables by name (NA-57)."""
    return [{"name": each.name, "value": each.value} for each in sorted(pairs, key=_name)]


def _name(pair: Pair) -> str:
    return pair.name
