"""Acquiring, renewing and releasing locks. Redis refuses fast; the leases in Postgres decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Q

from accounts.callers import Caller
from accounts.models import User
from kernel.errors import DomainError, LockHeld
from kernel.transactions import unavailable_on_timeout
from locking import redis_locks
from locking.leases import (
    Lock,
    end_lease,
    field_leases,
    leases_read,
    lock_ttl,
    open_lease_of,
    own_open_lease,
    start_lease,
    sync_redis_key,
)
from locking.metrics import LOCK_REQUESTS
from locking.models import EndReason, Lease, owner_of_session, require_own_session
from locking.refusals import lock_has_ended, lock_held, lock_taken
from projects.access import get_project, get_project_with_rows
from projects.fields import check_field_name
from projects.models import Project
from projects.writing import project_write, upkeep_write


@dataclass(frozen=True, slots=True)
class Renewal:
    """The fields that are still held, and until when; `lost` names those whose lease has ended."""

    expires_at: dict[str, datetime]
    lost: list[str]


def acquire_lock(*, caller: Caller, project_id: UUID, field: str, session_id: UUID, is_admitted: bool = False) -> Lock:
    """Lock a field for a session, or return the lock that the session already holds.

    With `is_admitted` the gateway has already checked the caller's permission and session, so both checks are skipped
    before Redis is asked. The transaction in Postgres always checks them.

    Raises `ValidationFailed` for the field's name, `NotFound`, `PermissionDenied`, `ProjectFrozen`, `LockHeld` with
    the holder, or `Unavailable`. A refusal writes nothing.
    """
    check_field_name(field)
    try:
        lock = _acquire(caller, project_id, field, session_id, is_admitted=is_admitted)
    except LockHeld:
        LOCK_REQUESTS.labels("refused").inc()
        raise
    LOCK_REQUESTS.labels("granted").inc()
    return lock


def _acquire(caller: Caller, project_id: UUID, field: str, session_id: UUID, *, is_admitted: bool) -> Lock:
    with unavailable_on_timeout():
        if not is_admitted:
            _admit(caller.user, project_id, session_id)
        key = redis_locks.lock_key(project_id, field)
        taken = _take(caller, key, project_id=project_id, field=field, session_id=session_id)
    try:
        lease, project = _record_lock(caller, project_id, field, session_id, taken.lease_id)
    except DomainError:
        # Nothing was recorded, so release the key at once instead of blocking others until it expires.
        if taken.fresh:
            with redis_locks.unavailable_without_redis():
                redis_locks.release(key=key, lease_id=taken.lease_id)
        raise
    with redis_locks.unavailable_without_redis():
        expires_at = redis_locks.renew(key=key, lease_id=taken.lease_id, ttl=lock_ttl())
    if expires_at is None:
        with upkeep_write(caller=caller, project_id=project_id, extra_query=field_leases(project_id, field)) as write:
            current = open_lease_of(write)
            if current is not None and current.lease_id == taken.lease_id:
                end_lease(write, current, EndReason.EXPIRED)
        raise lock_taken(field=field)
    return as_lock(lease, project, expires_at)


def _admit(user: User, project_id: UUID, session_id: UUID) -> None:
    """Check the caller's permission and session before a key in Redis is taken."""
    also = owner_of_session(project_id, session_id)
    _, owners = get_project_with_rows(user=user, project_id=project_id, action="lock.acquire", extra_query=also)
    require_own_session(owners, user=user, session_id=session_id)


def renew_locks(*, caller: Caller, project_id: UUID, session_id: UUID, fields: Sequence[str]) -> Renewal:
    """Extend a session's locks by another TTL, because its user is active. One query, and one Redis call per field.

    A field whose lease has ended, or whose key is gone, is `lost`: its holder must acquire it again.
    """
    for field in fields:
        check_field_name(field, parameter="fields")
    with unavailable_on_timeout():
        get_project(user=caller.user, project_id=project_id)
        leases = {
            lease.field: lease
            for lease in Lease.objects.open().filter(
                project_id=project_id, session_id=session_id, user=caller.user, field__in=list(fields)
            )
        }
    renewed: dict[str, datetime] = {}
    with redis_locks.unavailable_without_redis():
        for field, lease in leases.items():
            key = redis_locks.lock_key(project_id, field)
            expires_at = redis_locks.renew(key=key, lease_id=lease.lease_id, ttl=lock_ttl())
            if expires_at is not None:
                renewed[field] = expires_at
    return Renewal(expires_at=renewed, lost=[field for field in fields if field not in renewed])


def release_lock(*, caller: Caller, project_id: UUID, session_id: UUID, field: str, token: int | None = None) -> None:
    """Release a lock. Raises `LockNotHeld` if the session does not hold it, `StaleToken` for an older token."""
    check_field_name(field)
    parameters = {"field": field, "session_id": str(session_id)}
    also = field_leases(project_id, field)
    with project_write(
        caller=caller, project_id=project_id, action="lock.release", parameters=parameters, extra_query=also
    ) as write:
        if write.repeat_of is not None:
            return
        lease = own_open_lease(write, field=field, session_id=session_id, token=token)
        end_lease(write, lease, EndReason.CANCELLED)


def as_lock(lease: Lease, project: Project, expires_at: datetime) -> Lock:
    """A lease as a `Lock`, with the version and hash of the field in the current draft."""
    assert lease.session_id is not None
    draft = project.current_draft
    return Lock(
        field=lease.field,
        token=lease.token,
        session_id=lease.session_id,
        lease_id=lease.lease_id,
        expires_at=expires_at,
        version=draft.version_number if draft else 0,
        sha256=draft.sha256_of(lease.field) if draft else None,
        repeated=lease.repeated,
    )


@dataclass(frozen=True, slots=True)
class _TakenKey:
    """The lease id in our key, and whether this call has set the key."""

    lease_id: UUID
    fresh: bool


def _take(caller: Caller, key: str, *, project_id: UUID, field: str, session_id: UUID) -> _TakenKey:
    """Set the key, unless the session already holds it. Raises `LockHeld`."""
    for _attempt in range(2):
        with redis_locks.unavailable_without_redis():
            answer = redis_locks.take(
                key=key, user_id=caller.user.id, session_id=session_id, lease_id=uuid4(), ttl=lock_ttl()
            )
        held = answer.lock
        if held is None:
            raise lock_taken(field=field)
        if answer.taken:
            return _TakenKey(held.lease_id, fresh=True)
        carried, current = _carried_and_open(project_id, field, held.lease_id)
        if carried is None:
            return _own_key(caller, held, field=field, session_id=session_id)
        if not carried.is_open:
            # The key's lease has ended in Postgres, but the process died before it updated Redis.
            with redis_locks.unavailable_without_redis():
                sync_redis_key(key, ended=held.lease_id, current=current)
        if current is None:
            continue
        if current.session_id != session_id or current.user_id != caller.user.id:
            raise lock_held(current, expires_at=held.expires_at)
        return _TakenKey(current.lease_id, fresh=False)
    raise lock_taken(field=field)


def _carried_and_open(project_id: UUID, field: str, lease_id: UUID) -> tuple[Lease | None, Lease | None]:
    """The lease named by the key and the field's open lease, read in one statement to be consistent."""
    leases = Lease.objects.filter(Q(ended_at__isnull=True) | Q(pk=lease_id), project_id=project_id, field=field)
    found = list(leases.select_related("user"))
    carried = next((lease for lease in found if lease.lease_id == lease_id), None)
    return carried, next((lease for lease in found if lease.is_open), None)


def _own_key(caller: Caller, held: redis_locks.HeldLock, *, field: str, session_id: UUID) -> _TakenKey:
    """A key without a lease yet: ours, which the caller then records, or one that its owner is about to record."""
    if held.session_id == session_id and held.user_id == caller.user.id:
        return _TakenKey(held.lease_id, fresh=False)
    raise lock_taken(field=field, holder=User.objects.filter(pk=held.user_id).first(), expires_at=held.expires_at)


def _record_lock(
    caller: Caller, project_id: UUID, field: str, session_id: UUID, lease_id: UUID
) -> tuple[Lease, Project]:
    """Record the lock; an open lease that the key does not name has expired."""
    parameters = {"field": field, "session_id": str(session_id)}
    also = field_leases(project_id, field, lease_id)
    with project_write(
        caller=caller, project_id=project_id, action="lock.acquire", parameters=parameters, extra_query=also
    ) as write:
        previous = open_lease_of(write)
        if previous is not None and previous.lease_id == lease_id:
            previous.repeated = write.repeat_of is not None
            return previous, write.project
        if write.repeat_of is not None:
            raise lock_has_ended(field=field)
        if any(lease.lease_id == lease_id for lease in leases_read(write)):
            # Another request of this session has ended it since we read it.
            raise lock_taken(field=field)
        if previous is not None:
            end_lease(write, previous, EndReason.EXPIRED)
        lease = start_lease(
            write,
            action="lock.acquired",
            field=field,
            holder=caller.user,
            session_id=session_id,
            lease_id=lease_id,
        )
        return lease, write.project
