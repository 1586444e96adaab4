"""What was found on a host becomes a configuration that works there."""

import resource
import tomllib

import pytest

from slipcast.adapters.engine import host
from slipcast.adapters.engine.doctor import Doctor
from slipcast.adapters.engine.host import HostSettings, containers_conf
from slipcast.ports.host import Fact


def test_the_configuration_says_what_was_found() -> None:
    settings = HostSettings(
        runtime="runc", ulimits=("nofile=5:5",), network_backend="cni", cgroup_manager="cgroupfs"
    )

    document = tomllib.loads(containers_conf(settings))

    assert document["engine"] == {
        "runtime": "runc", "cgroup_manager": "cgroupfs", "events_logger": "file",
    }  # fmt: skip
    assert document["containers"]["default_ulimits"] == ["nofile=5:5"]
    assert document["network"] == {"network_backend": "cni"}


def test_what_was_not_found_is_not_said() -> None:
    document = tomllib.loads(containers_conf(HostSettings(runtime="", network_backend="")))

    assert "network" not in document
    assert "runtime" not in document["engine"]


def test_limits_are_no_higher_than_ours_and_soft_equals_hard() -> None:
    # S2I-321
    ours = {
        "nofile": resource.getrlimit(resource.RLIMIT_NOFILE)[1],
        "nproc": resource.getrlimit(resource.RLIMIT_NPROC)[1],
    }

    given = {
        name: limit.split(":") for name, _, limit in (x.partition("=") for x in host.ulimits())
    }

    assert all(soft == hard for soft, hard in given.values())
    assert all(int(value[0]) <= ours[name] or ours[name] < 0 for name, value in given.items())


def test_crun_is_not_chosen_where_it_refuses() -> None:
    assert host.runtime_for("hybrid") in {"runc", ""}


@pytest.mark.parametrize("fact", Doctor().facts(), ids=lambda fact: fact.name)
def test_what_is_not_fine_comes_with_advice(fact: Fact) -> None:
    assert fact.found
    assert fact.verdict == "fine" or fact.advice
