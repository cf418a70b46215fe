"""The frame of every write to a project: lock the row, answer a repeat, authorise, then let the service write."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.callers import Caller, foundry_caller
from audit.event_types import InboxLine
from audit.models import Event
from audit.services import Target, answered, record, request_hash
from kernel.errors import NotAuthenticated, NotFound
from kernel.statements import Rows, Statement
from kernel.transactions import write_transaction
from notifications.services import notify
from projects.access import effective_role
from projects.models import Member, Project, Role, Status
from projects.permissions import authorise, permission
from projects.project_context import ProjectContext, lock_project_context

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class ProjectWrite:
    """One write under way: the locked project, the caller's role in it, and what to do after the commit."""

    caller: Caller
    project: Project
    role: Role | None = None
    request: str | None = None
    repeat_of: Event | None = None
    extra_rows: list[tuple[Any, ...]] = field(default_factory=list)
    further_rows: list[Rows] = field(default_factory=list)
    _afterwards: list[Callable[[], object]] = field(default_factory=list)

    def record(
        self,
        action: str,
        target: Target,
        data: Mapping[str, Any] | None = None,
        *,
        reason: str | None = None,
        with_statements: Sequence[Statement] = (),
        followed_by: Sequence[Statement] = (),
    ) -> Event:
        """Append an event of the caller to the project's chain; the write's first one carries its `client_ref`.

        `with_statements` are sent to Postgres with the event, `followed_by` behind it (`audit.services.record`). A
        repeat was not authorised for its action, so it records nothing.
        """
        if self.repeat_of is not None:
            raise RuntimeError(f"A repeat of {self.repeat_of.action} must not write {action}.")
        request, self.request = self.request, None
        return record(
            caller=self.caller,
            action=action,
            target=target,
            data=data,
            project_id=self.project.id,
            reason=reason,
            request=request,
            with_statements=with_statements,
            followed_by=followed_by,
        )

    def record_consequence(
        self,
        action: str,
        target: Target,
        data: Mapping[str, Any],
        *,
        via: str = "job",
        with_statements: Sequence[Statement] = (),
        followed_by: Sequence[Statement] = (),
    ) -> Event:
        """Append an event that is a consequence, such as an expiry that this write found: its actor is Foundry."""
        return record(
            caller=foundry_caller(via),
            action=action,
            target=target,
            data=data,
            project_id=self.project.id,
            with_statements=with_statements,
            followed_by=followed_by,
        )

    def notify(self, line: InboxLine, people: Iterable[UUID], facts: Mapping[str, Any], seq: int) -> None:
        """Put an event of this write into people's inboxes: of those who are members, and not the caller."""
        wanted = {person for person in people if person != self.caller.user.id}
        if not wanted:
            return
        members = Member.objects.filter(project=self.project, user__in=wanted, user__is_active=True)
        recipients = members.values_list("user_id", flat=True)
        notify(caller=self.caller, line=line, recipients=recipients, project_id=self.project.id, facts=facts, seq=seq)

    def afterwards(self, step: Callable[..., object], *args: object, **kwargs: object) -> None:
        """Run a step outside PostgreSQL after the commit, before the events are published.

        A step that fails is only logged: a committed write never turns into an error.
        """
        self._afterwards.append(functools.partial(step, *args, **kwargs))

    def look_for_repeat(self) -> None:
        """Set `repeat_of` if this request was answered before. Raises `ClientRefReused`."""
        if self.request is not None:
            self.repeat_of = answered(caller=self.caller, project_id=self.project.id, request=self.request)

    def run_afterwards(self) -> None:
        for step in self._afterwards:
            try:
                step()
            except Exception:
                logger.exception("A step after the commit of %s failed", self.project.id)


@contextmanager
def project_write(
    *,
    caller: Caller,
    project_id: UUID,
    action: str,
    parameters: Mapping[str, Any] | None = None,
    extra_query: Statement | None = None,
    further_queries: Sequence[Statement] = (),
) -> Iterator[ProjectWrite]:
    """Open the transaction of a write to a project.

    `action` is a row of the permission table; `parameters` (JSON values, no secrets) are what the caller's
    `client_ref` stands for. Where `repeat_of` is set the write was done before: return its answer, write nothing. Who
    has lost access gets `NotFound` before that; role and status may have changed with the write itself.
    `extra_query` is a SELECT that is answered together with the rest, in `extra_rows`; `further_queries` are more, in
    `further_rows`.
    """
    needed = permission(action)
    with _repeatable(
        caller, project_id, action, parameters, extra_query=extra_query, further_queries=further_queries
    ) as (write, context):
        project = context.project
        write.role = effective_role(user=caller.user, member_role=context.member_role, is_private=project.is_private)
        if write.role is None:
            raise NotFound(_("Project not found."))
        write.look_for_repeat()
        if write.repeat_of is None:
            status = Status(project.status)
            authorise(action=needed.action, role=write.role, status=status, project_id=project_id)
        yield write


@contextmanager
def appointed_write(
    *,
    caller: Caller,
    project_id: UUID,
    action: str,
    parameters: Mapping[str, Any],
    check: Callable[[], object],
) -> Iterator[ProjectWrite]:
    """Open the transaction of a write whose permission comes from somewhere else than the project's members.

    `check` raises `NotFound` for whoever may not know of it; it runs under the project's row lock, before a repeat is
    answered. Everything else the service asks itself, unless `repeat_of` is set. `role` stays None.
    """
    with _repeatable(caller, project_id, action, parameters) as (write, _context):
        check()
        write.look_for_repeat()
        yield write


@contextmanager
def _repeatable(
    caller: Caller,
    project_id: UUID,
    action: str,
    parameters: Mapping[str, Any] | None,
    *,
    extra_query: Statement | None = None,
    further_queries: Sequence[Statement] = (),
) -> Iterator[tuple[ProjectWrite, ProjectContext]]:
    """The transaction of a write that knows its request, by an account that is open."""
    request = None
    if caller.client_ref is not None:
        request = request_hash(action, {"project": str(project_id), **(parameters or {})})
    with _transaction(caller, project_id, extra_query, further_queries) as (write, context):
        if not context.is_active:
            raise NotAuthenticated(_("This account is closed."))
        write.request = request
        yield write, context


@contextmanager
def upkeep_write(*, caller: Caller, project_id: UUID, extra_query: Statement | None = None) -> Iterator[ProjectWrite]:
    """Open the transaction of something that needs no permission: ending what has expired, or one's own locks.

    Never for anything that a person asks to be done to somebody else's record; the one exception is `succession`,
    whose permission is an administrator's and is asked for with the account.
    """
    with _transaction(caller, project_id, extra_query) as (write, _):
        yield write


@contextmanager
def _transaction(
    caller: Caller, project_id: UUID, extra_query: Statement | None, further_queries: Sequence[Statement] = ()
) -> Iterator[tuple[ProjectWrite, ProjectContext]]:
    with write_transaction():
        context = lock_project_context(
            project_id=project_id, user_id=caller.user.id, extra_query=extra_query, further_queries=further_queries
        )
        write = ProjectWrite(caller, context.project)
        write.extra_rows, write.further_rows = context.extra_rows, context.further_rows
        # Registered first, so that Redis is updated before the event is published.
        transaction.on_commit(write.run_afterwards, robust=True)
        yield write, context
