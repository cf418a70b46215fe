"""Certificates as an operator makes them for a site."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.x509.oid import NameOID


def make_certificate(*, days: int = 30) -> tuple[str, str]:
    """A self-signed certificate that ends in so many days, and its private key, as PEM."""
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "foundry.example")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = (
        built.serial_number(7).not_valid_before(now - timedelta(days=400)).not_valid_after(now + timedelta(days=days))
    )
    encoding, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    private = key.private_bytes(encoding, pkcs8, serialization.NoEncryption())
    return built.sign(key, None).public_bytes(encoding).decode(), private.decode()
