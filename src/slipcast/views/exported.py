"""Objects as somebody else would write them: without what a server knows and another does not.

What comes out can be applied to another project, or to another server. Which objects are worth it
is decided here as well: what a server makes by itself comes again by itself.

Source: cli.md EX-2; oc export of 3.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.builds import naming
from slipcast.builds.phases import Phase
from slipcast.images import repositories
from slipcast.images.scheduling import LOOKS
from slipcast.views.column import at

ACCOUNT: Final = "kubernetes.io/service-account.name"
GENERATED_HOST: Final = "openshift.io/host.generated"

_KNOWN_HERE: Final = frozenset(
    {
        *("uid", "resourceVersion", "generation", "creationTimestamp", "selfLink"),
        *("deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "ownerReferences"),
        "generateName",
    }
)
"""Metadata that a server gives."""
_NOTED_HERE: Final = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        "openshift.io/image.dockerRepositoryCheck",
        "deployment.kubernetes.io/revision",
        "pv.kubernetes.io/bind-completed",
        "pv.kubernetes.io/bound-by-controller",
        LOOKS,
        repositories.ANNOTATION,
        naming.BUILT_SPEC,
        naming.UPLOAD,
        naming.UPLOAD_SERVER,
    }
)
"""Annotations in which programs remember what they did."""
_OF_JOB: Final = ("controller-uid", "batch.kubernetes.io/controller-uid")

Change = Callable[[JSON, JSON], JSON]


def exported(kind: Kind, content: JSON, *, exact: bool = False) -> JSON:
    """An object without what only its server knows.

    Shape:  exact keeps the namespace, and what a server chose: addresses, ports, hosts, volumes.
    """
    whole = {name: value for name, value in content.items() if name != "status"}
    whole["metadata"] = _metadata(content.get("metadata") or {}, exact=exact)
    key = (kind.group, kind.name)
    changes = (_ALWAYS.get(key), None if exact else _CHOSEN.get(key))
    for change in changes:
        if change is not None:
            whole = change(whole, content)
    return whole


def is_made_by_server(kind: Kind, content: JSON) -> bool:
    """Whether another server makes an object by itself: tokens and logins of service accounts."""
    annotations = at(content, "metadata", "annotations") or {}
    return (kind.group, kind.name) == (kinds.CORE, "Secret") and ACCOUNT in annotations


def is_owned(content: JSON) -> bool:
    """Whether an object comes of another: builds of BuildConfigs, pods of builds."""
    return bool(at(content, "metadata", "ownerReferences"))


def template(name: str, objects: Iterable[JSON]) -> JSON:
    """A template that makes objects."""
    head = {"apiVersion": "template.openshift.io/v1", "kind": "Template"}
    return {**head, "metadata": {"name": name}, "objects": [*objects]}


def _metadata(metadata: JSON, *, exact: bool) -> JSON:
    dropped = _KNOWN_HERE if exact else _KNOWN_HERE | {"namespace"}
    kept = {name: value for name, value in metadata.items() if name not in dropped}
    annotations = _without(metadata.get("annotations") or {}, _NOTED_HERE)
    kept.pop("annotations", None)
    return {**kept, **({"annotations": annotations} if annotations else {})}


def _without(held: Mapping[str, object], names: Iterable[str]) -> JSON:
    dropped = frozenset(names)
    return {name: value for name, value in held.items() if name not in dropped}


def _with_spec(whole: JSON, **fields: object) -> JSON:
    """The object with fields of its spec; those that are None are dropped."""
    spec = {**(whole.get("spec") or {}), **fields}
    return {**whole, "spec": {name: value for name, value in spec.items() if value is not None}}


def _build(whole: JSON, _: JSON) -> JSON:
    return {**whole, "status": {"phase": str(Phase.NEW)}}


def _config(whole: JSON, _: JSON) -> JSON:
    triggers = [
        {**each, "imageChange": _without(each["imageChange"], ["lastTriggeredImageID"])}
        if at(each, "imageChange")
        else each
        for each in at(whole, "spec", "triggers") or ()
    ]
    return _with_spec(whole, triggers=triggers) if triggers else whole


def _deployment_config(whole: JSON, _: JSON) -> JSON:
    field = "imageChangeParams"
    triggers = [
        {**each, field: _without(each[field], ["lastTriggeredImage"])} if at(each, field) else each
        for each in at(whole, "spec", "triggers") or ()
    ]
    return _with_spec(whole, triggers=triggers) if triggers else whole


def _stream(whole: JSON, content: JSON) -> JSON:
    """A stream whose tags are found again: where they follow, else in the registry that has them.

    Shape:  a stream that follows a repository has its tags from there.
    """
    if at(whole, "spec", "dockerImageRepository"):
        return whole
    repository = at(content, "status", "dockerImageRepository")
    tags = [_without(each, ["generation"]) for each in at(whole, "spec", "tags") or ()]
    by_name = {str(each.get("name")): each for each in tags}
    for history in at(content, "status", "tags") or ():
        tag = str(at(history, "tag"))
        held = by_name.get(tag, {"name": tag})
        if repository and at(history, "items") and not held.get("from"):
            source = {"kind": "DockerImage", "name": f"{repository}:{tag}"}
            by_name[tag] = {**held, "from": source}
    return _with_spec(whole, tags=[*by_name.values()]) if by_name else whole


def _account(whole: JSON, _: JSON) -> JSON:
    """An account without the secrets that each server makes for it."""
    name = at(whole, "metadata", "name")
    made = (f"{name}-token-", f"{name}-dockercfg-")
    for field in ("secrets", "imagePullSecrets"):
        held = [
            each for each in whole.get(field) or () if not str(at(each, "name")).startswith(made)
        ]
        whole = {**_without(whole, [field]), **({field: held} if held else {})}
    return whole


def _service(whole: JSON, _: JSON) -> JSON:
    """A service without its addresses; that it has none is no address."""
    ports = [_without(each, ["nodePort"]) for each in at(whole, "spec", "ports") or ()]
    if at(whole, "spec", "clusterIP") == "None":
        return whole
    dropped = dict.fromkeys(
        ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort")
    )
    return _with_spec(whole, ports=ports or None, **dropped)


def _route(whole: JSON, _: JSON) -> JSON:
    annotations = at(whole, "metadata", "annotations") or {}
    return _with_spec(whole, host=None) if annotations.get(GENERATED_HOST) == "true" else whole


def _claim(whole: JSON, _: JSON) -> JSON:
    return _with_spec(whole, volumeName=None)


def _pod(whole: JSON, _: JSON) -> JSON:
    return _with_spec(whole, nodeName=None)


def _job(whole: JSON, _: JSON) -> JSON:
    """A job that chooses its pods anew."""
    if at(whole, "spec", "manualSelector"):
        return whole
    held: JSON = at(whole, "spec", "template") or {}
    inner: JSON = at(held, "metadata") or {}
    labels = _without(inner.get("labels") or {}, _OF_JOB)
    metadata = {**_without(inner, ["labels"]), **({"labels": labels} if labels else {})}
    return _with_spec(whole, selector=None, template={**held, "metadata": metadata})


def _namespace(whole: JSON, _: JSON) -> JSON:
    return _without(whole, ["spec"])


_ALWAYS: Final[Mapping[tuple[str, str], Change]] = {
    (kinds.BUILD, "Build"): _build,
    (kinds.BUILD, "BuildConfig"): _config,
    (kinds.APPS_OPENSHIFT, "DeploymentConfig"): _deployment_config,
    (kinds.IMAGE, "ImageStream"): _stream,
    (kinds.CORE, "ServiceAccount"): _account,
}
"""THE TABLE of what a server did with objects, taken back."""
_CHOSEN: Final[Mapping[tuple[str, str], Change]] = {
    (kinds.CORE, "Service"): _service,
    (kinds.ROUTE, "Route"): _route,
    (kinds.CORE, "PersistentVolumeClaim"): _claim,
    (kinds.CORE, "Pod"): _pod,
    (kinds.BATCH, "Job"): _job,
    (kinds.CORE, "Namespace"): _namespace,
}
"""THE TABLE of what a server chose, left to another to choose."""
