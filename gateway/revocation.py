"""Revoking access that is in use: locks are freed and sockets closed or downgraded within 2 seconds.

Every node looks each second for the audit events that end or lower access, and for tokens that have expired: for all
since its last successful look, and 15 seconds more, since rows become visible in another order than their times. So
neither a message lost in Redis nor an outage of any length keeps a revoked socket open. What is done here may be done
twice, or by two nodes at once, without harm.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection as database

from accounts.callers import foundry_caller
from accounts.models import PersonalAccessToken
from audit.event_types import EVENT_TYPES
from audit.models import SITE_CHAIN, Event
from gateway.close_codes import CloseCode
from gateway.execution import Lanes
from gateway.open_sockets import OpenSocket
from kernel.errors import NotAuthenticated, NotFound, PermissionDenied
from locking.models import Lease
from locking.services import revoke_locks
from projects.models import Member, Role
from projects.permissions import may

WINDOW: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class AccessRevocation:
    """What may end or lower access, and whose: everybody's in the project where `user_id` is None.

    `id` is the event's, or that of the token that expired. `targets(credential)` says whether it ended exactly this
    credential, `invalidates(credential)` whether it ended whatever the credential proved before
    (`audit.event_types.Revocation`).
    """

    id: int | UUID
    at: datetime
    project_id: UUID | None
    user_id: UUID | None
    targets: Callable[[str], bool]
    invalidates: Callable[[str], bool]

    def concerns(self, socket: OpenSocket) -> bool:
        return (self.project_id is None or self.project_id in socket.project_ids) and (
            self.user_id is None or self.user_id == socket.caller.user.id
        )


@dataclass(frozen=True, slots=True)
class Poll:
    """One look into the database: when it was, by the database's clock, and what it found, oldest first."""

    at: datetime
    revocations: list[AccessRevocation]


class Revocations:
    """What this node has done about revocations since its last successful look for them."""

    def __init__(self, lanes: Lanes, sockets: Collection[OpenSocket]) -> None:
        self._lanes = lanes
        self._sockets = sockets
        self._polled_at: datetime | None = None
        self._handled: frozenset[int | UUID] = frozenset()
        self._known: frozenset[OpenSocket] = frozenset()

    async def poll(self) -> None:
        """Look once. Raises `Unavailable` where Postgres is away; the next look then goes back as far as this one.

        A socket that was opened since the last look may have signed in before a revocation that was handled meanwhile.
        """
        found = await self._lanes.upkeep(functools.partial(revocations_since, self._polled_at))
        everybody = frozenset(self._sockets)
        newcomers = everybody - self._known
        if self._polled_at is None:
            # Whatever they lost before this node could look for the first time.
            for socket in everybody:
                await self._reauthorize(socket)
        for revocation in found.revocations:
            if revocation.id not in self._handled:
                await self._lanes.upkeep(functools.partial(free_locks, revocation))
                await self._apply(revocation, self._sockets)
                self._handled |= {revocation.id}
            else:
                await self._apply(revocation, newcomers)
        self._handled &= {revocation.id for revocation in found.revocations}
        self._known, self._polled_at = everybody, found.at

    async def _apply(self, revocation: AccessRevocation, sockets: Iterable[OpenSocket]) -> None:
        for socket in [each for each in sockets if revocation.concerns(each)]:
            if revocation.targets(socket.caller.credential):
                await socket.close(CloseCode.NOT_SIGNED_IN)
            else:
                await self._reauthorize(socket)

    async def _reauthorize(self, socket: OpenSocket) -> None:
        """Ask again who it is and what they may. A browser that has a new session since stays."""
        try:
            await socket.reauthorize()
        except NotAuthenticated:
            await socket.close(CloseCode.NOT_SIGNED_IN)
        except (NotFound, PermissionDenied):
            await socket.close(CloseCode.ACCESS_LOST)


def revocations_since(last: datetime | None) -> Poll:
    """What may have ended or lowered access since the `last` look, with what may have become visible late."""
    now = _database_time()
    # A database that took over from another may have a clock that is behind.
    since = min(last or now, now) - WINDOW
    revoking = [name for name, event_type in EVENT_TYPES.items() if event_type.revokes is not None]
    events = Event.objects.filter(action__in=revoking, at__gt=since).order_by("id")
    expired = PersonalAccessToken.objects.filter(expires_at__gt=since, expires_at__lte=now).order_by("expires_at")
    return Poll(now, [*map(_of_event, events), *(_of_expiry(token, now) for token in expired)])


def _database_time() -> datetime:
    with database.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        row: tuple[datetime] = cursor.fetchone()
        return row[0]


def free_locks(revocation: AccessRevocation) -> None:
    """End the leases that the revocation leaves without a right, wherever their sessions are; their texts stay kept."""
    if revocation.user_id is None:
        return
    # A later lease was taken with what its user had then.
    held = Lease.objects.open().filter(user_id=revocation.user_id, started_at__lte=revocation.at)
    if revocation.project_id is not None:
        held = held.filter(project_id=revocation.project_id)
    for project_id, credential in set(held.values_list("project_id", "session__credential")):
        if revocation.invalidates(credential or "") or not _may_hold(revocation.user_id, project_id):
            revoke_locks(
                caller=foundry_caller(), project_id=project_id, user_id=revocation.user_id, credential=credential
            )


def _may_hold(user_id: UUID, project_id: UUID) -> bool:
    role = Member.objects.filter(project_id=project_id, user_id=user_id).values_list("role", flat=True).first()
    return may("lock.acquire", role=Role(role) if role else None)


def _of_event(event: Event) -> AccessRevocation:
    revokes = EVENT_TYPES[event.action].revokes
    assert revokes is not None
    user_id = revokes.user(event)
    return AccessRevocation(
        id=event.pk,
        at=event.at,
        project_id=None if event.chain == SITE_CHAIN else UUID(event.chain),
        user_id=UUID(user_id) if user_id else None,
        targets=functools.partial(revokes.targets, event),
        invalidates=functools.partial(revokes.invalidates, event),
    )


def _of_expiry(token: PersonalAccessToken, now: datetime) -> AccessRevocation:
    """A token ends by itself, without an event."""
    return AccessRevocation(
        id=token.id,
        at=now,
        project_id=None,
        user_id=token.user_id,
        targets=token.credential.__eq__,
        invalidates=token.credential.__eq__,
    )
