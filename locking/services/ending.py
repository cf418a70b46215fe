"""Ending many leases at once: a session that closes, a person whose access is taken away, a project that closes."""

from __future__ import annotations

from uuid import UUID

from accounts.callers import Caller
from locking.leases import end_lease
from locking.models import EndReason, Lease
from projects.writing import ProjectWrite, upkeep_write


def release_session_locks(
    *, caller: Caller, project_id: UUID, session_id: UUID, connection: int, why: EndReason
) -> int:
    """End every open lease of a session while that is its current connection; return how many there were."""
    return _end_all(caller, project_id, why, session_id=session_id, session__connection=connection)


def revoke_locks(*, caller: Caller, project_id: UUID, user_id: UUID, credential: str | None = None) -> int:
    """Free what a person holds in a project because their access, or one credential of theirs, was taken away."""
    of_credential = {} if credential is None else {"session__credential": credential}
    return _end_all(caller, project_id, EndReason.REVOKED, user_id=user_id, **of_credential)


def freeze_locks(write: ProjectWrite) -> None:
    """End every open lease of a project that is closing; unsaved texts stay kept for their writers."""
    for lease in Lease.objects.open().filter(project=write.project).select_related("user").order_by("token"):
        end_lease(write, lease, EndReason.FROZEN)


def _end_all(caller: Caller, project_id: UUID, why: EndReason, **of: object) -> int:
    leases = Lease.objects.open().filter(project_id=project_id, **of)
    if not leases.exists():
        return 0
    with upkeep_write(caller=caller, project_id=project_id) as write:
        held = list(leases.select_related("user").order_by("token"))
        for lease in held:
            end_lease(write, lease, why)
        return len(held)
