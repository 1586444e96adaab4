"""Plain YAML: kubeconfigs as they are written, and what is left to the whole of YAML."""

from __future__ import annotations

import pytest

from slipcast.api import codec, kubeconfig, plainyaml
from slipcast.api.kubeconfig import Access

KUBECTL = """\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJ==
    insecure-skip-tls-verify: true
    server: https://10.0.0.1:8443
  name: there
contexts:
- context:
    cluster: there
    namespace: shop
    user: anna/there:8443
  name: shop/there:8443/anna
current-context: shop/there:8443/anna
kind: Config
preferences: {}
users:
- name: anna/there:8443
  user:
    token: sha256~abc_d-e
"""


def test_a_kubeconfig_of_kubectl_is_plain() -> None:
    config = plainyaml.read(KUBECTL)

    assert config is not None
    assert config == codec.parse(KUBECTL.encode(), codec.YAML_TYPE)
    assert config["users"] == [{"name": "anna/there:8443", "user": {"token": "sha256~abc_d-e"}}]


def test_a_kubeconfig_of_ours_is_plain() -> None:
    way = Access(
        context="here", server="https://127.0.0.1:8443", namespace="shop", authority=b"ca",
        certificate=b"certificate", key=b"key",
    )  # fmt: skip
    config = kubeconfig.with_access({}, way, cluster="here", user="anna")

    assert plainyaml.read(codec.to_yaml(config)) == config


@pytest.mark.parametrize(
    "text",
    ["", "a", "- a", "a: yes", "a: 1", "a:", "a: b c", "a: 'b'", "a: |\n  b", "a: b # c", "a: &b c",
     "a: b\na: c", "a: b\n  c", "a:\n  - b\n - c", "a: b\r\n", "---\na: b", "{a: b}", "a: =",
     "a: ä", "yes: b", f"{'a' * 201}: b", "\ta: b"],
)  # fmt: skip
def test_whatever_else_is_left_to_the_whole_of_yaml(text: str) -> None:
    assert plainyaml.read(text) is None


def test_what_is_too_deep_is_left_to_the_whole_of_yaml() -> None:
    text = "".join(f"{' ' * depth}a:\n" for depth in range(30)) + f"{' ' * 30}a: b"

    assert plainyaml.read(text) is None
