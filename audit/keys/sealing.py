"""Sealing statements: RFC 8785 text, signed with the site's Ed25519 key, so that anybody can verify it offline."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from audit.keys.models import SiteKey
from audit.keys.private import private_key
from audit.keys.succession import KEY_ADDED, SITE_KEY, Endorsement, SiteKeys, site_keys
from audit.keys.text import STATEMENT_VERSION, fingerprint_of, public_bytes
from audit.protocols import AuditCaller
from audit.services import Target, record, site_id
from kernel.canonical import canonical
from kernel.errors import Unavailable, ValidationFailed
from kernel.ijson import parse
from kernel.transactions import write_transaction

# The members that `seal` adds to every statement.
ADDED_MEMBERS: Final = frozenset({"type", "v", "site", "key"})


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


def ensure_site_key(*, caller: AuditCaller) -> str:
    """Put the site's first key on record, see that the key which seals now is the site's, and return its fingerprint.

    A transaction of its own: call it before the write that seals, because its event goes to the chain `site`, which
    comes last in the order of locks. Raises `Unavailable` for a key that neither the key before it endorsed
    (`manage.py new_site_key`) nor the operator pinned (`FOUNDRY_SITE_KEYS`), and for one that has a successor.
    """
    fingerprint = own_fingerprint()
    if _may_seal(site_keys(), fingerprint):
        return fingerprint
    with write_transaction():
        lock_site_keys()
        if not _may_seal(site_keys(), fingerprint):
            put_on_record(caller=caller, public_key=public_bytes(private_key()))
    return fingerprint


def put_on_record(
    *, caller: AuditCaller, public_key: bytes, endorsement: Endorsement | None = None, reason: str | None = None
) -> None:
    """Record a public key with its event, in the caller's transaction, which must have called `lock_site_keys`."""
    fingerprint = fingerprint_of(public_key)
    SiteKey.objects.get_or_create(fingerprint=fingerprint, defaults={"public_key": public_key})
    data: dict[str, Any] = {"fingerprint": fingerprint, "public_key": public_key.hex()}
    data["endorsement"] = endorsement.data() if endorsement else None
    record(caller=caller, action=KEY_ADDED, target=Target.of(SITE_KEY, fingerprint), data=data, reason=reason)


def lock_site_keys() -> None:
    """Serialize changes of the keys until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('audit:site_keys', 0))")


def own_fingerprint() -> str:
    """The fingerprint of the current key, whether it is recorded or not."""
    return fingerprint_of(public_bytes(private_key()))


def _may_seal(keys: SiteKeys, fingerprint: str) -> bool:
    """Whether our key may seal; False if it must be recorded first."""
    if keys.successors(fingerprint):
        raise Unavailable(_("This server's signing key has been replaced: give it the key that came after it."))
    if fingerprint in keys.recorded:
        return True
    if keys.recorded and fingerprint not in settings.FOUNDRY_SITE_KEYS:
        raise Unavailable(
            _(
                "This server's signing key is not the site's: give it the key that seals, or let "
                "manage.py new_site_key record its successor."
            )
        )
    return False


def seal(kind: str, members: Mapping[str, Any], *, version: int = STATEMENT_VERSION) -> Sealed:
    """Seal a statement of the type `kind`; `type`, `v`, `site` and `key` are added to its members.

    `version` is that of the kind, where it has one of its own. The key must be on record (`ensure_site_key`). The type
    inside the text keeps a seal from being taken for one of another kind of statement; members must not replace these
    four, or `ValueError` is raised.
    """
    if taken := ADDED_MEMBERS & members.keys():
        raise ValueError(f"seal() adds these members itself: {', '.join(sorted(taken))}")
    key = private_key()
    fingerprint = fingerprint_of(public_bytes(key))
    if not SiteKey.objects.filter(pk=fingerprint).exists():
        raise RuntimeError("the site's key is not on record: ensure_site_key comes before seal")
    text = canonical({"type": kind, "v": version, "site": site_id(), "key": fingerprint, **members})
    return Sealed(text, fingerprint, key.sign(text.encode()))


def seal_fault(text: str, signature: bytes, *, kind: str, keys: Mapping[str, bytes] | None = None) -> str | None:
    """What is wrong with a sealed statement of this site; None where nothing is.

    `keys` are the public keys that count, by fingerprint: those of `site_keys().known()` where it is left out.
    """
    fault, key = _fault_in_text(text, kind)
    if fault:
        return fault
    public = (site_keys().known() if keys is None else keys).get(key)
    if public is None:
        return "it is sealed by a key that neither the site's key before it nor the operator endorsed"
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return "its seal does not fit its text"
    return None


def _fault_in_text(text: str, kind: str) -> tuple[str | None, str]:
    """What is wrong with the text, if anything, and the key that it names."""
    try:
        statement = parse(text)
    except ValidationFailed as error:
        return f"its text is not I-JSON: {error.detail}", ""
    if not isinstance(statement, dict) or canonical(statement) != text:
        return "its text is not in canonical form", ""
    if statement.get("type") != kind or statement.get("v") != STATEMENT_VERSION:
        return f"it is no statement of the type {kind}", ""
    if statement.get("site") != site_id():
        return "it was sealed at another site", ""
    return None, str(statement.get("key"))
