"""Containers see the volumes that they mount, and nothing of the host that is not theirs."""

from __future__ import annotations

import pytest

from contract.pods.hosts import NOTHING, Host, with_env
from slipcast.api.volumes import (
    EmptyDirVolumeSource,
    HostPathVolumeSource,
    SecretVolumeSource,
    Volume,
    VolumeMount,
)
from slipcast.ports.pods import Materials, MountedFile
from slipcast.values.faults import PodFault
from slipcast.values.sensitive import Sensitive

pytestmark = pytest.mark.anyio

ROOT = "${SLIPCAST_ROOT:-}"
SECRET = Volume(name="secret", secret=SecretVolumeSource(secret_name="mine"))
SHARED = Volume(name="shared", empty_dir=EmptyDirVolumeSource())


def holding(**files: str) -> Materials:
    """Files of the volume `secret`."""
    made = tuple(
        MountedFile(path=path.replace("_", "/"), content=Sensitive(text), mode=0o600)
        for path, text in files.items()
    )
    return Materials(volumes={"secret": made})


async def test_a_secret_is_seen_as_files_with_their_modes(host: Host) -> None:
    mounts = (VolumeMount(name="secret", mount_path="/var/run/mine", read_only=True),)
    code = f"cd {ROOT}/var/run/mine; stat -Lc '%a %n' user some/key; cat user some/key"
    pod = host.pod_of(host.container(code, volume_mounts=mounts), volumes=(SECRET,))

    await host.run(pod, holding(user="joe\n", some_key="k\n"))

    assert await host.said(pod) == "600 user\n600 some/key\njoe\nk\n"


async def test_an_empty_directory_is_shared_by_the_containers_of_a_pod(host: Host) -> None:
    mounts = (VolumeMount(name="shared", mount_path="/tmp/build"),)
    first = host.container(f"echo hello > {ROOT}/tmp/build/x", "first", volume_mounts=mounts)
    second = host.container(f"cat {ROOT}/tmp/build/x", volume_mounts=mounts)
    pod = host.pod_of(second, init_containers=(first,), volumes=(SHARED,))

    await host.run(pod)

    assert await host.said(pod) == "hello\n"


async def test_a_part_of_a_volume_can_be_mounted(host: Host) -> None:
    mounts = (
        VolumeMount(name="secret", mount_path="/etc/one", sub_path="some/key"),
        VolumeMount(name="shared", mount_path="/data", sub_path="below/it"),
        VolumeMount(name="shared", mount_path="/all"),
    )
    code = f"cat {ROOT}/etc/one; echo x > {ROOT}/data/y; cat {ROOT}/all/below/it/y"
    main = host.container(code, volume_mounts=mounts)
    pod = host.pod_of(main, volumes=(SECRET, SHARED))

    await host.run(pod, holding(some_key="k\n"))

    assert await host.said(pod) == "k\nx\n"


async def test_a_volume_can_be_mounted_below_another(host: Host) -> None:
    mounts = (
        VolumeMount(name="secret", mount_path="/data/secret"),
        VolumeMount(name="shared", mount_path="/data"),
    )
    main = host.container(f"cat {ROOT}/data/secret/user", volume_mounts=mounts)
    pod = host.pod_of(main, volumes=(SECRET, SHARED))

    await host.run(pod, holding(user="joe\n"))

    assert await host.said(pod) == "joe\n"


async def test_a_secret_may_hold_what_is_no_text(host: Host) -> None:
    mounts = (VolumeMount(name="secret", mount_path="/mine"),)
    main = host.container(f"od -An -tx1 {ROOT}/mine/key", volume_mounts=mounts)
    pod = host.pod_of(main, volumes=(SECRET,))

    await host.run(pod, holding(key=b"\xff\x00\xfe".decode("utf-8", "surrogateescape")))

    assert (await host.said(pod)).split() == ["ff", "00", "fe"]


async def test_no_pod_sees_a_path_of_the_host(host: Host) -> None:
    volume = Volume(name="host", host_path=HostPathVolumeSource(path="/etc"))
    pod = host.pod_of(host.container("exit 0"), volumes=(volume,))

    with pytest.raises(PodFault) as caught:
        await host.pods.start(pod, NOTHING)

    assert not caught.value.retryable
    assert await host.pods.list() == ()


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", ""])
async def test_no_file_lies_outside_of_its_volume(host: Host, path: str) -> None:
    mounts = (VolumeMount(name="secret", mount_path="/mine"),)
    main = host.container("exit 0", volume_mounts=mounts)
    pod = host.pod_of(main, volumes=(SECRET,))
    file = MountedFile(path=path, content=Sensitive("x"))

    with pytest.raises(PodFault):
        await host.pods.start(pod, Materials(volumes={"secret": (file,)}))

    assert await host.pods.list() == ()


async def test_no_part_of_a_volume_lies_outside_of_it(host: Host) -> None:
    mounts = (VolumeMount(name="shared", mount_path="/mine", sub_path="../.."),)
    main = host.container("exit 0", volume_mounts=mounts)

    with pytest.raises(PodFault):
        await host.pods.start(host.pod_of(main, volumes=(SHARED,)), NOTHING)

    assert await host.pods.list() == ()


async def test_a_build_too_long_for_a_variable_is_a_file(host: Host) -> None:
    # The kernel gives no program a variable of more than 128 KiB.
    pod = host.pod(
        'test -z "$BUILD" && wc -c < "$SLIPCAST_BUILD_FILE"; stat -c %a "$SLIPCAST_BUILD_FILE"'
    )

    await host.run(pod, with_env(BUILD="x" * (300 << 10)))

    assert await host.said(pod) == f"{300 << 10}\n600\n"


async def test_another_variable_that_is_too_long_is_refused(host: Host) -> None:
    given = with_env(BUILD_STRATEGY_ENV_0="x" * (300 << 10))

    with pytest.raises(PodFault, match="BUILD_STRATEGY_ENV_0 is longer than"):
        await host.pods.start(host.pod("exit 0"), given)
