"""Flags of the server before the command."""

from __future__ import annotations

import pytest

from slipcast.cli.leading import behind
from unit.cli.conftest import Call


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["-n", "x", "get", "cm"], ["get", "cm", "-n", "x"]),
        (["-nx", "--context=c", "get"], ["get", "-nx", "--context=c"]),
        (["--as", "a", "create", "job", "--", "b"], ["create", "job", "--as", "a", "--", "b"]),
        (["--kubeconfig", "f", "adm", "policy"], ["adm", "policy", "--kubeconfig", "f"]),
        (["--insecure-skip-tls-verify", "get"], ["get", "--insecure-skip-tls-verify"]),
        (["get", "-n", "x"], ["get", "-n", "x"]),
        (["--version"], ["--version"]),
        (["-n"], ["-n"]),
        ([], []),
    ],
)
def test_they_are_read_by_the_command(given: list[str], meant: list[str]) -> None:
    assert behind(given) == meant


def test_a_namespace_before_the_command_counts(call: Call) -> None:
    call("create", "ns", "shop")

    call("-n", "shop", "create", "cm", "a")

    assert call("get", "cm", "-A", "-o", "name", "-n", "shop").stdout.count("configmap/a") == 1
    assert call("get", "cm", "a").code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("-n", "shop", "create", "secret", "generic", "a"),
        ("create", "-n", "shop", "secret", "generic", "a"),
        ("create", "secret", "--namespace=shop", "generic", "a"),
    ],
)
def test_a_namespace_counts_wherever_it_stands_in_a_group(
    call: Call, words: tuple[str, ...]
) -> None:
    call("create", "ns", "shop")

    ended = call(*words)

    assert ended.code == 0
    assert call("get", "secret", "a", "-n", "shop").code == 0


def test_commands_of_our_own_do_not_know_them(call: Call) -> None:
    assert call("-n", "shop", "doctor").code == 2
