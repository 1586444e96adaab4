"""What a pod says never decides how a program of the host is loaded or whom it runs."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from slipcast.adapters.pods.process.variables import complete, of_contract

PLACE = PurePosixPath("/pods/uid")

STEERING = (
    *("LD_PRELOAD", "PYTHONPATH", "GIT_SSH_COMMAND", "PATH", "HOME", "BASH_ENV", "IFS"),
    *("SLIPCAST_ROOT", "CONTAINERS_CONF", "build", "BUILD\n", "XBUILD"),
    *("BUILD_ISOLATION", "BUILD_STORAGE_CONF_PATH", "BUILD_REGISTRIES_DIR_PATH", "BUILD_UIDMAP"),
)
KNOWN = (
    *("BUILD", "BUILD_LOGLEVEL", "BUILD_STRATEGY_ENV_3", "SOURCE_REPOSITORY", "OUTPUT_IMAGE"),
    *("PUSH_DOCKERCFG_PATH", "PULL_DOCKERCFG_PATH", "PULL_SOURCE_DOCKERCFG_PATH_0", "LANG"),
    *("PUSH_DOCKERCFG_PATH_TOO_1", "PULL_SOURCE_DOCKERCFG_PATH_0_TOO_10"),
    *("HTTP_PROXY", "https_proxy", "no_proxy", "GIT_SSL_NO_VERIFY", "DOCKER_SOCKET"),
    *("KUBERNETES_SERVICE_HOST", "ORIGIN_VERSION", "GIT_LFS_SKIP_SMUDGE"),
)


@pytest.mark.parametrize("name", STEERING)
def test_names_that_steer_programs_are_left_out(name: str) -> None:
    assert of_contract({name: "x"}) == {}


@pytest.mark.parametrize("name", KNOWN)
def test_names_of_the_contract_are_kept(name: str) -> None:
    assert of_contract({name: "x"}) == {name: "x"}


def test_a_value_that_no_program_can_be_given_is_left_out() -> None:
    assert of_contract({"BUILD": "a\0b"}) == {}


def test_the_host_has_the_last_word() -> None:
    env = complete({"LANG": "C", "PATH": "/x"}, {"PATH": "/bin"}, PLACE, PLACE / "root-main")

    assert env == {
        "LANG": "C",
        "PATH": "/bin",
        "HOME": "/pods/uid/home",
        "TMPDIR": "/pods/uid/tmp",
        "SLIPCAST_ROOT": "/pods/uid/root-main",
    }
