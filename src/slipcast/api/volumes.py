"""Volumes: what pods, builds and deployments can see as files.

Source: the API reference of core/v1; the kinds of volumes that no runner here can provide
(disks of clouds and storage networks) are kept as written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import field

from slipcast.api.env import ObjectFieldSelector, ResourceFieldSelector
from slipcast.api.meta import (
    LabelSelector,
    LocalObjectReference,
    ObjectMeta,
    TypedLocalObjectReference,
    TypedObjectReference,
)
from slipcast.api.wire import ATOMIC, Anything, Int32, Int64, Quantity, Wire, merged


class KeyToPath(Wire, frozen=True, kw_only=True):
    """One entry of a Secret or ConfigMap as a file.

    key: the entry.
    path: the file's path in the volume.
    mode: the file's permissions.
    """

    key: str = ""
    path: str = ""
    mode: Int32 | None = None


class SecretVolumeSource(Wire, frozen=True, kw_only=True):
    """A Secret as files.

    secretName: the Secret.
    items: which entries, and under which paths; all under their keys when empty.
    defaultMode: permissions of the files.
    optional: whether the Secret may be missing.
    """

    secret_name: str = ""
    items: Annotated[tuple[KeyToPath, ...], ATOMIC] = ()
    default_mode: Int32 | None = None
    optional: bool | None = None


class ConfigMapVolumeSource(Wire, frozen=True, kw_only=True):
    """A ConfigMap as files.

    name: the ConfigMap.
    items: which entries, and under which paths; all under their keys when empty.
    defaultMode: permissions of the files.
    optional: whether the ConfigMap may be missing.
    """

    name: str = ""
    items: Annotated[tuple[KeyToPath, ...], ATOMIC] = ()
    default_mode: Int32 | None = None
    optional: bool | None = None


class EmptyDirVolumeSource(Wire, frozen=True, kw_only=True):
    """A directory that is empty at first and goes with the pod.

    medium: Memory, or empty for the node's disk.
    sizeLimit: the most it may hold.
    """

    medium: str = ""
    size_limit: Quantity | None = None


class HostPathVolumeSource(Wire, frozen=True, kw_only=True):
    """A path of the node.

    path: the path.
    type: what must be there, such as Directory or Socket.
    """

    path: str = ""
    type: str | None = None


class PersistentVolumeClaimVolumeSource(Wire, frozen=True, kw_only=True):
    """A claim on storage.

    claimName: the claim.
    readOnly: whether it is only read.
    """

    claim_name: str = ""
    read_only: bool = False


class DownwardAPIVolumeFile(Wire, frozen=True, kw_only=True):
    """A fact about the pod as a file.

    path: the file's path in the volume.
    fieldRef: a field of the pod.
    resourceFieldRef: a limit or request of a container.
    mode: the file's permissions.
    """

    path: str = ""
    field_ref: ObjectFieldSelector | None = None
    resource_field_ref: ResourceFieldSelector | None = None
    mode: Int32 | None = None


class DownwardAPIVolumeSource(Wire, frozen=True, kw_only=True):
    """Facts about the pod as files.

    items: the files.
    defaultMode: permissions of the files.
    """

    items: Annotated[tuple[DownwardAPIVolumeFile, ...], ATOMIC] = ()
    default_mode: Int32 | None = None


class ServiceAccountTokenProjection(Wire, frozen=True, kw_only=True):
    """A token of the pod's service account as a file.

    audience: whom the token is for.
    expirationSeconds: how long it is good for.
    path: the file's path in the volume.
    """

    audience: str = ""
    expiration_seconds: Int64 | None = None
    path: str = ""


class SecretProjection(Wire, frozen=True, kw_only=True):
    """Entries of a Secret, or of a ConfigMap, among other files.

    name: the Secret or ConfigMap.
    items: which entries, and under which paths; all under their keys when empty.
    optional: whether it may be missing.
    """

    name: str = ""
    items: Annotated[tuple[KeyToPath, ...], ATOMIC] = ()
    optional: bool | None = None


class DownwardAPIProjection(Wire, frozen=True, kw_only=True):
    """Facts about the pod among other files.

    items: the files.
    """

    items: Annotated[tuple[DownwardAPIVolumeFile, ...], ATOMIC] = ()


class ClusterTrustBundleProjection(Wire, frozen=True, kw_only=True):
    """Certificates that the cluster trusts among other files."""

    name: str | None = None
    signer_name: str | None = None
    label_selector: LabelSelector | None = None
    optional: bool | None = None
    path: str = ""


class VolumeProjection(Wire, frozen=True, kw_only=True):
    """One source of a projected volume; one of its fields is set."""

    secret: SecretProjection | None = None
    downward_api: DownwardAPIProjection | None = field(default=None, name="downwardAPI")
    config_map: SecretProjection | None = None
    service_account_token: ServiceAccountTokenProjection | None = None
    cluster_trust_bundle: ClusterTrustBundleProjection | None = None


class ProjectedVolumeSource(Wire, frozen=True, kw_only=True):
    """Several sources in one directory.

    sources: the sources.
    defaultMode: permissions of the files.
    """

    sources: Annotated[tuple[VolumeProjection, ...], ATOMIC] = ()
    default_mode: Int32 | None = None


class CSIVolumeSource(Wire, frozen=True, kw_only=True):
    """A volume that a storage driver makes for the pod.

    driver: the driver.
    readOnly: whether it is only read.
    fsType: the file system.
    volumeAttributes: words for the driver.
    nodePublishSecretRef: the Secret that the driver is given.
    """

    driver: str = ""
    read_only: bool | None = None
    fs_type: str | None = None
    volume_attributes: Mapping[str, str] = {}
    node_publish_secret_ref: LocalObjectReference | None = None


class NFSVolumeSource(Wire, frozen=True, kw_only=True):
    """A directory of a file server.

    server: the server.
    path: the directory it exports.
    readOnly: whether it is only read.
    """

    server: str = ""
    path: str = ""
    read_only: bool = False


class ImageVolumeSource(Wire, frozen=True, kw_only=True):
    """An image as a directory.

    reference: the image.
    pullPolicy: Always, Never or IfNotPresent.
    """

    reference: str = ""
    pull_policy: str = ""


class VolumeResourceRequirements(Wire, frozen=True, kw_only=True):
    """How much storage is claimed.

    limits: the most.
    requests: the least.
    """

    limits: Mapping[str, Quantity] = {}
    requests: Mapping[str, Quantity] = {}


class PersistentVolumeClaimSpec(Wire, frozen=True, kw_only=True):
    """The storage that is claimed.

    accessModes: how it will be used: ReadWriteOnce, ReadOnlyMany, ReadWriteMany or
      ReadWriteOncePod.
    selector: which volumes may serve.
    resources: how much.
    volumeName: the volume that serves.
    storageClassName: the class of storage.
    volumeMode: Filesystem or Block.
    dataSource: what it is filled with.
    dataSourceRef: what it is filled with, from anywhere.
    volumeAttributesClassName: the class of attributes.
    """

    access_modes: Annotated[tuple[str, ...], ATOMIC] = ()
    selector: LabelSelector | None = None
    resources: VolumeResourceRequirements = VolumeResourceRequirements()
    volume_name: str = ""
    storage_class_name: str | None = None
    volume_mode: str | None = None
    data_source: TypedLocalObjectReference | None = None
    data_source_ref: TypedObjectReference | None = None
    volume_attributes_class_name: str | None = None


class PersistentVolumeClaimTemplate(Wire, frozen=True, kw_only=True):
    """A claim that is made for the pod.

    metadata: labels and annotations of the claim.
    spec: the storage.
    """

    metadata: ObjectMeta = ObjectMeta()
    spec: PersistentVolumeClaimSpec = PersistentVolumeClaimSpec()


class EphemeralVolumeSource(Wire, frozen=True, kw_only=True):
    """Storage that is claimed for the pod and goes with it.

    volumeClaimTemplate: the claim.
    """

    volume_claim_template: PersistentVolumeClaimTemplate | None = None


class Volume(Wire, frozen=True, kw_only=True):
    """Files that containers of a pod can mount; one source is set.

    name: how the containers call it.
    emptyDir: a directory that goes with the pod.
    secret: a Secret as files.
    configMap: a ConfigMap as files.
    projected: several sources in one directory.
    hostPath: a path of the node.
    persistentVolumeClaim: a claim on storage.
    downwardAPI: facts about the pod as files.
    ephemeral: storage claimed for the pod.
    """

    name: str = ""
    host_path: HostPathVolumeSource | None = None
    empty_dir: EmptyDirVolumeSource | None = None
    secret: SecretVolumeSource | None = None
    config_map: ConfigMapVolumeSource | None = None
    persistent_volume_claim: PersistentVolumeClaimVolumeSource | None = None
    downward_api: DownwardAPIVolumeSource | None = field(default=None, name="downwardAPI")
    projected: ProjectedVolumeSource | None = None
    csi: CSIVolumeSource | None = None
    nfs: NFSVolumeSource | None = None
    image: ImageVolumeSource | None = None
    ephemeral: EphemeralVolumeSource | None = None
    git_repo: Anything = None
    gce_persistent_disk: Anything = None
    aws_elastic_block_store: Anything = None
    iscsi: Anything = None
    glusterfs: Anything = None
    rbd: Anything = None
    flex_volume: Anything = None
    cinder: Anything = None
    cephfs: Anything = None
    flocker: Anything = None
    fc: Anything = None
    azure_file: Anything = None
    vsphere_volume: Anything = None
    quobyte: Anything = None
    azure_disk: Anything = None
    photon_persistent_disk: Anything = None
    portworx_volume: Anything = None
    scale_io: Anything = field(default=None, name="scaleIO")
    storageos: Anything = None


class VolumeMount(Wire, frozen=True, kw_only=True):
    """Where a container sees a volume.

    name: the volume.
    readOnly: whether it is only read.
    recursiveReadOnly: whether what is mounted below is only read too.
    mountPath: where in the container.
    subPath: the part of the volume that is seen.
    subPathExpr: the same, with variables of the container.
    mountPropagation: whether later mounts are seen on the other side.
    """

    name: str = ""
    read_only: bool = False
    recursive_read_only: str | None = None
    mount_path: str = ""
    sub_path: str = ""
    sub_path_expr: str = ""
    mount_propagation: str | None = None


class VolumeDevice(Wire, frozen=True, kw_only=True):
    """Where a container sees a volume that is a device.

    name: the claim.
    devicePath: where in the container.
    """

    name: str = ""
    device_path: str = ""


Volumes = Annotated[tuple[Volume, ...], merged("name", replace_keys=True)]
