"""An Ed25519 key for each account, services too, made with its first write, and used by the server alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from accounts.callers import Caller
from accounts.models import User
from audit.keys.private import private_key
from audit.keys.text import public_bytes
from audit.services import Target, record
from kernel.ring import RingError, decrypt, encrypt
from kernel.statements import Statement
from stages.registers.events import KEY_ADDED
from stages.registers.keys.certificates import seal_certificate
from stages.registers.keys.revocation import projects_written_by, record_revocation, revoke_key
from stages.registers.models import ActorKey, KeyRevocation

_SIGNER: Final = """
SELECT clock_timestamp(), actor_key.public_key, actor_key.secret FROM (SELECT 1) AS one
LEFT JOIN registers_actorkey AS actor_key
    ON actor_key.user_id = %s AND actor_key.site_key = %s AND actor_key.revoked_at IS NULL
"""


class MissingKey(Exception):
    """The account has no key here yet."""


@dataclass(frozen=True, slots=True)
class ActorSigner:
    """Signs as an account. `public_key` and `site_key` are in lowercase hexadecimal digits, `now` is by Postgres."""

    public_key: str
    site_key: str
    sign: Callable[[str], bytes]
    now: datetime

    @property
    def now_ms(self) -> int:
        return int(self.now.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A key that was made, and the one that it replaces because its secret cannot be read any more."""

    key: ActorKey
    replaced: ActorKey | None
    revocations: Sequence[KeyRevocation] = ()


def own_site_key() -> bytes:
    """The 32 public bytes of this site's key."""
    return public_bytes(private_key())


def signer_query(user_id: UUID, site_key: bytes) -> Statement:
    """The SELECT whose rows `read_signer` takes."""
    return _SIGNER, [user_id, site_key]


def read_signer(rows: Sequence[tuple[Any, ...]], site_key: bytes) -> ActorSigner:
    """Whoever signs as an account. Raises `MissingKey` where it has no key, or one whose secret cannot be read."""
    now, public_key, secret = rows[0]
    if public_key is None:
        raise MissingKey
    try:
        return _signer(bytes(public_key), bytes(secret), site_key, now)
    except RingError as error:
        raise MissingKey from error


def enrol(user: User, site_key: bytes, now: datetime) -> tuple[ActorSigner, Enrolment | None]:
    """Make a key for an account, unless somebody just did; one whose secret cannot be read is revoked.

    In the caller's transaction, which calls `record_enrolment` after its own event. The site's key is on record.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"registers:key:{user.id}"])
    found = ActorKey.objects.filter(user=user, site_key=site_key, revoked_at=None).first()
    revocations: Sequence[KeyRevocation] = ()
    if found is not None:
        try:
            assert found.secret is not None
            return _signer(bytes(found.public_key), bytes(found.secret), site_key, now), None
        except RingError:
            revocations = revoke_key(found, projects_written_by(user.id), now)
    private = Ed25519PrivateKey.generate()
    public_key = public_bytes(private)
    certificate = seal_certificate(public_key=public_key, site_key=site_key, user=user, at=now)
    secret = encrypt(private.private_bytes_raw().hex(), owner=_owner(public_key))
    key = ActorKey.objects.create(
        public_key=public_key,
        user=user,
        site_key=site_key,
        certificate=certificate.text,
        seal=certificate.signature,
        secret=secret,
        created_at=now,
    )
    return _signer(public_key, secret, site_key, now), Enrolment(key, found, revocations)


def record_enrolment(caller: Caller, enrolment: Enrolment) -> None:
    """Record a new key on the chain of the site, and before it that the one which it replaces is revoked."""
    key, replaced = enrolment.key, enrolment.replaced
    if replaced is not None:
        record_revocation(caller, replaced, enrolment.revocations)
    data = {
        "key_id": str(key.id),
        "public_key": bytes(key.public_key).hex(),
        "site_key": bytes(key.site_key).hex(),
        "certificate": key.certificate,
        "seal": bytes(key.seal).hex(),
        "created_at": key.created_at.astimezone(UTC).isoformat(),
        "replaces": str(replaced.id) if replaced else None,
        "last_bundle": bytes(replaced.last_bundle).hex() if replaced and replaced.last_bundle else None,
    }
    record(caller=caller, action=KEY_ADDED, target=Target.of("user", str(key.user_id)), data=data)


def rotate_secrets(rotate: Callable[[bytes], bytes]) -> int:
    """Encrypt every private key anew with the newest key of the ring; answers how many there are."""
    count = 0
    for key in ActorKey.objects.filter(secret__isnull=False).select_for_update().order_by("id"):
        assert key.secret is not None
        key.secret = rotate(bytes(key.secret))
        key.save(update_fields=["secret"])
        count += 1
    return count


def can_sign(key: ActorKey) -> None:
    """Raise `RingError` where the secret of a key of this site cannot be read."""
    assert key.secret is not None
    _private_key(bytes(key.secret), bytes(key.public_key))


def _signer(public_key: bytes, secret: bytes, site_key: bytes, now: datetime) -> ActorSigner:
    private = _private_key(secret, public_key)
    return ActorSigner(public_key.hex(), site_key.hex(), lambda text: private.sign(text.encode()), now)


# Loading a key costs as much as signing.
@lru_cache(maxsize=1_000)
def _private_key(secret: bytes, public_key: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(decrypt(secret, owner=_owner(public_key))))


def _owner(public_key: bytes) -> str:
    return f"registers key {public_key.hex()}"
