"""Materials of a pod: everything that it refers to, gathered from the API.

Source: Kubernetes, what a kubelet makes of a pod; build-lifecycle.md sections 5.2 to 5.4.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.container import Container
from slipcast.api.core import ServiceAccount
from slipcast.api.pod import Pod
from slipcast.api.volumes import ProjectedVolumeSource, Volume, VolumeMount
from slipcast.builds import credentials, naming
from slipcast.controllers.lookup import ACCOUNT, Lookup, unfit
from slipcast.controllers.mounting import Mounting, text_of
from slipcast.controllers.variables import variables
from slipcast.ports.api import Api, Resource
from slipcast.ports.engine import ANONYMOUS, Credential, RegistryAccess
from slipcast.ports.pods import Materials, MountedFile
from slipcast.ports.uploads import Uploads
from slipcast.values.apifaults import NotFound
from slipcast.values.faults import NotFound as NothingThere
from slipcast.values.sensitive import Sensitive

BUILD: Final = kinds.require(kinds.BUILD, "Build")

ACCESS: Final = "kube-api-access"
PLACE: Final = "/var/run/secrets/kubernetes.io/serviceaccount"

SHORTEST: Final = 3600
"""Seconds that a token is good for, beyond those that its pod may run."""
MOST_LOGINS: Final = 10
"""Logins that are tried after the first one that is refused."""
ENDLESS: Final = 24 * 3600
"""Seconds that the token of a pod is good for that may run for ever; it ends with its pod."""


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Where pods reach the API, and whom they trust there."""

    host: str
    port: int
    authority: bytes


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """A pod with what is mounted for it, and what is in there."""

    pod: Pod
    materials: Materials


class Gatherer(msgspec.Struct, frozen=True, kw_only=True):
    """Gathers what pods refer to."""

    api: Api
    server: Server
    uploads: Uploads | None = None

    async def gathered(self, pod: Pod) -> Gathered:
        """All that a pod refers to.

        Errors: PodFault: retryable, with all that is missing; lasting, when it refers to what
                cannot be; ApiFault.
        """
        lookup = Lookup(self.api, pod.metadata.namespace)
        account = await lookup.account(pod.spec.service_account_name or "default")
        volumes, given = await self._volumes(lookup, pod, account)
        env = {
            each.name: await variables(lookup, pod, each, self._given)
            for each in (*pod.spec.init_containers, *pod.spec.containers)
        }
        access = await _access(lookup, pod, account)
        taken = await self._input(pod)
        lookup.check()
        materials = Materials(
            volumes=volumes,
            env=env,
            input=taken,
            access=access,
            hidden=tuple(map(Sensitive, map(text_of, lookup.hidden))),
        )
        return Gathered(pod=_with_access(pod) if given else pod, materials=materials)

    @property
    def _given(self) -> dict[str, str]:
        server = self.server
        return {
            "KUBERNETES_SERVICE_HOST": server.host,
            "KUBERNETES_SERVICE_PORT": str(server.port),
        }

    async def _volumes(
        self, lookup: Lookup, pod: Pod, account: ServiceAccount | None
    ) -> tuple[dict[str, tuple[MountedFile, ...]], bool]:
        """The files of all volumes, and whether the account's token is among them."""

        async def token(audience: str, seconds: int | None) -> str:
            return await self._token(pod, audience, seconds) if account is not None else ""

        mounting = Mounting(lookup=lookup, pod=pod, token=token)
        found: dict[str, tuple[MountedFile, ...]] = {}
        for volume in pod.spec.volumes:
            files = await mounting.files(volume)
            if files is not None:
                found[volume.name] = files
        if account is None or not _sees_token(pod, account):
            return found, False
        if any(each.name == ACCESS for each in pod.spec.volumes):
            raise unfit(f"the name {ACCESS} is taken by a volume of the pod")
        texts = {
            "token": await token("", None),
            "ca.crt": self.server.authority.decode(),
            "namespace": pod.metadata.namespace,
        }
        found[ACCESS] = tuple(
            MountedFile(path=path, content=Sensitive(text)) for path, text in texts.items()
        )
        return found, True

    async def _token(self, pod: Pod, audience: str, seconds: int | None) -> str:
        deadline = pod.spec.active_deadline_seconds
        usual = ENDLESS if deadline is None else deadline + SHORTEST
        metadata = pod.metadata
        bound = {"kind": "Pod", "apiVersion": "v1", "name": metadata.name, "uid": metadata.uid}
        spec: dict[str, Any] = {
            "expirationSeconds": max(usual, seconds or 0),
            "boundObjectRef": bound,
        }
        if audience:
            spec["audiences"] = [audience]
        name = pod.spec.service_account_name or "default"
        place = Resource(ACCOUNT, metadata.namespace, name, "token")
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        answer = await self.api.act(place, body)
        return str(answer.document.content["status"]["token"])

    async def _input(self, pod: Pod) -> Any:
        """The upload that the pod's build is made of; None: there is none, or it comes later.

        Errors: PodFault when it is gone.
        """
        if self.uploads is None or not any(_reads(pod)):
            return None
        owners = (each for each in pod.metadata.owner_references if each.kind == BUILD.name)
        owner = next(owners, None)
        if owner is None:
            return None
        try:
            build = await self.api.get(Resource(BUILD, pod.metadata.namespace, owner.name))
            words = build.content["metadata"].get("annotations") or {}
            upload = words.get(naming.UPLOAD, "")
            return await self.uploads.path(upload) if upload else None
        except NotFound:
            return None
        except NothingThere as fault:
            raise unfit("what was sent to be built is no longer there") from fault


def _reads(pod: Pod) -> list[bool]:
    return [each.stdin for each in (*pod.spec.init_containers, *pod.spec.containers)]


def _sees_token(pod: Pod, account: ServiceAccount) -> bool:
    said = (pod.spec.automount_service_account_token, account.automount_service_account_token)
    return next((each for each in said if each is not None), True)


def _with_access(pod: Pod) -> Pod:
    """The pod with the volume of its account's token, in every container."""
    volume = Volume(name=ACCESS, projected=ProjectedVolumeSource())
    spec = pod.spec
    return replace(
        pod,
        spec=replace(
            spec,
            volumes=(*spec.volumes, volume),
            init_containers=tuple(_mounted(each) for each in spec.init_containers),
            containers=tuple(_mounted(each) for each in spec.containers),
        ),
    )


def _mounted(container: Container) -> Container:
    if any(each.mount_path == PLACE for each in container.volume_mounts):
        return container
    mount = VolumeMount(name=ACCESS, mount_path=PLACE, read_only=True)
    return replace(container, volume_mounts=(*container.volume_mounts, mount))


async def _access(lookup: Lookup, pod: Pod, account: ServiceAccount | None) -> RegistryAccess:
    """How the registry of the pod's image is reached; secrets that are not there are no use."""
    refs = (*pod.spec.image_pull_secrets, *(account.image_pull_secrets if account else ()))
    image = next((each.image for each in pod.spec.containers), "")
    known: list[Credential] = []
    for name in dict.fromkeys(each.name for each in refs):
        secret = await lookup.secret_itself(name)
        found = credentials.login(secret, image) if secret is not None else None
        if found is not None:
            known.append(Credential(username=found[0], password=found[1], secret=name))
    if not known:
        return ANONYMOUS
    return RegistryAccess(credential=known[0], others=tuple(known[1 : MOST_LOGINS + 1]))
