"""The self-made certificate authority."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from slipcast.adapters.certificates import Certificates, prepare

NAMES = ("localhost", "127.0.0.1")
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def contents(certificates: Certificates) -> list[bytes]:
    """The certificates as they lie."""
    server, administrator = certificates.server, certificates.administrator
    paths = (certificates.authority, server.certificate, administrator.certificate)
    return [path.read_bytes() for path in paths]


def test_what_is_good_is_left_alone(tmp_path: Path) -> None:
    first = contents(prepare(tmp_path, NAMES, NOW))

    again = contents(prepare(tmp_path, NAMES, NOW + timedelta(days=30)))

    assert again == first


def test_what_runs_out_is_made_anew_by_the_same_authority(tmp_path: Path) -> None:
    first = contents(prepare(tmp_path, NAMES, NOW))

    again = contents(prepare(tmp_path, NAMES, NOW + timedelta(days=340)))

    assert again[0] == first[0]
    assert again[1] != first[1]
    assert again[2] != first[2]


def test_another_address_needs_another_server_certificate_only(tmp_path: Path) -> None:
    first = contents(prepare(tmp_path, NAMES, NOW))

    again = contents(prepare(tmp_path, (*NAMES, "build.example.com"), NOW))

    assert (again[0], again[2]) == (first[0], first[2])
    assert again[1] != first[1]


def test_another_authority_makes_all_others_anew(tmp_path: Path) -> None:
    first = contents(prepare(tmp_path, NAMES, NOW))
    (tmp_path / "ca.key").unlink()

    again = contents(prepare(tmp_path, NAMES, NOW))

    assert not set(first) & set(again)


def test_certificates_are_issued_by_the_authority_for_their_purpose(tmp_path: Path) -> None:
    made = prepare(tmp_path, NAMES, NOW)

    authority, server, administrator = (
        x509.load_pem_x509_certificate(raw) for raw in contents(made)
    )

    server.verify_directly_issued_by(authority)
    administrator.verify_directly_issued_by(authority)
    assert "system:admin" in administrator.subject.rfc4514_string()


@pytest.mark.parametrize("name", ["ca.key", "server.key", "admin.key"])
def test_keys_are_for_their_owner_only(tmp_path: Path, name: str) -> None:
    prepare(tmp_path, NAMES, NOW)

    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
