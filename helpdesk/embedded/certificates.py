"""A private authority with one certificate, for the store's inner ports."""

import os
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFETIME = timedelta(days=3650)
OWN_NAMES = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
BOTH_SIDES = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]


def ensure(folder: Path) -> tuple[Path, Path, Path]:
    """Paths of authority, certificate and key (PEM, mode 0600), made at the first call."""
    paths = (folder / "authority.pem", folder / "certificate.pem", folder / "key.pem")
    if not all(path.exists() for path in paths):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path, content in zip(paths, generate(now=datetime.now(UTC)), strict=True):
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
    return paths


def generate(*, now: datetime) -> tuple[bytes, bytes, bytes]:
    """PEM of a new authority, of a certificate signed by it, and of that certificate's key."""
    authority_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    issuer, subject = name("alongside store authority"), name("alongside store")
    authority = builder(issuer, issuer, authority_key.public_key(), now).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    certificate = (
        builder(subject, issuer, key.public_key(), now)
        .add_extension(x509.ExtendedKeyUsage(BOTH_SIDES), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
    )
    signed = [draft.sign(authority_key, hashes.SHA256()) for draft in (authority, certificate)]
    pem = [item.public_bytes(serialization.Encoding.PEM) for item in signed]
    return pem[0], pem[1], private_pem(key)


def name(common: str) -> x509.Name:
    """A distinguished name with only a common name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, now: datetime
) -> x509.CertificateBuilder:
    """What authority and certificate have in common."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFETIME)
    )


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key as unencrypted PEM."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
