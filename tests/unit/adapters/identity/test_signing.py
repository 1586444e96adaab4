"""The key of service accounts' tokens."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from slipcast.adapters.identity.signing import SigningKey
from slipcast.adapters.identity.tokens import Forged
from slipcast.values.faults import HostFault


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path):
    path = tmp_path / "pki" / "sa.key"
    token = SigningKey.at(path).signed({"sub": "ada"})

    again = SigningKey.at(path)

    assert again.read(token) == {"sub": "ada"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_key_does_not_know_the_signature(tmp_path: Path):
    token = SigningKey.at(tmp_path / "one").signed({"sub": "ada"})

    with pytest.raises(Forged):
        SigningKey.at(tmp_path / "two").read(token)


def test_a_file_that_holds_no_key_is_told(tmp_path: Path):
    (tmp_path / "sa.key").write_text("no key")

    with pytest.raises(HostFault, match="cannot be used"):
        SigningKey.at(tmp_path / "sa.key")
