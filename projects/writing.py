"""The frame of every write to a project: lock the row, answer a repeat, authorise, then let the service write.

One round trip each for the row lock and for what must be read after it. The role is read in a statement of its own,
after the lock is ours: a statement that waited for the row would still see the membership of before the wait.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import FilteredRelation, Q

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from audit.errors import NotAuthenticated, NotFound
from audit.models import Event
from audit.services import Target, answered, record, request_hash
from audit.transactions import write_transaction
from projects.access import effective_role
from projects.models import Project, Role, Status
from projects.permissions import authorise

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class ProjectWrite:
    """One write under way: the locked project, the caller's role in it, and what to do after the commit."""

    caller: Caller
    project: Project
    role: Role | None
    request: str | None
    repeat_of: Event | None
    _afterwards: list[Callable[[], object]] = field(default_factory=list)

    def record(
        self, action: str, target: Target, data: Mapping[str, Any] | None = None, *, reason: str | None = None
    ) -> Event:
        """Append an event of the caller to the project's chain; the write's first one carries its `client_ref`."""
        request, self.request = self.request, None
        return record(
            caller=self.caller,
            action=action,
            target=target,
            data=data,
            project_id=self.project.id,
            reason=reason,
            request=request,
        )

    def record_consequence(self, action: str, target: Target, data: Mapping[str, Any]) -> Event:
        """Append an event that nobody decided, such as an expiry that this write found: Foundry is its actor."""
        return record(caller=foundry_caller(), action=action, target=target, data=data, project_id=self.project.id)

    def afterwards(self, step: Callable[..., object], *args: object, **kwargs: object) -> None:
        """Do something outside Postgres once the write is committed, before its events are published.

        A step that fails is logged and forgotten: a committed write never turns into an error.
        """
        self._afterwards.append(functools.partial(step, *args, **kwargs))

    def run_afterwards(self) -> None:
        for step in self._afterwards:
            try:
                step()
            except Exception:
                logger.exception("A step after the commit of %s failed", self.project.id)


def lock_project(project_id: UUID) -> Project:
    """The project row, locked against other writers; inserts that only refer to it go on (FOR NO KEY UPDATE)."""
    project = Project.objects.select_for_update(no_key=True, of=("self",)).filter(pk=project_id).first()
    if project is None:
        raise NotFound("There is no such project.")
    return project


def _role_now(caller: Caller, project: Project) -> Role:
    """The caller's role as committed now. Raises `NotAuthenticated` for a closed account, `NotFound` for outsiders."""
    user = (
        User.objects.annotate(here=FilteredRelation("memberships", condition=Q(memberships__project=project.id)))
        .filter(pk=caller.user.id)
        .values_list("is_active", "here__role")
        .first()
    )
    if user is None or not user[0]:
        raise NotAuthenticated("This account is closed.")
    role = effective_role(user=caller.user, member_role=user[1], is_private=project.is_private)
    if role is None:
        raise NotFound("There is no such project.")
    return role


@contextmanager
def project_write(
    *, caller: Caller, project_id: UUID, action: str, parameters: Mapping[str, Any] | None = None
) -> Iterator[ProjectWrite]:
    """Open the transaction of a write to a project.

    `action` is a row of the permission table; `parameters` (JSON values, no secrets) are what the caller's
    `client_ref` stands for. Where `repeat_of` is set the write was done before: return its answer, write nothing.
    """
    request = request_hash(action, {"project": str(project_id), **(parameters or {})})
    with write_transaction():
        project = lock_project(project_id)
        role = _role_now(caller, project)
        repeat_of = answered(caller=caller, project_id=project_id, request=request)
        if repeat_of is None:
            authorise(action=action, role=role, status=Status(project.status))
        write = ProjectWrite(caller=caller, project=project, role=role, request=request, repeat_of=repeat_of)
        # Registered first, so that Redis is put right before anybody hears of the event.
        transaction.on_commit(write.run_afterwards, robust=True)
        yield write


@contextmanager
def upkeep_write(*, caller: Caller, project_id: UUID) -> Iterator[ProjectWrite]:
    """Open the transaction of something that needs no permission: ending what has expired, or one's own locks.

    Never for anything that a person asks to be done to somebody else's record.
    """
    with write_transaction():
        project = lock_project(project_id)
        write = ProjectWrite(caller=caller, project=project, role=None, request=None, repeat_of=None)
        transaction.on_commit(write.run_afterwards, robust=True)
        yield write
