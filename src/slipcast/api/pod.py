"""Pods: containers that run together, and how they are doing.

Source: the API reference of core/v1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import field

from slipcast.api.container import (
    Container,
    EphemeralContainer,
    SecurityProfile,
    SELinuxOptions,
    WindowsSecurityContextOptions,
)
from slipcast.api.env import ResourceRequirements
from slipcast.api.meta import Conditions, LocalObjectReference, Object, ObjectMeta
from slipcast.api.scheduling import Affinity, Toleration, TopologySpreadConstraint
from slipcast.api.volumes import Volumes
from slipcast.api.wire import (
    ATOMIC,
    WHOLE_MAP,
    Int32,
    Int64,
    Quantity,
    Time,
    Wire,
    merged,
    patched,
)

Containers = Annotated[tuple[Container, ...], merged("name")]
PullSecrets = Annotated[tuple[LocalObjectReference, ...], merged("name")]


class HostAlias(Wire, frozen=True, kw_only=True):
    """Names of an address, as in /etc/hosts.

    ip: the address.
    hostnames: its names.
    """

    ip: str = ""
    hostnames: Annotated[tuple[str, ...], ATOMIC] = ()


class PodDNSConfigOption(Wire, frozen=True, kw_only=True):
    """An option of the resolver.

    name: its name.
    value: its value.
    """

    name: str = ""
    value: str | None = None


class PodDNSConfig(Wire, frozen=True, kw_only=True):
    """How names are looked up.

    nameservers: who is asked.
    searches: where short names are looked for.
    options: options of the resolver.
    """

    nameservers: Annotated[tuple[str, ...], ATOMIC] = ()
    searches: Annotated[tuple[str, ...], ATOMIC] = ()
    options: Annotated[tuple[PodDNSConfigOption, ...], ATOMIC] = ()


class Sysctl(Wire, frozen=True, kw_only=True):
    """A setting of the kernel.

    name: its name.
    value: its value.
    """

    name: str = ""
    value: str = ""


class PodSecurityContext(Wire, frozen=True, kw_only=True):
    """What the containers of a pod may do, where they do not say themselves.

    seLinuxOptions: their SELinux context.
    runAsUser: the user they run as.
    runAsGroup: the group they run as.
    runAsNonRoot: whether they must not run as the superuser.
    supplementalGroups: further groups they are in.
    fsGroup: the group that volumes belong to.
    fsGroupChangePolicy: OnRootMismatch or Always.
    sysctls: settings of the kernel.
    seccompProfile: which system calls are allowed.
    appArmorProfile: which files are allowed.
    """

    se_linux_options: SELinuxOptions | None = None
    windows_options: WindowsSecurityContextOptions | None = None
    run_as_user: Int64 | None = None
    run_as_group: Int64 | None = None
    run_as_non_root: bool | None = None
    supplemental_groups: Annotated[tuple[Int64, ...], ATOMIC] = ()
    supplemental_groups_policy: str | None = None
    fs_group: Int64 | None = None
    fs_group_change_policy: str | None = None
    sysctls: Annotated[tuple[Sysctl, ...], ATOMIC] = ()
    seccomp_profile: SecurityProfile | None = None
    app_armor_profile: SecurityProfile | None = None
    se_linux_change_policy: str | None = None


class PodReadinessGate(Wire, frozen=True, kw_only=True):
    """A condition without which the pod is not ready.

    conditionType: the condition.
    """

    condition_type: str = ""


class PodSchedulingGate(Wire, frozen=True, kw_only=True):
    """A reason not to start the pod yet.

    name: its name.
    """

    name: str = ""


class PodOS(Wire, frozen=True, kw_only=True):
    """The operating system of the containers.

    name: linux or windows.
    """

    name: str = ""


class PodResourceClaim(Wire, frozen=True, kw_only=True):
    """A claim that containers of the pod may use.

    name: its name in the pod.
    resourceClaimName: the claim.
    resourceClaimTemplateName: what the claim is made from.
    """

    name: str = ""
    resource_claim_name: str | None = None
    resource_claim_template_name: str | None = None


class PodSpec(Wire, frozen=True, kw_only=True):
    """What runs in a pod.

    volumes: files that its containers can mount.
    initContainers: what runs first, one after another, to its end.
    containers: what runs.
    ephemeralContainers: what was added to look at it.
    restartPolicy: Always, OnFailure or Never.
    terminationGracePeriodSeconds: how long it may take to end.
    activeDeadlineSeconds: how long it may run.
    dnsPolicy: ClusterFirst, ClusterFirstWithHostNet, Default or None.
    nodeSelector: labels of the nodes where it may run.
    serviceAccountName: whose rights it has.
    serviceAccount: old form of serviceAccountName.
    automountServiceAccountToken: whether it sees a token of the service account.
    nodeName: the node where it runs.
    hostNetwork: whether it uses the node's network.
    hostPID: whether it sees the node's processes.
    hostIPC: whether it shares the node's memory.
    shareProcessNamespace: whether its containers see each other's processes.
    securityContext: what its containers may do.
    imagePullSecrets: what its images are pulled with.
    hostname: its name on the network.
    subdomain: the domain of that name.
    affinity: where it would rather run.
    schedulerName: who chooses the node.
    tolerations: taints of nodes that it does not mind.
    hostAliases: names of addresses.
    priorityClassName: how important it is.
    priority: how important it is, as a number.
    dnsConfig: how names are looked up.
    readinessGates: conditions without which it is not ready.
    runtimeClassName: which runtime runs it.
    enableServiceLinks: whether it has variables for the services of its namespace.
    """

    volumes: Volumes = ()
    init_containers: Containers = ()
    containers: Containers = ()
    ephemeral_containers: Annotated[tuple[EphemeralContainer, ...], merged("name")] = ()
    restart_policy: str = ""
    termination_grace_period_seconds: Int64 | None = None
    active_deadline_seconds: Int64 | None = None
    dns_policy: str = ""
    node_selector: Annotated[Mapping[str, str], WHOLE_MAP] = {}
    service_account_name: str = ""
    service_account: str = ""
    automount_service_account_token: bool | None = None
    node_name: str = ""
    host_network: bool = False
    host_pid: bool = field(default=False, name="hostPID")
    host_ipc: bool = field(default=False, name="hostIPC")
    share_process_namespace: bool | None = None
    security_context: PodSecurityContext | None = None
    image_pull_secrets: PullSecrets = ()
    hostname: str = ""
    subdomain: str = ""
    affinity: Affinity | None = None
    scheduler_name: str = ""
    tolerations: Annotated[tuple[Toleration, ...], ATOMIC] = ()
    host_aliases: Annotated[tuple[HostAlias, ...], merged("ip")] = ()
    priority_class_name: str = ""
    priority: Int32 | None = None
    dns_config: PodDNSConfig | None = None
    readiness_gates: Annotated[tuple[PodReadinessGate, ...], ATOMIC] = ()
    runtime_class_name: str | None = None
    enable_service_links: bool | None = None
    preemption_policy: str | None = None
    overhead: Mapping[str, Quantity] = {}
    topology_spread_constraints: Annotated[
        tuple[TopologySpreadConstraint, ...],
        merged("topologyKey", "topologyKey", "whenUnsatisfiable"),
    ] = ()
    set_hostname_as_fqdn: bool | None = field(default=None, name="setHostnameAsFQDN")
    os: PodOS | None = None
    host_users: bool | None = None
    scheduling_gates: Annotated[tuple[PodSchedulingGate, ...], merged("name")] = ()
    resource_claims: Annotated[tuple[PodResourceClaim, ...], merged("name", replace_keys=True)] = ()
    resources: ResourceRequirements | None = None


class ContainerStateWaiting(Wire, frozen=True, kw_only=True):
    """A container that has not started.

    reason: why, in a word for programs.
    message: why, in a sentence for people.
    """

    reason: str = ""
    message: str = ""


class ContainerStateRunning(Wire, frozen=True, kw_only=True):
    """A container that runs.

    startedAt: since when.
    """

    started_at: Time = ""


class ContainerStateTerminated(Wire, frozen=True, kw_only=True):
    """A container that has ended.

    exitCode: the code it ended with.
    signal: the signal that ended it.
    reason: why, in a word for programs.
    message: why, in a sentence for people.
    startedAt: when it began.
    finishedAt: when it ended.
    containerID: which container it was.
    """

    exit_code: Int32 = 0
    signal: Int32 = 0
    reason: str = ""
    message: str = ""
    started_at: Time = ""
    finished_at: Time = ""
    container_id: str = field(default="", name="containerID")


class ContainerState(Wire, frozen=True, kw_only=True):
    """How a container is doing; one of its fields is set.

    waiting: it has not started.
    running: it runs.
    terminated: it has ended.
    """

    waiting: ContainerStateWaiting | None = None
    running: ContainerStateRunning | None = None
    terminated: ContainerStateTerminated | None = None


class ContainerStatus(Wire, frozen=True, kw_only=True):
    """How a container is doing, and has been doing.

    name: its name.
    state: how it is doing.
    lastState: how its previous life ended.
    ready: whether services lead to it.
    restartCount: how often it was started again.
    image: its image, as the engine calls it.
    imageID: its image, exactly.
    containerID: which container it is.
    started: whether its startup probe went well.
    """

    name: str = ""
    state: ContainerState = ContainerState()
    last_state: ContainerState = ContainerState()
    ready: bool = False
    restart_count: Int32 = 0
    image: str = ""
    image_id: str = field(default="", name="imageID")
    container_id: str = field(default="", name="containerID")
    started: bool | None = None
    allocated_resources: Mapping[str, Quantity] = {}
    resources: ResourceRequirements | None = None


class PodIP(Wire, frozen=True, kw_only=True):
    """An address of a pod.

    ip: the address.
    """

    ip: str = ""


ContainerStatuses = Annotated[tuple[ContainerStatus, ...], ATOMIC]


class PodStatus(Wire, frozen=True, kw_only=True):
    """How a pod is doing.

    phase: Pending, Running, Succeeded, Failed or Unknown.
    conditions: aspects of its state.
    message: why it is so, in a sentence for people.
    reason: why it is so, in a word for programs.
    nominatedNodeName: the node that is being made room on.
    hostIP: the address of its node.
    hostIPs: the addresses of its node.
    podIP: its address.
    podIPs: its addresses.
    startTime: when it began.
    initContainerStatuses: how its init containers are doing.
    containerStatuses: how its containers are doing.
    qosClass: Guaranteed, Burstable or BestEffort.
    ephemeralContainerStatuses: how its ephemeral containers are doing.
    """

    observed_generation: Int64 = 0
    phase: str = ""
    conditions: Conditions = ()
    message: str = ""
    reason: str = ""
    nominated_node_name: str = ""
    host_ip: str = field(default="", name="hostIP")
    host_ips: Annotated[tuple[PodIP, ...], patched("ip")] = field(default=(), name="hostIPs")
    pod_ip: str = field(default="", name="podIP")
    pod_ips: Annotated[tuple[PodIP, ...], merged("ip")] = field(default=(), name="podIPs")
    start_time: Time = ""
    init_container_statuses: ContainerStatuses = ()
    container_statuses: ContainerStatuses = ()
    qos_class: str = ""
    ephemeral_container_statuses: ContainerStatuses = ()
    resize: str = ""


class Pod(Object, frozen=True, kw_only=True):
    """Containers that run together on one node.

    spec: what runs.
    status: how it is doing.
    """

    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


class PodTemplateSpec(Wire, frozen=True, kw_only=True):
    """What pods are made from.

    metadata: labels and annotations of the pods.
    spec: what runs in them.
    """

    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
