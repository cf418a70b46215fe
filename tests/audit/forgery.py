"""What somebody writes who has the database's access, and not the site's private key."""

from __future__ import annotations

import hashlib
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from accounts.callers import foundry_caller
from audit.keys.succession import KEY_ADDED, Endorsement
from audit.services import _circumstances
from kernel.canonical import canonical


def private_of(seed: str) -> Ed25519PrivateKey:
    """A key of the forger's: from two hexadecimal digits, or all 64."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed * (64 // len(seed))))


def plant_key(key: Ed25519PrivateKey, endorsement: Endorsement | None = None, *, old_form: bool = False) -> str:
    """Insert a key and its event with SQL alone, and return its fingerprint. `old_form`: as releases up to 1 did."""
    public = key.public_key().public_bytes_raw()
    fingerprint = hashlib.sha256(public).hexdigest()
    data: dict[str, Any] = {"fingerprint": fingerprint, "public_key": public.hex()}
    if not old_form:
        data["endorsement"] = endorsement.data() if endorsement else None
    fact = {
        **_circumstances(foundry_caller("command"), None),
        "action": KEY_ADDED,
        "target": {"type": "site_key", "id": fingerprint},
        "data": data,
        "reason": None,
    }
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO audit_sitekey (fingerprint, public_key) VALUES (%s, %s)", [fingerprint, public])
        cursor.execute("INSERT INTO audit_event (canonical) VALUES (%s)", [canonical(fact)])
    return fingerprint
