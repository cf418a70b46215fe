"""Taking access away from those who have it open: locks freed, sockets closed or downgraded, within 2 seconds.

Every node looks each second for the audit events that do so, 15 seconds back, since rows become visible in another
order than their times. A message lost in Redis can therefore keep nobody in. What is done here may be done twice, or by
two nodes at once: it only ends what has to end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db.models.functions import Now

from accounts import actions
from accounts.callers import foundry_caller
from audit.errors import NotAuthenticated, NotFound, PermissionDenied
from audit.models import SITE_CHAIN, Event
from gateway.close_codes import CloseCode
from locking.models import Lease
from locking.services import revoke_locks
from projects.models import Member, Role
from projects.permissions import may

if TYPE_CHECKING:
    from gateway.connection import Connection
    from gateway.node import Node

WINDOW: Final = timedelta(seconds=15)

_IN_A_PROJECT: Final = frozenset({"member.removed", "member.role_changed", "project.updated"})


@dataclass(frozen=True, slots=True)
class Loss:
    """An event that may take access away, and from whom: from everybody in the project where `user_id` is None."""

    id: int
    at: datetime
    action: str
    project_id: UUID | None
    user_id: UUID | None
    target_id: str
    data: dict[str, Any]

    def names(self, credential: str) -> bool:
        """Whether it ended just this credential, whose name never comes again."""
        if self.action == actions.TOKEN_REVOKED:
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


class Revocations:
    """What this node has done about the events of the last seconds."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._handled: frozenset[int] = frozenset()

    async def poll(self) -> None:
        """Look once. Raises `Unavailable` where Postgres is away; the next look then finds the same events."""
        losses = await self._node.lanes.upkeep(recent_losses)
        for loss in losses:
            if loss.id not in self._handled:
                await self._act(loss)
                self._handled |= {loss.id}
        self._handled &= {loss.id for loss in losses}

    async def _act(self, loss: Loss) -> None:
        await self._node.lanes.upkeep(lambda: free_locks(loss))
        for connection in [each for each in self._node.connections if loss.concerns(each)]:
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


def recent_losses() -> list[Loss]:
    """The events of the last seconds that may take access away, oldest first."""
    events = Event.objects.filter(action__in=actions.ENDS_ACCESS | _IN_A_PROJECT, at__gt=Now() - WINDOW)
    return [_loss(event) for event in events.order_by("id")]


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
