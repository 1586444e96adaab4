"""Columns of the kinds that Kubernetes shares with us, as kubectl knows them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.values import instant
from slipcast.views import age as ages
from slipcast.views.column import AGE, NAME, NONE, Cell, Column, Read, at, count, pairs, text


def pod_ready(content: JSON, _: datetime) -> Cell:
    """How many of a pod's containers are ready."""
    states = at(content, "status", "containerStatuses") or ()
    ready = sum(1 for each in states if at(each, "ready"))
    return f"{ready}/{len(at(content, 'spec', 'containers') or ())}"


def pod_status(content: JSON, _: datetime) -> Cell:
    """What a pod is doing, as precisely as its containers say."""
    shown = str(at(content, "status", "reason") or at(content, "status", "phase") or "")
    for place, prefix in (("initContainerStatuses", "Init:"), ("containerStatuses", "")):
        for each in at(content, "status", place) or ():
            told = _container(each, initial=bool(prefix))
            if told:
                shown = prefix + told
                if prefix:
                    return _ending(content, shown)
    return _ending(content, shown)


def _container(status: JSON, *, initial: bool) -> str:
    waiting = at(status, "state", "waiting", "reason")
    if waiting and waiting != "PodInitializing":
        return str(waiting)
    ended = at(status, "state", "terminated")
    if not ended or (initial and at(ended, "exitCode") == 0):
        return ""
    if at(ended, "reason"):
        return str(at(ended, "reason"))
    if at(ended, "signal"):
        return f"Signal:{at(ended, 'signal')}"
    return f"ExitCode:{at(ended, 'exitCode') or 0}"


def _ending(content: JSON, shown: str) -> str:
    return "Terminating" if at(content, "metadata", "deletionTimestamp") else shown


def pod_restarts(content: JSON, _: datetime) -> Cell:
    """How often a pod's containers were started again."""
    states = at(content, "status", "containerStatuses") or ()
    return sum(int(at(each, "restartCount") or 0) for each in states)


def ports(content: JSON, _: datetime) -> Cell:
    """A service's ports."""
    shown = []
    for port in at(content, "spec", "ports") or ():
        node = f":{at(port, 'nodePort')}" if at(port, "nodePort") else ""
        shown.append(f"{at(port, 'port')}{node}/{at(port, 'protocol') or 'TCP'}")
    return ",".join(shown) or NONE


def deployment_ready(content: JSON, _: datetime) -> Cell:
    """How many of a deployment's pods are ready."""
    wanted = at(content, "spec", "replicas")
    return f"{at(content, 'status', 'readyReplicas') or 0}/{1 if wanted is None else wanted}"


def number(*path: str) -> Any:
    """A column that shows a number, 0 where there is none."""

    def read(content: JSON, _: datetime) -> Cell:
        return int(at(content, *path) or 0)

    return read


def deployment_triggers(content: JSON, _: datetime) -> Cell:
    """What a deployment configuration is deployed anew by."""
    shown = []
    for each in at(content, "spec", "triggers") or ():
        if at(each, "type") == "ConfigChange":
            shown.append("config")
        elif at(each, "type") == "ImageChange":
            shown.append(f"image({at(each, 'imageChangeParams', 'from', 'name') or ''})")
    return ",".join(shown)


def of_containers(field: str) -> Read:
    """A column of what a template's containers have in a field."""

    def read(content: JSON, _: datetime) -> Cell:
        containers = at(content, "spec", "template", "spec", "containers") or ()
        return ",".join(str(at(each, field) or "") for each in containers)

    return read


def access_modes(content: JSON, _: datetime) -> Cell:
    """How a claim's volume is mounted, in short; empty until there is one."""
    return ",".join(_MODES.get(each, each) for each in at(content, "status", "accessModes") or ())


def event_source(content: JSON, _: datetime) -> Cell:
    """Who tells of an event, and where."""
    told = at(content, "source", "component") or at(content, "reportingComponent")
    host = at(content, "source", "host") or at(content, "reportingInstance")
    return ", ".join(str(each) for each in (told, host) if each)


def event_first(content: JSON, now: datetime) -> Cell:
    """When an event was first seen."""
    stamp = at(content, "firstTimestamp") or at(content, "eventTime")
    return ages.age(stamp, now)


def event_count(content: JSON, _: datetime) -> Cell:
    """How often an event was seen."""
    return int(at(content, "series", "count") or at(content, "count") or 1)


def job_status(content: JSON, _: datetime) -> Cell:
    """What became of a job."""
    for condition in at(content, "status", "conditions") or ():
        if at(condition, "status") == "True" and at(condition, "type") in {"Complete", "Failed"}:
            return str(at(condition, "type"))
    return "Running"


def job_completions(content: JSON, _: datetime) -> Cell:
    """How much of a job is done."""
    wanted = at(content, "spec", "completions")
    return f"{at(content, 'status', 'succeeded') or 0}/{1 if wanted is None else wanted}"


def job_duration(content: JSON, now: datetime) -> Cell:
    """How long a job has taken."""
    began = ages.elapsed(at(content, "status", "startTime"), now)
    if began is None:
        return ""
    ended = ages.elapsed(at(content, "status", "completionTime"), now) or timedelta()
    return ages.human(began - ended)


def event_last(content: JSON, now: datetime) -> Cell:
    """When an event was last seen."""
    times = ("lastTimestamp", "eventTime", "firstTimestamp")
    stamp = next((at(content, field) for field in times if at(content, field)), None)
    return ages.age(stamp, now)


def event_object(content: JSON, _: datetime) -> Cell:
    """What an event is about."""
    about = at(content, "involvedObject") or {}
    return f"{str(at(about, 'kind') or '').lower()}/{at(about, 'name') or ''}"


def role_ref(content: JSON, _: datetime) -> Cell:
    """The role that a binding gives."""
    reference = at(content, "roleRef") or {}
    return f"{at(reference, 'kind')}/{at(reference, 'name')}"


def older_role_ref(content: JSON, _: datetime) -> Cell:
    """The role that a binding of OpenShift's form gives: one of the cluster has no namespace."""
    reference = at(content, "roleRef") or {}
    return f"{at(reference, 'namespace') or ''}/{at(reference, 'name')}"


def subjects(*kinds: str) -> Any:
    """A column of a binding's subjects of some kinds."""

    def read(content: JSON, _: datetime) -> Cell:
        found = []
        for each in at(content, "subjects") or ():
            if at(each, "kind") in kinds:
                inside = at(each, "namespace")
                found.append(f"{inside}/{at(each, 'name')}" if inside else str(at(each, "name")))
        return ", ".join(found)

    return read


def of_quota(*, limits: bool) -> Read:
    """How much is used of what a quota limits: of limits of pods, or of all else."""

    def read(content: JSON, _: datetime) -> Cell:
        hard, used = (at(content, "status", part) or {} for part in ("hard", "used"))
        shown = (name for name in sorted(hard) if name.startswith("limits.") is limits)
        return ", ".join(f"{name}: {used.get(name, 0)}/{hard[name]}" for name in shown)

    return read


def created_at(content: JSON, _: datetime) -> Cell:
    """When an object was created, as RFC 3339."""
    stamp = at(content, "metadata", "creationTimestamp")
    return instant.to_text(instant.parse(stamp)) if stamp else ""


def token_created(content: JSON, now: datetime) -> Cell:
    """When a token was made, in words."""
    return ages.ago(at(content, "metadata", "creationTimestamp"), now)


def token_expires(content: JSON, now: datetime) -> Cell:
    """When a token stops being good; empty for one that never does."""
    age = ages.elapsed(at(content, "metadata", "creationTimestamp"), now)
    good_for = at(content, "expiresIn")
    if age is None or not isinstance(good_for, int) or good_for <= 0:
        return ""
    return instant.to_text((now - age + timedelta(seconds=good_for)).replace(microsecond=0))


def selector(*path: str) -> Any:
    """A column that shows a selector."""
    return lambda content, _: pairs(at(content, *path))


def whole(name: str, read: Read, description: str = "") -> Column:
    """A column of whole numbers."""
    return Column(name, read, description, type="integer", format="int32")


_MODES: Final = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}

NAMESPACE: Final = (NAME, Column("Status", text("status", "phase")), AGE)
PROJECT: Final = (
    NAME,
    Column("Display Name", text("metadata", "annotations", "openshift.io/display-name")),
    Column("Status", text("status", "phase")),
)
POD: Final = (
    NAME,
    Column("Ready", pod_ready, "Containers that are ready, of all."),
    Column("Status", pod_status, "What the pod is doing."),
    whole("Restarts", pod_restarts, "How often containers were started again."),
    AGE,
    Column("IP", text("status", "podIP", empty=NONE), priority=1),
    Column("Node", text("spec", "nodeName", empty=NONE), priority=1),
)
SECRET: Final = (NAME, Column("Type", text("type")), whole("Data", count("data")), AGE)
CONFIG_MAP: Final = (NAME, whole("Data", count("data")), AGE)
SERVICE_ACCOUNT: Final = (NAME, whole("Secrets", count("secrets")), AGE)
SERVICE: Final = (
    NAME,
    Column("Type", text("spec", "type", empty="ClusterIP")),
    Column("Cluster-IP", text("spec", "clusterIP", empty=NONE)),
    Column("External-IP", text("spec", "externalName", empty=NONE)),
    Column("Port(s)", ports),
    AGE,
    Column("Selector", selector("spec", "selector"), priority=1),
)
EVENT: Final = (
    Column("Last Seen", event_last),
    Column("Type", text("type")),
    Column("Reason", text("reason")),
    Column("Object", event_object),
    Column("Subobject", text("involvedObject", "fieldPath"), priority=1),
    Column("Source", event_source, priority=1),
    Column("Message", text("message")),
    Column("First Seen", event_first, priority=1),
    Column("Count", event_count, "How often.", type="integer", format="int32", priority=1),
    Column("Name", text("metadata", "name"), priority=1),
)
DEPLOYMENT: Final = (
    NAME,
    Column("Ready", deployment_ready),
    whole("Up-to-date", number("status", "updatedReplicas")),
    whole("Available", number("status", "availableReplicas")),
    AGE,
    Column("Containers", of_containers("name"), priority=1),
    Column("Images", of_containers("image"), priority=1),
    Column("Selector", selector("spec", "selector", "matchLabels"), priority=1),
)
DEPLOYMENT_CONFIG: Final = (
    NAME,
    whole("Revision", number("status", "latestVersion")),
    whole("Desired", number("spec", "replicas")),
    whole("Current", number("status", "replicas")),
    Column("Triggered By", deployment_triggers),
)
SCALE: Final = (
    NAME,
    whole("Desired", number("spec", "replicas")),
    whole("Available", number("status", "replicas")),
    AGE,
)
JOB: Final = (
    NAME,
    Column("Status", job_status),
    Column("Completions", job_completions),
    Column("Duration", job_duration),
    AGE,
    Column("Containers", of_containers("name"), priority=1),
    Column("Images", of_containers("image"), priority=1),
)
ROUTE: Final = (
    NAME,
    Column("Host/Port", text("spec", "host")),
    Column("Path", text("spec", "path")),
    Column("Services", text("spec", "to", "name")),
    Column("Port", text("spec", "port", "targetPort")),
    Column("Termination", text("spec", "tls", "termination")),
    Column("Wildcard", text("spec", "wildcardPolicy", empty="None")),
)
LIMIT_RANGE: Final = (NAME, Column("Created At", created_at, format="date-time"))
RESOURCE_QUOTA: Final = (
    NAME,
    Column("Request", of_quota(limits=False)),
    Column("Limit", of_quota(limits=True)),
    AGE,
)
CLAIM: Final = (
    NAME,
    Column("Status", text("status", "phase")),
    Column("Volume", text("spec", "volumeName")),
    Column("Capacity", text("status", "capacity", "storage")),
    Column("Access Modes", access_modes),
    Column("StorageClass", text("spec", "storageClassName")),
    AGE,
)
ROLE: Final = (NAME, Column("Created At", created_at, format="date-time"))
ROLE_BINDING: Final = (
    NAME,
    Column("Role", role_ref),
    AGE,
    Column("Users", subjects("User"), priority=1),
    Column("Groups", subjects("Group"), priority=1),
    Column("ServiceAccounts", subjects("ServiceAccount"), priority=1),
)
OPENSHIFT_BINDING: Final = (
    NAME,
    Column("Role", older_role_ref),
    Column("Users", subjects("User", "SystemUser")),
    Column("Groups", subjects("Group", "SystemGroup")),
    Column("Service Accounts", subjects("ServiceAccount")),
)
LEASE: Final = (NAME, Column("Holder", text("spec", "holderIdentity")), AGE)
USER: Final = (
    NAME,
    Column("UID", text("metadata", "uid")),
    Column("Full Name", text("fullName")),
    Column("Identities", lambda content, _: ", ".join(at(content, "identities") or ())),
)
GROUP: Final = (NAME, Column("Users", lambda content, _: ", ".join(at(content, "users") or ())))
IDENTITY: Final = (
    NAME,
    Column("IDP Name", text("providerName")),
    Column("IDP User Name", text("providerUserName")),
    Column("User Name", text("user", "name")),
    Column("User UID", text("user", "uid")),
)
USER_IDENTITY: Final = (
    NAME,
    Column("Identity", text("identity", "name")),
    Column("User Name", text("user", "name")),
    Column("User UID", text("user", "uid")),
)
OAUTH_TOKEN: Final = (
    NAME,
    Column("User Name", text("userName")),
    Column("Client Name", text("clientName")),
    Column("Created", token_created),
    Column("Expires", token_expires, format="date-time"),
    Column("Redirect URI", text("redirectURI")),
    Column("Scopes", lambda content, _: ",".join(map(str, at(content, "scopes") or ()))),
)
