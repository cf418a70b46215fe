"""Keys that no longer sign: for each project a statement of the site by which other sites know the last bundle."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from accounts.callers import Caller
from audit.keys.sealing import seal
from audit.keys.text import rfc3339
from audit.services import Target, record
from projects.models import Member, Role
from stages.registers.events import KEY_REVOKED
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import check_hex32, check_integer, check_uuid
from stages.registers.fold.signatures import is_usable_key, verify
from stages.registers.keys.statements import read_members
from stages.registers.models import ActorKey, Bundle, KeyRevocation

KIND: Final = "key_revoked"
# What a column of PostgreSQL holds, and more bundles than any site writes.
MAX_NUMBER: Final = 2**31 - 1
_WRITERS: Final = (Role.EDITOR, Role.OWNER)


@dataclass(frozen=True, slots=True)
class Revoked:
    """What a statement says: of this key, nothing after the bundle `last_number` of its site counts in the project."""

    project_id: UUID
    public_key: bytes
    site_key: bytes
    last_number: int
    last_bundle: bytes | None
    at: datetime


def read_revocation(text: str, sealed: bytes) -> Revoked:
    """What a statement says. Raises `ValueError` where its text or its seal is wrong, or a key of small order."""
    found = read_members(text, KIND)
    try:
        last = found["last_bundle"]
        revoked = Revoked(
            project_id=UUID(check_uuid(found["project"], "project")),
            public_key=bytes.fromhex(check_hex32(found["public_key"], "public_key")),
            site_key=bytes.fromhex(check_hex32(found["site_key"], "site_key")),
            last_number=check_integer(found["last_number"], "last_number", most=MAX_NUMBER),
            last_bundle=None if last is None else bytes.fromhex(check_hex32(last, "last_bundle")),
            at=datetime.fromisoformat(found["at"]).astimezone(UTC),
        )
    except (KeyError, TypeError, ValueError, OverflowError, Malformed) as error:
        raise ValueError("a member of it is missing or wrong") from error
    if (revoked.last_number == 0) != (revoked.last_bundle is None):
        raise ValueError("its last bundle has a number and a hash, or neither")
    if not is_usable_key(revoked.site_key) or not verify(revoked.site_key, sealed, text):
        raise ValueError("the site that it names did not seal it")
    return revoked


def revoked_keys(project_id: UUID, site_key: bytes, public_keys: Iterable[bytes]) -> dict[bytes, int]:
    """Those of a site's keys that are revoked in a project: each with the number of the last bundle that counts."""
    rows = KeyRevocation.objects.filter(project=project_id, site_key=site_key, public_key__in=list(public_keys))
    return {bytes(key): number for key, number in rows.values_list("public_key", "last_number")}


def projects_written_by(user_id: UUID) -> list[UUID]:
    """Where an account may write, by their ids: in the order in which their rows are locked."""
    found = Member.objects.filter(user=user_id, role__in=_WRITERS).order_by("project_id")
    return list(found.values_list("project_id", flat=True))


def revoke_key(key: ActorKey, projects: Collection[UUID], now: datetime) -> list[KeyRevocation]:
    """Revoke a key of this site, with a sealed statement for each of the projects and each that it wrote to.

    In the caller's transaction, which calls `record_revocation` then; the site's key is on record. Nobody writes with
    the key meanwhile: the caller holds the rows of the projects where somebody could.
    """
    public_key, site_key = bytes(key.public_key), bytes(key.site_key)
    newest = Bundle.objects.filter(site_key=site_key, actor_key=public_key).order_by("project_id", "-number")
    last = {each.project_id: each for each in newest.distinct("project_id")}
    key.revoked_at = now
    key.last_bundle = max(last.values(), key=lambda each: each.arrival).hash if last else None
    key.save(update_fields=["revoked_at", "last_bundle"])
    made = [_revocation(key, each, last.get(each), now) for each in sorted({*projects, *last})]
    return KeyRevocation.objects.bulk_create(made)


def record_revocation(caller: Caller, key: ActorKey, made: Iterable[KeyRevocation], reason: str | None = None) -> None:
    """Record a revoked key on the chain of the site."""
    assert key.revoked_at is not None
    data = {
        "key_id": str(key.id),
        "public_key": bytes(key.public_key).hex(),
        "site_key": bytes(key.site_key).hex(),
        "revoked_at": rfc3339(key.revoked_at),
        "last_bundle": bytes(key.last_bundle).hex() if key.last_bundle else None,
        "statements": [{"text": each.text, "seal": bytes(each.seal).hex()} for each in made],
    }
    record(caller=caller, action=KEY_REVOKED, target=Target.of("user", str(key.user_id)), data=data, reason=reason)


def _revocation(key: ActorKey, project_id: UUID, last: Bundle | None, now: datetime) -> KeyRevocation:
    members = {
        "project": str(project_id),
        "public_key": bytes(key.public_key).hex(),
        "site_key": bytes(key.site_key).hex(),
        "last_number": last.number if last else 0,
        "last_bundle": bytes(last.hash).hex() if last else None,
        "at": rfc3339(now),
    }
    sealed = seal(KIND, members)
    return KeyRevocation(
        project_id=project_id,
        public_key=bytes(key.public_key),
        site_key=bytes(key.site_key),
        last_number=last.number if last else 0,
        last_bundle=bytes(last.hash) if last else None,
        text=sealed.text,
        seal=sealed.signature,
        at=now,
    )
