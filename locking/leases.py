"""Opening, ending and checking leases inside a project write: the journal's side of every lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from accounts.models import User
from audit.errors import LockNotHeld, StaleToken
from audit.services import Target
from locking import registry
from locking.metrics import LEASE_SECONDS
from locking.models import EndReason, Lease
from locking.refusals import lock_held
from projects.writing import ProjectWrite


def lock_ttl() -> int:
    """How long a lock lives without renewal, in ms."""
    return int(settings.FOUNDRY_LOCK_TTL * 1000)


def lock_grace() -> int:
    """How long a lock outlives a socket that went away without a good-bye, in ms."""
    return int(settings.FOUNDRY_LOCK_GRACE * 1000)


@dataclass(frozen=True, slots=True)
class Lock:
    """A held lock as its holder sees it; `version` and `sha256` say what the field holds now."""

    field: str
    token: int
    session_id: UUID
    lease_id: UUID
    expires_at: datetime
    version: int
    sha256: str | None


def open_lease_of(write: ProjectWrite, field: str) -> Lease | None:
    """The field's open lease, whoever holds it."""
    return Lease.objects.open().filter(project=write.project, field=field).select_related("user").first()


def own_open_lease(write: ProjectWrite, *, field: str, session_id: UUID, token: int | None = None) -> Lease:
    """The field's open lease, if it is the caller's in that session and, where one is shown, by that token.

    Raises `LockNotHeld`, and `StaleToken` where the session has taken the field anew since the token.
    """
    lease = open_lease_of(write, field)
    if lease is None or lease.session_id != session_id or lease.user_id != write.caller.user.id:
        raise LockNotHeld(f"You do not hold {field}.", field=field)
    if token is not None and token != lease.token:
        raise StaleToken(f"Your lock on {field} with that token has ended.", field=field)
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
    )
    return Lease.objects.create(
        lease_id=lease_id,
        project=write.project,
        field=field,
        token=event.seq,
        user=holder,
        session_id=session_id,
        started_at=event.at,
    )


def end_lease(write: ProjectWrite, lease: Lease, why: EndReason, *, announce: bool = True) -> bool:
    """End a lease if it is still open, free its key after the commit, and say whether it was this call that did it.

    `announce` records `lock.released`; a hand-over or take-over says it in its own event instead.
    """
    ended = (
        Lease.objects.open()
        .filter(pk=lease.pk)
        # The clock of the database may be set back, and a lease never ends before it began.
        .update(ended_at=Greatest(Now(), F("started_at")), end_reason=why.value)
    )
    if not ended:
        return False
    LEASE_SECONDS.labels(why.value).observe(max(0.0, (timezone.now() - lease.started_at).total_seconds()))
    if announce:
        # An expiry is nobody's act, whoever's request comes upon it.
        say = write.record_consequence if why is EndReason.EXPIRED else write.record
        say(
            "lock.released",
            Target.of("lease", lease.lease_id),
            {
                "field": lease.field,
                "session_id": str(lease.session_id),
                "holder": lease.user.person(),
                "token": lease.token,
                "why": why.value,
            },
        )
        write.afterwards(
            registry.release, key=registry.lock_key(lease.project_id, lease.field), lease_id=lease.lease_id
        )
    return True


def held_leases(
    write: ProjectWrite, *, session_id: UUID | None, fields: Iterable[str], tokens: Mapping[str, int]
) -> dict[str, Lease]:
    """The open lease of each field by the token the caller showed: the check that fences every write.

    A token is a number, not a secret: it counts only with its project, field, user and session. Raises `LockNotHeld`
    for no token, an unknown one or somebody else's, `StaleToken` where the caller's own lease has ended.
    """
    wanted = list(fields)
    leases = Lease.objects.filter(project=write.project, token__in=[tokens[name] for name in wanted if name in tokens])
    by_place = {(lease.field, lease.token): lease for lease in leases.select_related("user")}
    held: dict[str, Lease] = {}
    for name in wanted:
        lease = by_place.get((name, tokens[name])) if name in tokens else None
        if lease is None or lease.user_id != write.caller.user.id or lease.session_id != session_id:
            raise LockNotHeld(f"You do not hold {name}. Take it first.", field=name)
        if not lease.is_open:
            raise StaleToken(
                f"Your lock on {name} has ended ({lease.get_end_reason_display().lower()}).",
                field=name,
                ended_at=lease.ended_at,
                why=lease.end_reason,
            )
        held[name] = lease
    return held


def refuse_foreign_leases(write: ProjectWrite, fields: Iterable[str]) -> None:
    """For writes without a lock of their own (revert, undo, import): nobody else may hold a touched field.

    Raises `LockHeld` for the first field that somebody else is editing.
    """
    lease = (
        Lease.objects.open()
        .filter(project=write.project, field__in=list(fields))
        .exclude(user=write.caller.user)
        .select_related("user")
        .order_by("token")
        .first()
    )
    if lease is not None:
        raise lock_held(lease, expires_at=None)


def momentary_lease(write: ProjectWrite, *, field: str, event_seq: int, at: datetime) -> Lease:
    """The journal's entry for a write that held its field only for the moment of its `draft.saved` event."""
    return Lease(
        project=write.project,
        field=field,
        token=event_seq,
        user=write.caller.user,
        started_at=at,
        ended_at=at,
        end_reason=EndReason.SAVED.value,
    )


def follow_journal(key: str, *, ended: UUID, current: Lease | None) -> datetime | None:
    """Move a field's key from an `ended` lease to the `current` one, or free it; a third lease's key stays."""
    if current is None or current.session_id is None:
        registry.release(key=key, lease_id=ended)
        return None
    return registry.swap(
        key=key,
        ended=ended,
        user_id=current.user_id,
        session_id=current.session_id,
        lease_id=current.lease_id,
        ttl=lock_ttl(),
    )
