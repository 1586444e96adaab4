"""The runtime configuration follows from the program, and gives it no more than it needs."""

from pathlib import Path
from typing import Any

import pytest

from slipcast.adapters.runc.configuration import CAPABILITIES, Program, capabilities, configuration
from slipcast.values.container import Limits, Mount, Owner

SECCOMP: dict[str, object] = {"defaultAction": "SCMP_ACT_ERRNO"}


def document(**given: Any) -> dict[str, Any]:
    """The configuration of `/bin/true` in a root, with some things changed."""
    return configuration(Program(root=Path("/r"), argv=("/bin/true",), **given), SECCOMP)


def test_a_program_of_root_acts_with_the_default_capabilities() -> None:
    process = document()["process"]

    assert process["capabilities"]["effective"] == list(CAPABILITIES)


def test_a_program_of_another_user_acts_with_none() -> None:
    process = document(owner=Owner(1001, 0), groups=(5,))["process"]

    assert process["capabilities"]["effective"] == []
    assert process["user"] == {"uid": 1001, "gid": 0, "additionalGids": [5], "umask": 0o022}


@pytest.mark.parametrize("spelling", ["kill", "KILL", "cap_kill", "CAP_KILL"])
def test_a_dropped_capability_is_gone_by_any_spelling(spelling: str) -> None:
    kept = capabilities((spelling,))

    assert set(CAPABILITIES) - set(kept) == {"CAP_KILL"}


def test_all_capabilities_can_be_dropped() -> None:
    assert capabilities(("all",)) == []


@pytest.mark.parametrize(
    ("network", "namespace"),
    [("", [{"type": "network"}]), ("host", []), ("/n", [{"type": "network", "path": "/n"}])],
)
def test_the_network_namespace_is_own_shared_or_given(network: str, namespace: object) -> None:
    namespaces = document(network_namespace=network)["linux"]["namespaces"]

    assert [entry for entry in namespaces if entry["type"] == "network"] == namespace


def test_the_host_network_shows_the_hosts_sys_read_only() -> None:
    mounts = {mount["destination"]: mount for mount in document(network_namespace="host")["mounts"]}

    assert (mounts["/sys"]["type"], "ro" in mounts["/sys"]["options"]) == ("bind", True)


def test_limits_that_are_not_given_are_not_written() -> None:
    resources = document(limits=Limits(memory=5, cpu_shares=7))["linux"]["resources"]

    assert (resources["memory"], resources["cpu"]) == ({"limit": 5, "swap": 5}, {"shares": 7})


def test_no_limits_mean_no_entries() -> None:
    resources = document()["linux"]["resources"]

    assert resources == {"devices": [{"allow": False, "access": "rwm"}]}


def test_a_mount_keeps_its_options() -> None:
    mount = Mount(source="/a", target="/b", read_only=True, options=("noexec",))

    last = document(mounts=(mount,))["mounts"][-1]

    assert last["options"] == ["rbind", "rprivate", "ro", "noexec"]


def test_the_programs_own_variables_win_over_the_defaults() -> None:
    env = document(env=(("PATH", "/mine"),), hostname="h")["process"]["env"]

    assert env == ["PATH=/mine", "HOSTNAME=h"]


def test_in_a_user_namespace_no_group_is_asked_for_and_no_sysfs_mounted() -> None:
    made = document(rootless=True, network_namespace="/n")

    assert "cgroupsPath" not in made["linux"]
    assert [mount["type"] for mount in made["mounts"] if mount["destination"] == "/sys"] == ["bind"]
