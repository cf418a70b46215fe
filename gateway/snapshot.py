"""The first frame of every socket: the whole state at one `seq`, read in one REPEATABLE READ transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from audit.models import Event, project_chain
from locking.models import Lease
from locking.sessions import OpenedSession
from projects.access import Access, get_project
from projects.models import Project


@dataclass(frozen=True, slots=True)
class ProjectState:
    """A project at one `seq`: everything in it is true together."""

    seq: int
    access: Access
    locks: list[dict[str, Any]]


def read_state(*, user: User, project_id: UUID) -> ProjectState:
    """Read a project as its newest event left it. Raises `NotFound`."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        access = get_project(user=user, project_id=project_id)
        leases = Lease.objects.open().of_project(project_id).select_related("user").order_by("token")
        return ProjectState(
            seq=Event.objects.newest_seq(project_chain(project_id)),
            access=access,
            locks=[_lock(lease) for lease in leases],
        )


def snapshot_of(
    state: ProjectState, *, session: OpenedSession, present: Sequence[Any], after: int | None
) -> dict[str, Any]:
    """The parameters of the `snapshot` notification.

    `reset` is true for a client whose `after` this chain has not reached: what it knows is of another history.
    """
    draft = state.access.project.current_draft
    return {
        "seq": state.seq,
        "session_id": session.session_id,
        "resume_secret": session.resume_secret,
        "lock_ttl": settings.FOUNDRY_LOCK_TTL,
        "role": state.access.role.value,
        "project": _project(state.access.project),
        "current_version": draft.version_number if draft else 0,
        "locks": state.locks,
        "present": present,
        "reset": after is not None and not 0 <= after <= state.seq,
    }


def _project(project: Project) -> dict[str, Any]:
    return {
        "id": project.id,
        "name": project.name,
        "description": project.description,
        "is_private": project.is_private,
        "status": project.status,
    }


def _lock(lease: Lease) -> dict[str, Any]:
    return {
        "field": lease.field,
        "holder": lease.user.person(),
        "session_id": lease.session_id,
        "since": lease.started_at,
    }
