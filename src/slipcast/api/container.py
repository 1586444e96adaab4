"""Containers: what runs in a pod, how it is watched, and what it may do.

Source: the API reference of core/v1.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import field

from slipcast.api.env import Env, EnvFromSource, ResourceRequirements
from slipcast.api.volumes import VolumeDevice, VolumeMount
from slipcast.api.wire import ATOMIC, Int32, Int64, IntOrString, Wire, merged


class ContainerPort(Wire, frozen=True, kw_only=True):
    """A port on which a container listens.

    name: how the port is called.
    hostPort: the port of the node that leads there.
    containerPort: the port of the container.
    protocol: TCP, UDP or SCTP; TCP when empty.
    hostIP: the address of the node that leads there.
    """

    name: str = ""
    host_port: Int32 = 0
    container_port: Int32 = 0
    protocol: str = ""
    host_ip: str = field(default="", name="hostIP")


class ExecAction(Wire, frozen=True, kw_only=True):
    """A command run in the container.

    command: the command; no shell is around it.
    """

    command: Annotated[tuple[str, ...], ATOMIC] = ()


class HTTPHeader(Wire, frozen=True, kw_only=True):
    """A header of a request.

    name: its name.
    value: its value.
    """

    name: str = ""
    value: str = ""


class HTTPGetAction(Wire, frozen=True, kw_only=True):
    """A request over HTTP.

    path: the path.
    port: the port, by number or name.
    host: the host; the pod when empty.
    scheme: HTTP or HTTPS.
    httpHeaders: headers of the request.
    """

    path: str = ""
    port: IntOrString = 0
    host: str = ""
    scheme: str = ""
    http_headers: Annotated[tuple[HTTPHeader, ...], ATOMIC] = ()


class TCPSocketAction(Wire, frozen=True, kw_only=True):
    """A connection to a port.

    port: the port, by number or name.
    host: the host; the pod when empty.
    """

    port: IntOrString = 0
    host: str = ""


class GRPCAction(Wire, frozen=True, kw_only=True):
    """A question to a health service.

    port: the port.
    service: the service asked about.
    """

    port: Int32 = 0
    service: str | None = None


class SleepAction(Wire, frozen=True, kw_only=True):
    """A pause.

    seconds: how long.
    """

    seconds: Int64 = 0


class Probe(Wire, frozen=True, kw_only=True):
    """How it is found out whether a container is well; one way is set.

    exec: a command run in the container.
    httpGet: a request over HTTP.
    tcpSocket: a connection to a port.
    grpc: a question to a health service.
    initialDelaySeconds: how long to wait before the first time.
    timeoutSeconds: how long an answer may take.
    periodSeconds: how long to wait between times.
    successThreshold: how often in a row it must go well.
    failureThreshold: how often in a row it may go wrong.
    terminationGracePeriodSeconds: how long the container may take to end when it is not well.
    """

    exec: ExecAction | None = None
    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    grpc: GRPCAction | None = None
    initial_delay_seconds: Int32 = 0
    timeout_seconds: Int32 = 0
    period_seconds: Int32 = 0
    success_threshold: Int32 = 0
    failure_threshold: Int32 = 0
    termination_grace_period_seconds: Int64 | None = None


class LifecycleHandler(Wire, frozen=True, kw_only=True):
    """What is done at a moment of a container's life; one way is set.

    exec: a command run in the container.
    httpGet: a request over HTTP.
    tcpSocket: a connection to a port.
    sleep: a pause.
    """

    exec: ExecAction | None = None
    http_get: HTTPGetAction | None = None
    tcp_socket: TCPSocketAction | None = None
    sleep: SleepAction | None = None


class Lifecycle(Wire, frozen=True, kw_only=True):
    """What is done at moments of a container's life.

    postStart: when it has been started.
    preStop: before it is ended.
    stopSignal: the signal that ends it.
    """

    post_start: LifecycleHandler | None = None
    pre_stop: LifecycleHandler | None = None
    stop_signal: str | None = None


class Capabilities(Wire, frozen=True, kw_only=True):
    """Rights of the superuser that a container has or lacks.

    add: those it is given.
    drop: those it is denied.
    """

    add: Annotated[tuple[str, ...], ATOMIC] = ()
    drop: Annotated[tuple[str, ...], ATOMIC] = ()


class SELinuxOptions(Wire, frozen=True, kw_only=True):
    """The SELinux context.

    user: its user.
    role: its role.
    type: its type.
    level: its level.
    """

    user: str = ""
    role: str = ""
    type: str = ""
    level: str = ""


class SecurityProfile(Wire, frozen=True, kw_only=True):
    """Which system calls or files are allowed: a seccomp or AppArmor profile.

    type: RuntimeDefault, Unconfined or Localhost.
    localhostProfile: the profile on the node, for Localhost.
    """

    type: str = ""
    localhost_profile: str | None = None


class WindowsSecurityContextOptions(Wire, frozen=True, kw_only=True):
    """What a container may do on Windows."""

    gmsa_credential_spec_name: str | None = None
    gmsa_credential_spec: str | None = None
    run_as_user_name: str | None = None
    host_process: bool | None = None


class SecurityContext(Wire, frozen=True, kw_only=True):
    """What a container may do.

    capabilities: rights of the superuser it has or lacks.
    privileged: whether it may do everything on the node.
    seLinuxOptions: its SELinux context.
    runAsUser: the user it runs as.
    runAsGroup: the group it runs as.
    runAsNonRoot: whether it must not run as the superuser.
    readOnlyRootFilesystem: whether its own files are only read.
    allowPrivilegeEscalation: whether a process may gain more rights than its parent.
    procMount: how /proc is shown.
    seccompProfile: which system calls are allowed.
    appArmorProfile: which files are allowed.
    """

    capabilities: Capabilities | None = None
    privileged: bool | None = None
    se_linux_options: SELinuxOptions | None = None
    windows_options: WindowsSecurityContextOptions | None = None
    run_as_user: Int64 | None = None
    run_as_group: Int64 | None = None
    run_as_non_root: bool | None = None
    read_only_root_filesystem: bool | None = None
    allow_privilege_escalation: bool | None = None
    proc_mount: str | None = None
    seccomp_profile: SecurityProfile | None = None
    app_armor_profile: SecurityProfile | None = None


class ContainerResizePolicy(Wire, frozen=True, kw_only=True):
    """Whether a container is started again when a resource changes.

    resourceName: the resource.
    restartPolicy: NotRequired or RestartContainer.
    """

    resource_name: str = ""
    restart_policy: str = ""


Ports = Annotated[
    tuple[ContainerPort, ...],
    merged("containerPort", "containerPort", "protocol", protocol="TCP"),
]


class Container(Wire, frozen=True, kw_only=True):
    """Something that runs in a pod.

    name: its name in the pod.
    image: the image it is made of.
    command: what runs, instead of the image's entrypoint.
    args: its arguments, instead of the image's command.
    workingDir: where it runs.
    ports: ports on which it listens.
    envFrom: variables taken from Secrets and ConfigMaps.
    env: its variables.
    resources: what it needs, and what it may use at most.
    volumeMounts: where it sees volumes.
    livenessProbe: when this goes wrong, it is started again.
    readinessProbe: while this goes wrong, no service leads to it.
    startupProbe: until this goes well, the others wait.
    lifecycle: what is done at moments of its life.
    terminationMessagePath: the file in which it says why it ended.
    terminationMessagePolicy: File or FallbackToLogsOnError.
    imagePullPolicy: Always, Never or IfNotPresent.
    securityContext: what it may do.
    stdin: whether it has an input.
    stdinOnce: whether the input ends with the first who attaches.
    tty: whether it has a terminal.
    restartPolicy: Always, for an init container that runs along with the others.
    """

    name: str = ""
    image: str = ""
    command: Annotated[tuple[str, ...], ATOMIC] = ()
    args: Annotated[tuple[str, ...], ATOMIC] = ()
    working_dir: str = ""
    ports: Ports = ()
    env_from: Annotated[tuple[EnvFromSource, ...], ATOMIC] = ()
    env: Env = ()
    resources: ResourceRequirements = ResourceRequirements()
    resize_policy: Annotated[tuple[ContainerResizePolicy, ...], ATOMIC] = ()
    restart_policy: str | None = None
    volume_mounts: Annotated[tuple[VolumeMount, ...], merged("mountPath")] = ()
    volume_devices: Annotated[tuple[VolumeDevice, ...], merged("devicePath")] = ()
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    lifecycle: Lifecycle | None = None
    termination_message_path: str = ""
    termination_message_policy: str = ""
    image_pull_policy: str = ""
    security_context: SecurityContext | None = None
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False


class EphemeralContainer(Container, frozen=True, kw_only=True):
    """A container added to a running pod, to look at it.

    targetContainerName: the container whose processes it sees.
    """

    target_container_name: str = ""
