"""Sealing a statement: RFC 8785 text, signed with the site's Ed25519 key, so that anybody can check it offline."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from audit.canonical import canonical
from audit.errors import ValidationFailed
from audit.ijson import parse
from audit.keys.models import SiteKey
from audit.keys.private import private_key
from audit.protocols import AuditCaller
from audit.services import Target, record, site_id
from audit.transactions import write_transaction

STATEMENT_VERSION: Final = 1
KEY_ADDED: Final = "site.key_added"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed statement: its canonical text, the fingerprint of the key, and 64 bytes of signature over the text."""

    text: str
    key: str
    signature: bytes

    @property
    def sha256(self) -> str:
        """What names the statement elsewhere: SHA-256 of its UTF-8 text, bare lowercase hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def rfc3339(at: datetime) -> str:
    """A time as sealed statements spell it: UTC, microseconds, `Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def fingerprint_of(public_key: bytes) -> str:
    """SHA-256 of the 32 public bytes, bare lowercase hex: how people compare keys."""
    return hashlib.sha256(public_key).hexdigest()


def ensure_site_key(*, caller: AuditCaller) -> str:
    """Put the key that seals now on record if it is new, and return its fingerprint.

    A transaction of its own: call it before the write that seals, because its event goes to the chain `site`, which
    comes last in the order of locks.
    """
    public = _public_bytes(private_key())
    fingerprint = fingerprint_of(public)
    if not SiteKey.objects.filter(pk=fingerprint).exists():
        with write_transaction():
            _, added = SiteKey.objects.get_or_create(fingerprint=fingerprint, defaults={"public_key": public})
            if added:
                data = {"fingerprint": fingerprint, "public_key": public.hex()}
                record(caller=caller, action=KEY_ADDED, target=Target.of("site_key", fingerprint), data=data)
    return fingerprint


def own_fingerprint() -> str:
    """The fingerprint of the key that seals now, on record or not."""
    return fingerprint_of(_public_bytes(private_key()))


def seal(kind: str, members: Mapping[str, Any]) -> Sealed:
    """Seal a statement of the type `kind`; `v`, `site` and `key` are added to its members.

    The key must be on record (`ensure_site_key`). The type inside the text keeps a seal from being taken for one of
    another kind of statement.
    """
    key = private_key()
    fingerprint = fingerprint_of(_public_bytes(key))
    if not SiteKey.objects.filter(pk=fingerprint).exists():
        raise RuntimeError("the site's key is not on record: ensure_site_key comes before seal")
    text = canonical({"type": kind, "v": STATEMENT_VERSION, "site": site_id(), "key": fingerprint, **members})
    return Sealed(text, fingerprint, key.sign(text.encode()))


def seal_fault(text: str, signature: bytes, *, kind: str) -> str | None:
    """What is wrong with a sealed statement of this site; None where nothing is."""
    try:
        statement = parse(text)
    except ValidationFailed as error:
        return f"its text is not I-JSON: {error.detail}"
    if not isinstance(statement, dict) or canonical(statement) != text:
        return "its text is not in canonical form"
    if statement.get("type") != kind or statement.get("v") != STATEMENT_VERSION:
        return f"it is no statement of the type {kind}"
    if statement.get("site") != site_id():
        return "it was sealed at another site"
    return _signature_fault(text, signature, fingerprint=str(statement.get("key")))


def _signature_fault(text: str, signature: bytes, *, fingerprint: str) -> str | None:
    key = SiteKey.objects.filter(pk=fingerprint).first()
    if key is None:
        return "it names a key that this site never had"
    try:
        Ed25519PublicKey.from_public_bytes(bytes(key.public_key)).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return "its seal does not fit its text"
    return None


def _public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()
