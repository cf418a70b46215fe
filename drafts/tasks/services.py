"""Everything that writes the checklist. Each is one write with its event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from accounts.models import Person, User
from audit.services import Target
from drafts.events import TASK_ASSIGNED
from drafts.fingerprints import fingerprint
from drafts.tasks.models import MAX_TEXT, Task
from kernel.errors import NotFound, ValidationFailed
from kernel.names import check_name
from projects.models import Member, Project
from projects.writing import ProjectWrite, project_write

# What people mean by a date; the ends of the calendar are typing errors.
YEARS: Final = range(2000, 2200)


def create_task(
    *,
    caller: Caller,
    project_id: UUID,
    text: str,
    assignee_id: UUID | None = None,
    due_on: date | None = None,
) -> Task:
    """Put something on a project's checklist, to be done by the end of `due_on`.

    Raises `ValidationFailed` for the text, for who is no member, and for a date out of the calendar's middle.
    """
    parameters = {"text": fingerprint(text), "assignee": str(assignee_id), **_asked_date(due_on)}
    with project_write(caller=caller, project_id=project_id, action="task.write", parameters=parameters) as write:
        if write.repeat_of is not None:
            return _repeated(write)
        task = Task(id=uuid7(), project=write.project, text=_check_text(text), created_by=caller.user)
        task.assignee = _member(write.project, assignee_id)
        task.due_on = _check_due(due_on)
        facts = {"text": task.text, "assignee": _person(task.assignee), "due_on": _written(task.due_on)}
        event = write.record("task.created", Target.of("task", task.id), {"task_id": str(task.id), **facts})
        task.created_at = event.at
        task.save(force_insert=True)
        _notify_assignee(write, task, event.seq)
    return task


def change_task(
    *,
    caller: Caller,
    task_id: UUID,
    text: str | None = None,
    assignee_id: UUID | UnsetType | None = UNSET,
    due_on: date | UnsetType | None = UNSET,
    done: bool | None = None,
) -> Task:
    """Change what is given of a task: text, assignee (None for nobody), due date (None for none), whether it is done.

    Done by the caller, now; what is done already stays as it was ticked. Where nothing differs, nothing is written.
    Raises `NotFound`, and `ValidationFailed` as `create_task`.
    """
    project_id = visible_task(user=caller.user, task_id=task_id).project_id
    asked = {
        "text": fingerprint(text),
        "assignee": "" if assignee_id is UNSET else str(assignee_id),
        "done": done,
    }
    parameters = {"task": str(task_id), **asked, **({} if due_on is UNSET else {"due_on": str(due_on)})}
    with project_write(caller=caller, project_id=project_id, action="task.write", parameters=parameters) as write:
        if write.repeat_of is not None:
            return _repeated(write)
        task = Task.objects.with_people().get(pk=task_id)
        before = _values(task)
        if text is not None:
            task.text = _check_text(text)
        if not isinstance(assignee_id, UnsetType) and assignee_id != task.assignee_id:
            task.assignee = _member(write.project, assignee_id)
        if not isinstance(due_on, UnsetType):
            task.due_on = _check_due(due_on)
        if done is not None and done != task.is_done:
            task.done_by = caller.user if done else None
        return _store(write, task, before)


def visible_task(*, user: User, task_id: UUID) -> Task:
    """A task whose project the user may see. Raises `NotFound`."""
    task = Task.objects.filter(pk=task_id, project__in=Project.objects.visible_to(user).values("pk")).first()
    if task is None:
        raise NotFound(_("Task not found."))
    return task


def _store(write: ProjectWrite, task: Task, before: Mapping[str, Any]) -> Task:
    """Write what differs: the event with the values before and after, then the row with the event's time."""
    after = _values(task)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        facts = {name: after[name] for name in changed}
        # Who reads the event alone still knows which task it was.
        identity = {"task_id": str(task.id), "text": task.text}
        data = {**identity, **facts, "before": {name: before[name] for name in changed}}
        event = write.record("task.changed", Target.of("task", task.id), data)
        if "done" in changed:
            task.done_at = event.at if task.done_by else None
        task.save(update_fields=["text", "assignee", "due_on", "done_at", "done_by"])
        if "assignee" in changed:
            _notify_assignee(write, task, event.seq)
    return task


def _notify_assignee(write: ProjectWrite, task: Task, seq: int) -> None:
    if task.assignee_id is not None:
        write.notify(TASK_ASSIGNED, [task.assignee_id], {"task_id": str(task.id), "text": task.text}, seq)


def _values(task: Task) -> dict[str, Any]:
    return {
        "text": task.text,
        "assignee": _person(task.assignee),
        "due_on": _written(task.due_on),
        "done": task.done_by is not None,
        "done_by": _person(task.done_by),
    }


def _asked_date(due_on: date | None) -> dict[str, str]:
    """The date as a part of a request; nothing without one, as the requests of programs were before."""
    return {"due_on": str(due_on)} if due_on else {}


def _check_due(due_on: date | None) -> date | None:
    if due_on is not None and due_on.year not in YEARS:
        raise ValidationFailed({"due_on": [_("Give a date, such as 2026-11-20.")]})
    return due_on


def _written(due_on: date | None) -> str | None:
    return due_on.isoformat() if due_on else None


def _check_text(text: object) -> str:
    return check_name(text, name="text", maximum=MAX_TEXT)


def _member(project: Project, user_id: UUID | None) -> User | None:
    """The assignee of a task: an active member of the project."""
    if user_id is None:
        return None
    member = (
        Member.objects.select_related("user").filter(project=project, user_id=user_id, user__is_active=True).first()
    )
    if member is None:
        raise ValidationFailed({"assignee_id": [_("Must be a member of the project.")]})
    return member.user


def _person(user: User | None) -> Person | None:
    return user.person() if user else None


def _repeated(write: ProjectWrite) -> Task:
    assert write.repeat_of is not None
    task = Task.objects.with_people().get(pk=write.repeat_of.target_id)
    task.repeated = True
    return task
