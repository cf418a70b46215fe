"""Canonical JSON (RFC 8785) and Ed25519 (RFC 8032), written without the product's own."""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def canonical(value: Any) -> str:
    """The RFC 8785 text of a value whose numbers are all whole."""
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(each)}" for name, each in members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(canonical(each) for each in value) + "]"
    assert value is None or isinstance(value, str | int), value
    return json.dumps(value, ensure_ascii=False)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def bundle_hash(bundle: Mapping[str, Any]) -> str:
    """That of the header, then of all texts, then of all signatures, each after its length."""
    texts = [bundle["header"].encode(), *(each["text"].encode() for each in bundle["operations"])]
    signatures = [base64.b64decode(each["signature"]) for each in bundle["operations"]]
    return sha256(b"".join(struct.pack(">Q", len(each)) + each for each in [*texts, *signatures]))


class Signer:
    """A private key, and what it signs."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.generate()
        self.public = self._private.public_key().public_bytes_raw().hex()

    def sign(self, text: str) -> bytes:
        return self._private.sign(text.encode())

    def seal(self, value: Any) -> str:
        """The signature over a value's canonical text, in hexadecimal digits."""
        return self.sign(canonical(value)).hex()


def verify(key: str, signature: str, value: Any) -> None:
    """Raises `InvalidSignature`."""
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
    public.verify(bytes.fromhex(signature), canonical(value).encode())
