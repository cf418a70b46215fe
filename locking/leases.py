"""Opening, ending and checking leases, the durable records of locks, inside a project write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import Target
from kernel.errors import LockNotHeld, StaleToken
from kernel.registry import Registry
from kernel.statements import Rows, Statement, run_together
from locking import redis_locks
from locking.metrics import LEASE_SECONDS
from locking.models import EndReason, Lease
from locking.refusals import lock_held
from projects.project_context import RowReader
from projects.writing import ProjectWrite

_INSERT_LEASE = (
    "INSERT INTO locking_lease (lease_id, project_id, field, token, user_id, session_id, started_at)"
    " SELECT %s, %s, %s, event.seq, %s, %s::uuid, event.at FROM event"
)
# `greatest`: the database's clock may be set back, but a lease must not end before it started.
_END_LEASE = (
    "UPDATE locking_lease SET ended_at = greatest(event.at, started_at), end_reason = %s FROM event"
    " WHERE lease_id = %s AND ended_at IS NULL"
)
_END_LEASE_BEFORE_ITS_EVENT = (
    "UPDATE locking_lease SET ended_at = greatest(clock_timestamp(), started_at), end_reason = %s"
    " WHERE lease_id = %s AND ended_at IS NULL RETURNING ended_at"
)

# What other apps do in the transaction that ends a lease, after its own statements: `step(write, lease, why)`. An
# exception rolls back the whole write, such as a save or a sweep; a step that may fail should defer its work to a job.
LEASE_END_STEPS: Final = Registry[Callable[[ProjectWrite, Lease, EndReason], object]]("step at the end of a lease")

# Tokens are bigint in the database.
MAX_TOKEN = 2**63

_READ_LEASES = (
    "SELECT {lease}, {user} FROM locking_lease AS lease JOIN accounts_user AS person ON person.id = lease.user_id"
    " WHERE lease.project_id = %s"
)

_FOREIGN = (
    " AND lease.field = ANY(%s::text[]) AND lease.ended_at IS NULL AND lease.user_id <> %s ORDER BY lease.token LIMIT 1"
)


@cache
def _reading() -> tuple[str, RowReader[Lease], RowReader[User]]:
    leases, users = RowReader(Lease), RowReader(User)
    return _READ_LEASES.format(lease=leases.columns("lease"), user=users.columns("person")), leases, users


def lock_ttl() -> int:
    """How long a lock lasts without renewal, in ms."""
    return int(settings.FOUNDRY_LOCK_TTL * 1000)


def lock_grace() -> int:
    """How long a lock is kept after its socket was lost without a clean close, in ms."""
    return int(settings.FOUNDRY_LOCK_GRACE * 1000)


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock as its holder sees it; `version` and `sha256` identify the field's current content."""

    field: str
    token: int
    session_id: UUID
    lease_id: UUID
    expires_at: datetime
    version: int
    sha256: str | None
    # True if this is returned for a repeat of the request that acquired it.
    repeated: bool = False


def field_leases(project_id: UUID, field: str, lease_id: UUID | None = None) -> Statement:
    """The query for a field's open lease and the lease of this id, to run as a write's `extra_query`."""
    sql, _, _ = _reading()
    return f"{sql} AND lease.field = %s AND (lease.ended_at IS NULL OR lease.lease_id = %s::uuid)", [
        project_id,
        field,
        lease_id,
    ]


def leases_by_token(project_id: UUID, tokens: Iterable[int]) -> Statement:
    """The query for the leases with these tokens, to run as a write's `extra_query`; see `held_leases`."""
    sql, _, _ = _reading()
    possible = [token for token in tokens if 0 < token < MAX_TOKEN]
    return f"{sql} AND lease.token = ANY(%s::bigint[])", [project_id, possible]


def leases_read(write: ProjectWrite) -> list[Lease]:
    """The leases from the write's `extra_query`, with their users loaded."""
    return _leases_of(write.extra_rows)


def _leases_of(rows: Rows) -> list[Lease]:
    _, leases, users = _reading()
    found: list[Lease] = []
    for row in rows:
        lease, user = leases.read(row[: leases.width]), users.read(row[leases.width :])
        assert lease is not None
        assert user is not None
        lease.user = user
        found.append(lease)
    return found


def open_lease_of(write: ProjectWrite) -> Lease | None:
    """The open lease of the field that the write queried with `field_leases`, whoever holds it."""
    return next((lease for lease in leases_read(write) if lease.is_open), None)


def own_open_lease(write: ProjectWrite, *, field: str, session_id: UUID, token: int | None = None) -> Lease:
    """The field's open lease, which must be the caller's in that session and, if `token` is given, have that token.

    Raises `LockNotHeld`, or `StaleToken` if the session has acquired the field again since that token.
    """
    lease = open_lease_of(write)
    if lease is None or lease.session_id != session_id or lease.user_id != write.caller.user.id:
        raise LockNotHeld(_("You are not editing {field}.").format(field=field), field=field)
    if token is not None and token != lease.token:
        words = _("Your lock on {field} with that token has ended.").format(field=field)
        raise StaleToken(words, field=field)
    return lease


def start_lease(
    write: ProjectWrite,
    *,
    action: str,
    field: str,
    holder: User,
    session_id: UUID,
    lease_id: UUID | None = None,
    data: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> Lease:
    """Record `action` and open a lease whose token is the `seq` of that event."""
    lease_id = lease_id or uuid4()
    event = write.record(
        action,
        Target.of("lease", lease_id),
        {"field": field, "session_id": str(session_id), "holder": holder.person(), **(data or {})},
        reason=reason,
        with_statements=[(_INSERT_LEASE, [lease_id, write.project.id, field, holder.id, session_id])],
    )
    return Lease(
        lease_id=lease_id,
        project=write.project,
        field=field,
        token=event.seq,
        user=holder,
        session_id=session_id,
        started_at=event.at,
    )


def end_lease(write: ProjectWrite, lease: Lease, why: EndReason, *, announce: bool = True) -> None:
    """End a lease that this write has read as open, and release its Redis key after the commit.

    `announce` records `lock.released`, whose time is the lease's end. A hand-over or take-over passes False, because
    its own event records the end, taken from `lease.ended_at`. The steps of other apps (`LEASE_END_STEPS`) run in the
    same transaction.
    """
    ending: Statement = (_END_LEASE, [why.value, lease.lease_id])
    write.afterwards(_observe_length, lease, why)
    if announce:
        _announce_end(write, lease, why, ending)
        key = redis_locks.lock_key(lease.project_id, lease.field)
        write.afterwards(redis_locks.release, key=key, lease_id=lease.lease_id)
    else:
        with connection.cursor() as cursor:
            cursor.execute(_END_LEASE_BEFORE_ITS_EVENT, ending[1])
            lease.ended_at = cursor.fetchone()[0]
    for step in LEASE_END_STEPS.values():
        step(write, lease, why)


def _announce_end(write: ProjectWrite, lease: Lease, why: EndReason, ending: Statement) -> None:
    # An expiry has no actor: the caller whose request happens to find it did not cause it.
    record = write.record_consequence if why is EndReason.EXPIRED else write.record
    record(
        "lock.released",
        Target.of("lease", lease.lease_id),
        {
            "field": lease.field,
            "session_id": str(lease.session_id),
            "holder": lease.user.person(),
            "token": lease.token,
            "why": why.value,
        },
        with_statements=[ending],
    )


def _observe_length(lease: Lease, why: EndReason) -> None:
    LEASE_SECONDS.labels(why.value).observe(max(0.0, (timezone.now() - lease.started_at).total_seconds()))


def held_leases(
    write: ProjectWrite, *, session_id: UUID | None, fields: Iterable[str], tokens: Mapping[str, int]
) -> dict[str, Lease]:
    """The open lease of each field by the caller's token (`leases_by_token`): the fencing check of every write.

    A token is a number, not a secret: it is valid only together with its project, field, user and session. Raises
    `LockNotHeld` for a missing or unknown token or another user's, `StaleToken` if the caller's own lease has ended.
    """
    wanted = list(fields)
    by_place = {(lease.field, lease.token): lease for lease in leases_read(write)}
    held: dict[str, Lease] = {}
    for name in wanted:
        lease = by_place.get((name, tokens[name])) if name in tokens else None
        if lease is None or lease.user_id != write.caller.user.id or lease.session_id != session_id:
            raise LockNotHeld(_("You are not editing {field}. Take it first.").format(field=name), field=name)
        if not lease.is_open:
            raise StaleToken(
                _("Your lock on {field} has ended ({why}).").format(
                    field=name, why=lease.get_end_reason_display().lower()
                ),
                field=name,
                ended_at=lease.ended_at,
                why=lease.end_reason,
            )
        held[name] = lease
    return held


def refuse_foreign_leases(write: ProjectWrite, fields: Iterable[str], *, extra_query: Statement | None = None) -> Rows:
    """For writes that need no lock (revert, undo, import): refuse if another user holds one of the fields.

    Raises `LockHeld` for the first such field. Returns the rows of one more SELECT, read in the same round trip.
    """
    reading, _, _ = _reading()
    foreign: Statement = (reading + _FOREIGN, [write.project.id, list(fields), write.caller.user.id])
    found, *more = run_together([foreign, *([extra_query] if extra_query is not None else [])])
    for lease in _leases_of(found):
        raise lock_held(lease, expires_at=None)
    return more[0] if more else []


def leases_of_session(write: ProjectWrite, *, session_id: UUID | None, fields: Iterable[str]) -> dict[str, Lease]:
    """The session's open leases of these fields, for a write that changes files without tokens.

    Raises `LockHeld` for the first field that any other session holds, the caller's own included: what is typed there
    would lose its file.
    """
    held: dict[str, Lease] = {}
    leases = Lease.objects.open().filter(project=write.project, field__in=list(fields)).select_related("user")
    for lease in leases.order_by("token"):
        if lease.user_id != write.caller.user.id or lease.session_id != session_id:
            raise lock_held(lease, expires_at=None)
        held[lease.field] = lease
    return held


def momentary_lease(write: ProjectWrite, *, field: str, event_seq: int, at: datetime) -> Lease:
    """The lease record of a write without a lock: it starts and ends at the time of its `draft.saved` event."""
    return Lease(
        lease_id=momentary_lease_id(write.project.id, event_seq, field),
        project=write.project,
        field=field,
        token=event_seq,
        user=write.caller.user,
        started_at=at,
        ended_at=at,
        end_reason=EndReason.SAVED.value,
    )


def momentary_lease_id(project_id: UUID, event_seq: int, field: str) -> UUID:
    """The id of a momentary lease, derived from its event."""
    return uuid5(project_id, f"{event_seq} {field}")


def sync_redis_key(key: str, *, ended: UUID, current: Lease | None) -> datetime | None:
    """Move a field's Redis key from an `ended` lease to the `current` one, or release it; other leases' keys stay."""
    if current is None or current.session_id is None:
        redis_locks.release(key=key, lease_id=ended)
        return None
    return redis_locks.swap(
        key=key,
        ended=ended,
        user_id=current.user_id,
        session_id=current.session_id,
        lease_id=current.lease_id,
        ttl=lock_ttl(),
    )
