"""The self-made certificate authority of an embedded server.

One directory holds an authority, the server's certificate and an administrator's; what is there and
good is left alone, what runs out or names other addresses is made anew. Keys are for their owner's
eyes only.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from slipcast.adapters.privatefiles import write_private

AUTHORITY_YEARS: Final = 10
CERTIFICATE_DAYS: Final = 365
RENEWED_BEFORE: Final = timedelta(days=30)
SKEW: Final = timedelta(minutes=5)
"""How far the clocks of two machines may be apart."""
ADMINISTRATOR: Final = ("system:admin", "system:masters")
"""User and group of the administrator's certificate."""


class Pair(msgspec.Struct, frozen=True):
    """Where a certificate and its key lie."""

    certificate: Path
    key: Path


class Certificates(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything lies that TLS needs."""

    authority: Path
    server: Pair
    administrator: Pair


def prepare(directory: Path, names: Iterable[str], now: datetime | None = None) -> Certificates:
    """The certificates of a server that answers to some names and addresses, made where needed.

    Errors: OSError when the directory cannot be written.
    """
    moment = now or datetime.now(UTC)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority = Pair(directory / "ca.crt", directory / "ca.key")
    server = Pair(directory / "server.crt", directory / "server.key")
    administrator = Pair(directory / "admin.crt", directory / "admin.key")
    if not _is_good(authority.certificate, moment):
        _make_authority(authority, moment)
    issuer = _read(authority.certificate)
    wanted = sorted(set(names))
    if not _is_good(server.certificate, moment, issuer) or _names(server.certificate) != wanted:
        _make_server(server, authority, wanted, moment)
    if not _is_good(administrator.certificate, moment, issuer):
        _make_client(administrator, authority, ADMINISTRATOR, moment)
    return Certificates(authority=authority.certificate, server=server, administrator=administrator)


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _is_good(path: Path, now: datetime, issuer: x509.Certificate | None = None) -> bool:
    """Whether a certificate is there, is of the issuer, and lasts a while."""
    try:
        certificate = _read(path)
        if issuer is not None:
            certificate.verify_directly_issued_by(issuer)
    except Exception:  # noqa: BLE001 -- whatever is wrong with it, a new one is made
        return False
    return (
        path.with_suffix(".key").exists() and now + RENEWED_BEFORE < certificate.not_valid_after_utc
    )


def _names(path: Path) -> list[str]:
    extension = _read(path).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return sorted(str(name.value) for name in extension.value)


def _make_authority(pair: Pair, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"slipcast-ca-{now:%Y%m%d%H%M%S}")])
    certificate = (
        _begun(name, name, key.public_key(), now, now + timedelta(days=365 * AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signing=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(pair, certificate, key)


def _make_server(pair: Pair, authority: Pair, names: list[str], now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "slipcast")])
    alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
    builder = _issued(subject, key, authority, now).add_extension(alternatives, critical=False)
    _sign(builder, pair, key, authority, ExtendedKeyUsageOID.SERVER_AUTH)


def _make_client(pair: Pair, authority: Pair, who: tuple[str, str], now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    user, group = who
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, group),
            x509.NameAttribute(NameOID.COMMON_NAME, user),
        ]
    )
    builder = _issued(subject, key, authority, now)
    _sign(builder, pair, key, authority, ExtendedKeyUsageOID.CLIENT_AUTH)


def _issued(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, authority: Pair, now: datetime
) -> x509.CertificateBuilder:
    issuer = _read(authority.certificate)
    until = min(now + timedelta(days=CERTIFICATE_DAYS), issuer.not_valid_after_utc)
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return _begun(subject, issuer.subject, key.public_key(), now, until).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
    )


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    until: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(until)
    )


def _sign(
    builder: x509.CertificateBuilder,
    pair: Pair,
    key: ec.EllipticCurvePrivateKey,
    authority: Pair,
    purpose: x509.ObjectIdentifier,
) -> None:
    signer = serialization.load_pem_private_key(authority.key.read_bytes(), password=None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)  # noqa: S101 -- we made it
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signing=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write(pair, certificate, key)


def _usage(*, signing: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signing,
        crl_sign=signing,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(pair: Pair, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    """The key first: a certificate without its key would be taken for good."""
    write_private(
        pair.key,
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    write_private(pair.certificate, certificate.public_bytes(serialization.Encoding.PEM))
