"""A telephone and a security key for tests: the app that shows codes, and a passkey made of software."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field
from secrets import token_bytes
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestedCredentialData, AuthenticatorData

PRESENT_AND_VERIFIED = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or some steps of 30 seconds later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


@dataclass
class Passkey:
    """A key that answers as a browser would; `verified` says whether its owner gave a finger or a PIN."""

    origin: str = "http://testserver"
    verified: bool = True
    id: bytes = field(default_factory=lambda: token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    owner: str | None = None

    def make(self, options: dict[str, Any]) -> str:
        """Answer the options of `navigator.credentials.create`."""
        wanted = options["publicKey"]
        self.owner = wanted["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())
        attested = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = self._data(wanted["rp"]["id"], AuthenticatorData.FLAG.AT, attested)
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", wanted["challenge"])
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def give(self, options: dict[str, Any]) -> str:
        """Answer the options of `navigator.credentials.get`."""
        wanted = options["publicKey"]
        data = self._data(wanted["rpId"], AuthenticatorData.FLAG(0), None)
        client = self._client("webauthn.get", wanted["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        owner = websafe_decode(self.owner) if self.owner else None
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature, userHandle=owner)

    def _data(self, rp_id: str, more: AuthenticatorData.FLAG, attested: Any) -> bytes:
        flags = (PRESENT_AND_VERIFIED if self.verified else AuthenticatorData.FLAG.UP) | more
        digest = hashlib.sha256(rp_id.encode()).digest()
        return bytes(AuthenticatorData.create(digest, flags, 1, attested or b""))

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, **parts: bytes | None) -> str:
        response = {name: websafe_encode(part) if part is not None else None for name, part in parts.items()}
        name = websafe_encode(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
