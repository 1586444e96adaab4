"""What a pod refers to is gathered from the API, and what is missing is named, all of it."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from slipcast.api.pod import Pod
from slipcast.api.volumes import Volume
from slipcast.builds.naming import UPLOAD
from slipcast.ports.pods import Materials, MountedFile
from slipcast.values.faults import PodFault
from slipcast.values.sensitive import Sensitive
from unit.controllers.agency import (
    ACCOUNTS,
    BUILDS,
    CONFIG_MAPS,
    SECRETS,
    Agency,
    an_agency,
    secret,
)

pytestmark = pytest.mark.anyio

OTHERS = {"kube-api-access"}


@pytest.fixture
async def agency(tmp_path: Path) -> Agency:
    agency = await an_agency(tmp_path)
    await agency.api.create(SECRETS, secret("login", user="ada", password="s3cret"))
    config = {"metadata": {"name": "words"}, "data": {"greeting": "hello", "1st": "x"}}
    await agency.api.create(CONFIG_MAPS, config)
    return agency


async def gathered(agency: Agency, **spec: Any) -> tuple[Pod, Materials]:
    await agency.create("app-1", **spec)
    found = await agency.gatherer.gathered(await agency.get("app-1"))
    return found.pod, found.materials


async def volume(agency: Agency, source: dict[str, Any]) -> dict[str, tuple[str, int]]:
    _, materials = await gathered(agency, volumes=[{"name": "v", **source}])
    files = materials.volumes["v"]
    return {each.path: (each.content.reveal(), each.mode) for each in files}


async def variables(agency: Agency, *env: dict[str, Any], **more: Any) -> dict[str, str]:
    container = {"name": "main", "image": "example/main", "env": list(env), **more}
    _, materials = await gathered(agency, containers=[container])
    found = {each.name: each.value.reveal() for each in materials.env["main"]}
    return {name: text for name, text in found.items() if not name.startswith("KUBERNETES_")}


def from_(**source: Any) -> dict[str, Any]:
    return {"name": "A", "valueFrom": source}


async def test_a_secret_is_a_directory_of_its_entries(agency: Agency) -> None:
    found = await volume(agency, {"secret": {"secretName": "login", "defaultMode": 0o400}})

    assert found == {"password": ("s3cret", 0o400), "user": ("ada", 0o400)}


async def test_chosen_entries_have_the_paths_and_modes_that_are_chosen(agency: Agency) -> None:
    items = [{"key": "user", "path": "of/who", "mode": 0o600}]

    found = await volume(agency, {"secret": {"secretName": "login", "items": items}})

    assert found == {"of/who": ("ada", 0o600)}


async def test_entries_that_are_no_text_stay_as_they_are(agency: Agency) -> None:
    data = base64.b64encode(b"\xff\x00").decode()
    await agency.api.create(SECRETS, {"metadata": {"name": "raw"}, "data": {"key": data}})

    found = await volume(agency, {"secret": {"secretName": "raw"}})

    assert found["key"][0].encode("utf-8", "surrogateescape") == b"\xff\x00"


async def test_a_config_map_is_a_directory_of_its_entries(agency: Agency) -> None:
    items = [{"key": "greeting", "path": "greeting"}]

    found = await volume(agency, {"configMap": {"name": "words", "items": items}})

    assert found == {"greeting": ("hello", 0o644)}


async def test_what_is_optional_may_be_missing(agency: Agency) -> None:
    found = await volume(agency, {"secret": {"secretName": "none", "optional": True}})

    assert found == {}


async def test_a_pod_sees_what_it_is(agency: Agency) -> None:
    items = [
        {"path": "name", "fieldRef": {"fieldPath": "metadata.name"}},
        {
            "path": "memory",
            "resourceFieldRef": {
                "containerName": "main",
                "resource": "limits.memory",
                "divisor": "1Mi",
            },
        },
    ]
    container = {"name": "main", "image": "a/b", "resources": {"limits": {"memory": "1Gi"}}}
    volume = {"name": "v", "downwardAPI": {"items": items}}

    _, materials = await gathered(agency, volumes=[volume], containers=[container])

    found = {each.path: each.content.reveal() for each in materials.volumes["v"]}
    assert found == {"name": "app-1-build", "memory": "1024"}


async def test_several_sources_are_one_directory(agency: Agency) -> None:
    sources = [
        {"secret": {"name": "login", "items": [{"key": "user", "path": "who"}]}},
        {"configMap": {"name": "words", "items": [{"key": "greeting", "path": "who"}]}},
        {"serviceAccountToken": {"path": "token", "audience": "elsewhere"}},
    ]

    found = await volume(agency, {"projected": {"sources": sources}})

    assert found["who"][0] == "hello"
    assert found["token"][0] == "default in app-1-build for 86400 to elsewhere"


async def test_empty_directories_are_the_runners(agency: Agency) -> None:
    _, materials = await gathered(agency, volumes=[{"name": "tmp", "emptyDir": {}}])

    assert set(materials.volumes) == OTHERS


@pytest.mark.parametrize("path", ["../up", "/abs", "a//b", "a/./b", ".."])
async def test_no_file_leads_out_of_its_volume(agency: Agency, path: str) -> None:
    await agency.create("app-1")
    pod = await agency.get("app-1")
    items = [{"path": path, "fieldRef": {"fieldPath": "metadata.name"}}]
    volumes = (msgspec.convert({"name": "v", "downwardAPI": {"items": items}}, Volume),)

    with pytest.raises(PodFault, match="leads out of volume v") as raised:
        await agency.gatherer.gathered(replace(pod, spec=replace(pod.spec, volumes=volumes)))

    assert not raised.value.retryable


async def test_everything_that_is_missing_is_named_at_once(agency: Agency) -> None:
    env = [
        from_(secretKeyRef={"name": "login", "key": "pin"}),
        from_(configMapKeyRef={"name": "nothing", "key": "x"}),
    ]
    volumes = [{"name": "v", "secret": {"secretName": "none"}}]
    container = {"name": "main", "image": "example/main", "env": env}

    with pytest.raises(PodFault) as raised:
        await gathered(agency, containers=[container], volumes=volumes, serviceAccountName="bob")

    assert raised.value.retryable
    assert raised.value.reason == "CreateContainerConfigError"
    assert raised.value.message.split("; ") == [
        'serviceaccount "bob" not found',
        'secret "none" not found',
        "couldn't find key pin in Secret shop/login",
        'configmap "nothing" not found',
    ]


async def test_variables_are_expanded_by_those_before_them(agency: Agency) -> None:
    found = await variables(
        agency,
        {"name": "A", "value": "a"},
        {"name": "B", "value": "$(A)b $$(A) $(C)"},
        {"name": "C", "value": "$(B)"},
    )

    assert found == {"A": "a", "B": "ab $(A) $(C)", "C": "ab $(A) $(C)"}


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ({"secretKeyRef": {"name": "login", "key": "user"}}, {"A": "ada"}),
        ({"configMapKeyRef": {"name": "words", "key": "greeting"}}, {"A": "hello"}),
        ({"secretKeyRef": {"name": "login", "key": "pin", "optional": True}}, {}),
        ({"configMapKeyRef": {"name": "none", "key": "pin", "optional": True}}, {}),
        ({"fieldRef": {"fieldPath": "metadata.namespace"}}, {"A": "shop"}),
        ({"fieldRef": {"fieldPath": "metadata.labels['x']"}}, {"A": ""}),
        ({"resourceFieldRef": {"resource": "limits.cpu"}}, {"A": "0"}),
    ],
)
async def test_a_variable_is_taken_from_elsewhere(
    agency: Agency, source: dict[str, Any], value: dict[str, str]
) -> None:
    assert await variables(agency, from_(**source)) == value


async def test_a_field_that_no_pod_has_is_a_lasting_fault(agency: Agency) -> None:
    with pytest.raises(PodFault, match="variable A of container main") as raised:
        await variables(agency, from_(fieldRef={"fieldPath": "spec.moon"}))

    assert not raised.value.retryable


@pytest.mark.parametrize(
    ("data", "why"), [(b"p\xe4ss", "is not text in UTF-8"), (b"a\0b", "holds a NUL")]
)
@pytest.mark.parametrize("way", ["valueFrom", "envFrom"])
async def test_what_no_variable_can_hold_is_a_lasting_fault_that_names_it(
    agency: Agency, data: bytes, why: str, way: str
) -> None:
    secret_ = {"metadata": {"name": "db"}, "data": {"word": base64.b64encode(data).decode()}}
    await agency.api.create(SECRETS, secret_)
    sources = {
        "valueFrom": {"env": [from_(secretKeyRef={"name": "db", "key": "word"})]},
        "envFrom": {"envFrom": [{"secretRef": {"name": "db"}}]},
    }

    with pytest.raises(PodFault) as raised:
        await gathered(agency, containers=[{"name": "main", "image": "x", **sources[way]}])

    told = f"the key word of the Secret shop/db {why}, so no variable can hold it."
    assert raised.value.message.startswith(told)
    assert not raised.value.retryable


async def test_all_entries_that_can_be_names_become_variables(agency: Agency) -> None:
    sources = [
        {"configMapRef": {"name": "words"}},
        {"prefix": "L_", "secretRef": {"name": "login"}},
    ]

    found = await variables(agency, {"name": "L_user", "value": "me"}, envFrom=sources)

    assert found == {"greeting": "hello", "L_user": "me", "L_password": "s3cret"}


async def test_a_pod_reaches_the_server_with_its_accounts_token(agency: Agency) -> None:
    pod, materials = await gathered(agency, activeDeadlineSeconds=600)

    mount = pod.spec.containers[0].volume_mounts[0]
    files = {each.path: each.content.reveal() for each in materials.volumes[mount.name]}
    env = {each.name: each.value.reveal() for each in materials.env["main"]}
    assert mount.mount_path == "/var/run/secrets/kubernetes.io/serviceaccount"
    assert files["token"] == "default in app-1-build for 4200 to "
    assert (files["ca.crt"], files["namespace"]) == ("PEM", "shop")
    assert (env["KUBERNETES_SERVICE_HOST"], env["KUBERNETES_SERVICE_PORT"]) == ("192.0.2.1", "8443")


async def test_a_pod_that_wants_no_token_sees_none(agency: Agency) -> None:
    pod, materials = await gathered(agency, automountServiceAccountToken=False)

    assert materials.volumes == {}
    assert pod.spec.containers[0].volume_mounts == ()


@pytest.mark.parametrize("by_account", [True, False])
async def test_the_registry_of_the_image_is_logged_in_to(
    agency: Agency,
    by_account: bool,  # noqa: FBT001
) -> None:
    auth = base64.b64encode(b"ada:pa:ss").decode()
    text = json.dumps({"auths": {"registry.example.com": {"auth": auth}}})
    pull = secret("pull", **{".dockerconfigjson": text})
    await agency.api.create(SECRETS, {**pull, "type": "kubernetes.io/dockerconfigjson"})
    refs = [{"name": "none"}, {"name": "pull"}]
    account = {"metadata": {"name": "bot"}, "imagePullSecrets": refs if by_account else []}
    await agency.api.create(ACCOUNTS, account)
    container = {"name": "main", "image": "registry.example.com/a/b"}

    _, materials = await gathered(
        agency,
        containers=[container],
        serviceAccountName="bot",
        imagePullSecrets=[] if by_account else refs,
    )

    credential = materials.access.credential
    assert credential is not None
    assert (credential.username, credential.password) == ("ada", Sensitive("pa:ss"))


async def test_all_logins_for_the_registry_of_the_image_are_given_in_their_order(
    agency: Agency,
) -> None:
    for name in ("b", "a"):
        auth = base64.b64encode(f"{name}:pass".encode()).decode()
        text = json.dumps({"auths": {"*.example.com": {"auth": auth}}})
        pull = secret(name, **{".dockerconfigjson": text})
        await agency.api.create(SECRETS, {**pull, "type": "kubernetes.io/dockerconfigjson"})

    _, materials = await gathered(
        agency,
        containers=[{"name": "main", "image": "registry.example.com/a/b"}],
        imagePullSecrets=[{"name": "b"}, {"name": "a"}],
    )

    known = (materials.access.credential, *materials.access.others)
    assert [each and (each.username, each.secret) for each in known] == [("b", "b"), ("a", "a")]


async def sent(*pieces: bytes) -> AsyncGenerator[bytes, None]:
    for piece in pieces:
        yield piece


async def a_binary_build(agency: Agency, upload: str) -> None:
    metadata = {"name": "app-1", "annotations": {UPLOAD: upload}}
    strategy = {"sourceStrategy": {"from": {"kind": "DockerImage", "name": "example/ruby"}}}
    content = {"metadata": metadata, "spec": {"strategy": strategy, "source": {"binary": {}}}}
    await agency.api.create(BUILDS, content)


READS = {"name": "main", "image": "example/main", "stdin": True}


async def test_what_was_sent_for_a_build_is_its_pods_input(agency: Agency) -> None:
    upload = await agency.uploads.receive(sent(b"source"))
    await a_binary_build(agency, upload.id)

    _, materials = await gathered(agency, containers=[READS])

    assert materials.input == await agency.uploads.path(upload.id)


async def test_a_pod_whose_input_is_gone_never_starts(agency: Agency) -> None:
    await a_binary_build(agency, "20261122T120000Z-" + "0" * 32)

    with pytest.raises(PodFault, match="no longer there") as raised:
        await gathered(agency, containers=[READS])

    assert not raised.value.retryable


async def test_values_of_secrets_are_for_no_log_but_for_what_is_known_anyway(
    agency: Agency,
) -> None:
    await agency.api.create(SECRETS, secret("git", username="ada-of-git", token="git-token"))
    container = {
        "name": "main",
        "image": "example/main",
        "env": [
            from_(secretKeyRef={"name": "login", "key": "password"}),
            from_(configMapKeyRef={"name": "words", "key": "greeting"}),
        ],
    }
    volumes = [{"name": "v", "secret": {"secretName": "git"}}]

    _, materials = await gathered(agency, containers=[container], volumes=volumes)

    assert {each.reveal() for each in materials.hidden} == {"s3cret", "git-token"}


def test_what_is_mounted_is_not_shown() -> None:
    file = MountedFile(path="token", content=Sensitive("s3cret"))

    assert "s3cret" not in repr(file)
