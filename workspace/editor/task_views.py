"""The checklist beside the editor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from accounts.models import User
from drafts.tasks import services
from drafts.tasks.models import Task
from kernel.errors import NotFound, ValidationFailed
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from workspace.decorators import PageRequest, page
from workspace.htmx_action import done, htmx_action
from workspace.panels import active_members

CHANGED = "tasks-changed"
MAX_TASKS = 500


@page("GET", "HEAD", "POST")
def tasks(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the list, what is open first. POST: a new task."""
    if request.method == "POST":
        return _create(request, project_id)
    access = get_project(user=request.user, project_id=project_id)
    members = active_members(access.project) if may_change(access) else []
    context = {"project_id": project_id, **panel_of(access, members)}
    return render(request, "workspace/parts/tasks/panel.html", context)


def panel_of(access: Access, members: Sequence[User]) -> dict[str, Any]:
    """What the panel of tasks shows; `members` may be given a task."""
    found = list(Task.objects.of_project(access.project.id).by_urgency().with_people()[:MAX_TASKS])
    return {
        "tasks": found,
        "tasks_open": sum(not task.is_done for task in found),
        "tasks_done": sum(task.is_done for task in found),
        "may_change_tasks": may_change(access),
        "assignees": members,
    }


def may_change(access: Access) -> bool:
    """Whether the reader may change tasks now."""
    return allowed("task.write", role=access.role, status=Status(access.project.status))


@htmx_action
def _create(request: PageRequest, project_id: UUID) -> HttpResponse:
    task = services.create_task(
        caller=caller_from_request(request),
        project_id=project_id,
        text=request.POST.get("text", ""),
        assignee_id=_person(request) if "assignee" in request.POST else None,
        due_on=_day(request),
    )
    return _done(request, project_id, task)


@page("POST")
@htmx_action
def change(request: PageRequest, project_id: UUID, task_id: UUID) -> HttpResponse:
    """`text`, `assignee` (empty: nobody), `due_on` (empty: none), `done` (yes or no): change what is sent."""
    if services.visible_task(user=request.user, task_id=task_id).project_id != project_id:
        raise NotFound(_("Task not found."))
    given: dict[str, Any] = {}
    if "text" in request.POST:
        given["text"] = request.POST["text"]
    if "assignee" in request.POST:
        given["assignee_id"] = _person(request)
    if "due_on" in request.POST:
        given["due_on"] = _day(request)
    if "done" in request.POST:
        given["done"] = request.POST["done"] == "yes"
    return _done(
        request, project_id, services.change_task(caller=caller_from_request(request), task_id=task_id, **given)
    )


def _person(request: PageRequest) -> UUID | None:
    text = request.POST.get("assignee", "")
    try:
        return UUID(text) if text else None
    except ValueError:
        raise ValidationFailed({"assignee_id": [_("Must be a member of the project.")]}) from None


def _day(request: PageRequest) -> date | None:
    text = request.POST.get("due_on", "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValidationFailed({"due_on": [_("Give a date, such as 2026-11-20.")]}) from None


def _done(request: PageRequest, project_id: UUID, task: Task) -> HttpResponse:
    otherwise = reverse("workspace:workspace", args=[project_id]) + "?panel=tasks"
    return done(request, event=CHANGED, facts={"task": str(task.id)}, otherwise=otherwise)
