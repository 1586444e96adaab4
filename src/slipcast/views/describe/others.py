"""The kinds that Kubernetes shares with us, described; values of Secrets never.

Source: `kubectl describe`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.values import secretnames
from slipcast.views import age as ages
from slipcast.views import corecolumns
from slipcast.views.column import NONE, at
from slipcast.views.describe.page import Around, Line, Lines, below, pairs, rows, said

HIDDEN: Final = "*****"
"""What stands in the place of a secret."""
_PADDING: Final = "="


def secret(content: JSON, around: Around) -> Lines:
    """The type of a Secret, and how large its values are."""
    del around
    yield Line("Type:", str(at(content, "type") or "Opaque"))
    yield Line("")
    yield Line("Data:")
    for name, value in sorted((at(content, "data") or {}).items()):
        yield Line(f"{name}:", f"{_decoded(str(value))} bytes", 1)


def config_map(content: JSON, around: Around) -> Lines:
    """The values of a ConfigMap; of binary ones the size."""
    del around
    yield Line("")
    yield Line("Data", bare=False)
    for name, value in sorted((at(content, "data") or {}).items()):
        yield Line("", f"{name}:\n----\n{value}\n", bare=True)
    yield Line("Binary Data")
    for name, value in sorted((at(content, "binaryData") or {}).items()):
        yield Line(f"{name}:", f"{_decoded(str(value))} bytes", 1)


def pod(content: JSON, around: Around) -> Lines:
    """What runs in a pod, and how it goes."""
    yield from said("Node:", at(content, "spec", "nodeName"))
    yield from said("Service Account:", at(content, "spec", "serviceAccountName"))
    yield Line("Status:", str(corecolumns.pod_status(content, around.now)))
    yield from said("Reason:", at(content, "status", "reason"))
    yield from said("Message:", at(content, "status", "message"))
    yield Line("IP:", str(at(content, "status", "podIP") or NONE))
    for label, place in (("Init Containers:", "initContainers"), ("Containers:", "containers")):
        states = at(content, "status", f"{place.removesuffix('s')}Statuses") or ()
        yield from _containers(label, at(content, "spec", place) or (), states, around)
    yield from _conditions(content)
    volumes = [str(at(each, "name")) for each in at(content, "spec", "volumes") or ()]
    yield from below("Volumes:", volumes)


def workload(content: JSON, around: Around) -> Lines:
    """What a deployment or a job runs, and how far it is."""
    spec: JSON = at(content, "spec") or {}
    selector = at(spec, "selector", "matchLabels") or at(spec, "selector")
    yield from below("Selector:", pairs(selector))
    for label, path in _WORKLOAD:
        value = at(content, *path)
        if value is not None:
            yield Line(label, str(value))
    yield Line("Pod Template:")
    yield from below("Labels:", pairs(at(spec, "template", "metadata", "labels")), 1)
    yield from said("Service Account:", at(spec, "template", "spec", "serviceAccountName"), 1)
    yield from _containers(
        "Containers:", at(spec, "template", "spec", "containers") or (), (), around
    )
    yield from _conditions(content)


_WORKLOAD: Final = (
    ("Latest Version:", ("status", "latestVersion")),
    ("Replicas:", ("spec", "replicas")),
    ("Updated:", ("status", "updatedReplicas")),
    ("Available:", ("status", "availableReplicas")),
    ("Strategy:", ("spec", "strategy", "type")),
    ("Parallelism:", ("spec", "parallelism")),
    ("Completions:", ("spec", "completions")),
    ("Backoff Limit:", ("spec", "backoffLimit")),
    ("Start Time:", ("status", "startTime")),
    ("Completed At:", ("status", "completionTime")),
    ("Active:", ("status", "active")),
    ("Succeeded:", ("status", "succeeded")),
    ("Failed:", ("status", "failed")),
)


def service(content: JSON, around: Around) -> Lines:
    """Where a service leads."""
    del around
    spec: JSON = at(content, "spec") or {}
    yield from below("Selector:", pairs(at(spec, "selector")))
    yield Line("Type:", str(at(spec, "type") or "ClusterIP"))
    yield Line("IP:", str(at(spec, "clusterIP") or NONE))
    yield from said("External Name:", at(spec, "externalName"))
    for port in at(spec, "ports") or ():
        name = at(port, "name") or "<unset>"
        protocol = at(port, "protocol") or "TCP"
        yield Line("Port:", f"{name}  {at(port, 'port')}/{protocol}")
        yield Line("TargetPort:", f"{at(port, 'targetPort') or at(port, 'port')}/{protocol}")
    yield Line("Session Affinity:", str(at(spec, "sessionAffinity") or "None"))


def service_account(content: JSON, around: Around) -> Lines:
    """Which secrets an account may use."""
    del around
    for label, field in (("Image pull secrets:", "imagePullSecrets"), ("Secrets:", "secrets")):
        yield from below(label, [str(at(each, "name")) for each in at(content, field) or ()])


def project(content: JSON, around: Around) -> Lines:
    """How a project or a namespace is called, and whether it lives."""
    del around
    annotations = at(content, "metadata", "annotations") or {}
    yield from said("Display Name:", annotations.get("openshift.io/display-name"))
    yield from said("Requested By:", annotations.get("openshift.io/requester"))
    yield Line("Status:", str(at(content, "status", "phase") or ""))


def route(content: JSON, around: Around) -> Lines:
    """Where a route leads."""
    del around
    spec: JSON = at(content, "spec") or {}
    yield Line("Requested Host:", str(at(spec, "host") or NONE))
    yield Line("Path:", str(at(spec, "path") or NONE))
    yield Line("TLS Termination:", str(at(spec, "tls", "termination") or NONE))
    yield Line("Endpoint Port:", str(at(spec, "port", "targetPort") or NONE))
    yield Line("Service:", str(at(spec, "to", "name") or ""))
    yield from said("Weight:", at(spec, "to", "weight"))


def quota(content: JSON, around: Around) -> Lines:
    """How much is used of what a quota limits."""
    del around
    yield from said("Scopes:", ", ".join(at(content, "spec", "scopes") or ()))
    for each in at(content, "spec", "scopeSelector", "matchExpressions") or ():
        values = ", ".join(at(each, "values") or ())
        yield Line("Scope:", f"{at(each, 'scopeName')} {at(each, 'operator')} {values}".rstrip())
    used = at(content, "status", "used") or {}
    limits = at(content, "spec", "hard") or {}
    told = [(name, str(used.get(name, NONE)), str(limits[name])) for name in limits]
    yield from rows([("Resource", "Used", "Hard"), *sorted(told)])


def role(content: JSON, around: Around) -> Lines:
    """What a role allows."""
    del around
    cells: list[tuple[str, ...]] = [("Resources", "Non-Resource URLs", "Resource Names", "Verbs")]
    for rule in at(content, "rules") or ():
        groups = at(rule, "apiGroups") or ("",)
        names = [
            f"{resource}.{group}" if group else str(resource)
            for resource in at(rule, "resources") or ()
            for group in groups
        ] or [""]
        cells += [(name, *map(_list, _rest(rule))) for name in names]
    yield Line("PolicyRule:")
    yield from rows(cells)


def binding(content: JSON, around: Around) -> Lines:
    """Who has a role."""
    del around
    yield Line("Role:")
    yield Line("Kind:", str(at(content, "roleRef", "kind") or ""), 1)
    yield Line("Name:", str(at(content, "roleRef", "name") or ""), 1)
    yield Line("Subjects:")
    fields = ("kind", "name", "namespace")
    subjects = at(content, "subjects") or ()
    cells: list[tuple[str, ...]] = [("Kind", "Name", "Namespace")]
    cells += [tuple(str(at(each, field) or "") for field in fields) for each in subjects]
    yield from rows(cells)


def event(content: JSON, around: Around) -> Lines:
    """What happened to what."""
    yield Line("Type:", str(at(content, "type") or ""))
    yield Line("Reason:", str(at(content, "reason") or ""))
    yield Line("Message:", str(at(content, "message") or ""))
    yield Line("Involved Object:", str(corecolumns.event_object(content, around.now)))
    yield from said("Source:", at(content, "source", "component"))
    yield Line("Last Seen:", str(corecolumns.event_last(content, around.now)))
    yield Line("Count:", str(at(content, "count") or 1))


def generic(content: JSON, around: Around) -> Lines:
    """Every field there is, its name in words."""
    del around
    yield Line("API Version:", str(at(content, "apiVersion") or ""))
    yield Line("Kind:", str(at(content, "kind") or ""))
    rest = {
        name: value
        for name, value in content.items()
        if name not in {"apiVersion", "kind", "metadata"}
    }
    yield from _fields(rest, 0)


def words(field: str) -> str:
    """The name of a field in words: `lastVersion` is `Last Version`."""
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in field)
    return f"{spaced[:1].upper()}{spaced[1:]}".strip()


def _fields(held: JSON, level: int) -> Lines:
    for name in sorted(held):
        value = HIDDEN if _is_secret(name, held[name]) else held[name]
        yield from _field(f"{words(name)}:", value, level)


def _is_secret(name: str, value: object) -> bool:
    """Whether a field lets somebody in who knows it."""
    return isinstance(value, str) and bool(value) and secretnames.is_secret(name)


def _field(label: str, value: Any, level: int) -> Lines:
    if isinstance(value, dict):
        yield Line(label, level=level)
        yield from _fields(value, level + 1)
    elif isinstance(value, list):
        yield Line(label, level=level)
        for each in value:
            if isinstance(each, dict):
                yield from _fields(each, level + 1)
            else:
                yield Line(str(each), level=level + 1)
    else:
        yield Line(label, _plain(value), level)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return NONE if value in (None, "") else str(value)


def _containers(label: str, held: Sequence[JSON], states: Sequence[JSON], around: Around) -> Lines:
    if not held:
        return
    yield Line(label)
    known = {at(state, "name"): state for state in states}
    for container in held:
        yield Line(f"{at(container, 'name')}:", level=1)
        yield from said("Image:", at(container, "image"), 2)
        yield from said("Command:", " ".join(map(str, at(container, "command") or ())), 2)
        yield from said("Args:", " ".join(map(str, at(container, "args") or ())), 2)
        ports = [str(at(each, "containerPort")) for each in at(container, "ports") or ()]
        yield from said("Ports:", ", ".join(ports), 2)
        yield from _state(known.get(at(container, "name")), around)
        env = at(container, "env") or ()
        yield from below("Environment:", [_variable(each) for each in env], 2)
        mounts = at(container, "volumeMounts") or ()
        told = [f"{at(each, 'mountPath')} from {at(each, 'name')}" for each in mounts]
        yield from below("Mounts:", told, 2)


def _state(state: JSON | None, around: Around) -> Lines:
    for name in ("running", "waiting", "terminated"):
        held = at(state, "state", name)
        if held is not None:
            yield Line("State:", name.capitalize(), 2)
            yield from said("Reason:", at(held, "reason"), 3)
            yield from said("Message:", at(held, "message"), 3)
            if name == "terminated":
                yield Line("Exit Code:", str(at(held, "exitCode") or 0), 3)
            yield from said("Started:", ages.ago(at(held, "startedAt"), around.now), 3)
            yield from said("Finished:", ages.ago(at(held, "finishedAt"), around.now), 3)
    if state is not None:
        yield Line("Ready:", "True" if at(state, "ready") else "False", 2)
        yield Line("Restart Count:", str(at(state, "restartCount") or 0), 2)


def _variable(each: JSON) -> str:
    name = at(each, "name")
    for field, what in (("secretKeyRef", "secret"), ("configMapKeyRef", "config map")):
        found = at(each, "valueFrom", field)
        if found:
            return f"{name}: <set to the key '{found.get('key')}' in {what} '{found.get('name')}'>"
    return f"{name}: {at(each, 'value') or ''}"


def _conditions(content: JSON) -> Lines:
    found = at(content, "status", "conditions") or ()
    if found:
        yield Line("Conditions:")
        fields = ("type", "status", "message")
        cells = [tuple(str(at(each, field) or "") for field in fields) for each in found]
        told = any(message for *_, message in cells)
        head = ("Type", "Status", "Message")
        # A condition that says nothing is as kubectl shows it.
        yield from rows([row[: None if told else -1] for row in (head, *cells)])


def _rest(rule: JSON) -> tuple[Any, ...]:
    fields = ("nonResourceURLs", "resourceNames", "verbs")
    return tuple(at(rule, field) or () for field in fields)


def _list(values: Sequence[str]) -> str:
    return f"[{' '.join(values)}]"


def _decoded(value: str) -> int:
    """How many bytes a value has that is coded in base 64."""
    return len(value) * 3 // 4 - value[-2:].count(_PADDING)
