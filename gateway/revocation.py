"""Taking access away from those who have it open: locks freed, sockets closed or downgraded, within 2 seconds.

Every node looks each second for the audit events that do so, and for tokens that have expired: for all since its last
successful look, and 15 seconds more, since rows become visible in another order than their times. A message lost in
Redis or an outage of any length can therefore keep nobody in. What is done here may be done twice, or by two nodes at
once: it only ends what has to end.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import connection as database

from accounts import actions
from accounts.callers import foundry_caller
from accounts.models import PersonalAccessToken
from audit.models import SITE_CHAIN, Event
from gateway.close_codes import CloseCode
from kernel.errors import NotAuthenticated, NotFound, PermissionDenied
from locking.models import Lease
from locking.services import revoke_locks
from projects.models import Member, Role
from projects.permissions import may

if TYPE_CHECKING:
    from gateway.connection import Connection
    from gateway.node import Node

WINDOW: Final = timedelta(seconds=15)
# No event: a token ends by itself.
TOKEN_EXPIRED: Final = "token.expired"  # noqa: S105 (no password)

_IN_A_PROJECT: Final = frozenset({"member.removed", "member.role_changed", "project.updated"})


@dataclass(frozen=True, slots=True)
class Loss:
    """What may take access away, and from whom: from everybody in the project where `user_id` is None.

    `id` is the event's, or that of the token that expired.
    """

    id: int | UUID
    at: datetime
    action: str
    project_id: UUID | None
    user_id: UUID | None
    target_id: str
    data: dict[str, Any]

    def names(self, credential: str) -> bool:
        """Whether it ended just this credential, whose name never comes again."""
        if self.action in {actions.TOKEN_REVOKED, TOKEN_EXPIRED}:
            return credential == f"token:{self.target_id}"
        return self.action == actions.SIGNED_OUT and credential == self.data.get("credential")

    def ends(self, credential: str) -> bool:
        """Whether what this credential proved before the event, it proves no more."""
        if self.action == actions.ACCOUNT_DEACTIVATED:
            return True
        if self.action == actions.PASSWORD_CHANGED:
            return credential.startswith("cookie:")
        return self.names(credential)

    def concerns(self, connection: Connection) -> bool:
        return (self.project_id is None or self.project_id == connection.project_id) and (
            self.user_id is None or self.user_id == connection.user_id
        )


@dataclass(frozen=True, slots=True)
class Look:
    """One look into the database: when it was, by the database's clock, and what it found, oldest first."""

    at: datetime
    losses: list[Loss]


class Revocations:
    """What this node has done about the losses since its last successful look."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._looked_at: datetime | None = None
        self._handled: frozenset[int | UUID] = frozenset()
        self._known: frozenset[Connection] = frozenset()

    async def poll(self) -> None:
        """Look once. Raises `Unavailable` where Postgres is away; the next look then goes back as far as this one.

        A socket that has come since the last look may have signed in before a loss that was handled meanwhile.
        """
        look = await self._node.lanes.upkeep(functools.partial(losses_since, self._looked_at))
        everybody = frozenset(self._node.connections)
        newcomers = everybody - self._known
        if self._looked_at is None:
            # Whatever they lost before this node could look for the first time.
            for connection in everybody:
                await self._look_again(connection)
        for loss in look.losses:
            if loss.id not in self._handled:
                await self._node.lanes.upkeep(functools.partial(free_locks, loss))
                await self._end(loss, self._node.connections)
                self._handled |= {loss.id}
            else:
                await self._end(loss, newcomers)
        self._handled &= {loss.id for loss in look.losses}
        self._known, self._looked_at = everybody, look.at

    async def _end(self, loss: Loss, connections: Iterable[Connection]) -> None:
        for connection in [each for each in connections if loss.concerns(each)]:
            if loss.names(connection.caller.credential):
                await connection.close(CloseCode.NOT_SIGNED_IN)
            else:
                await self._look_again(connection)

    async def _look_again(self, connection: Connection) -> None:
        """Ask again who it is and what they may. A browser may have a new session since, and then is not concerned."""
        try:
            connection.caller, connection.rights = await self._node.lanes.upkeep(connection.read_rights)
        except NotAuthenticated:
            await connection.close(CloseCode.NOT_SIGNED_IN)
        except (NotFound, PermissionDenied):
            await connection.close(CloseCode.ACCESS_LOST)


def losses_since(last: datetime | None) -> Look:
    """What may have taken access away since the `last` look, with what may have become visible late."""
    now = _database_time()
    # A database that took over from another may have a clock that is behind.
    since = min(last or now, now) - WINDOW
    events = Event.objects.filter(action__in=actions.ENDS_ACCESS | _IN_A_PROJECT, at__gt=since).order_by("id")
    expired = PersonalAccessToken.objects.filter(expires_at__gt=since, expires_at__lte=now).order_by("expires_at")
    return Look(now, [*map(_loss, events), *(_expiry(token, now) for token in expired)])


def _database_time() -> datetime:
    with database.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        row: tuple[datetime] = cursor.fetchone()
        return row[0]


def free_locks(loss: Loss) -> None:
    """End the leases that the loss leaves without a right, wherever their sessions are; their texts stay kept."""
    if loss.user_id is None:
        return
    # A later lease was taken with what its user had then.
    held = Lease.objects.open().filter(user_id=loss.user_id, started_at__lte=loss.at)
    if loss.project_id is not None:
        held = held.filter(project_id=loss.project_id)
    for project_id, credential in set(held.values_list("project_id", "session__credential")):
        if loss.ends(credential or "") or not _may_hold(loss.user_id, project_id):
            revoke_locks(caller=foundry_caller(), project_id=project_id, user_id=loss.user_id, credential=credential)


def _may_hold(user_id: UUID, project_id: UUID) -> bool:
    role = Member.objects.filter(project_id=project_id, user_id=user_id).values_list("role", flat=True).first()
    return may("lock.acquire", role=Role(role) if role else None)


def _loss(event: Event) -> Loss:
    data = event.data
    user_id = {"user": event.target_id, "member": event.target_id, "token": data.get("user")}.get(event.target_type)
    return Loss(
        id=event.pk,
        at=event.at,
        action=event.action,
        project_id=None if event.chain == SITE_CHAIN else UUID(event.chain),
        user_id=UUID(user_id) if user_id else None,
        target_id=event.target_id,
        data=data,
    )


def _expiry(token: PersonalAccessToken, now: datetime) -> Loss:
    return Loss(
        id=token.id,
        at=now,
        action=TOKEN_EXPIRED,
        project_id=None,
        user_id=token.user_id,
        target_id=str(token.id),
        data={},
    )
