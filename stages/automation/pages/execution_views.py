"""The pages of executions: all of a project, one of them, and what is done with its changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import Caller, caller_from_request
from kernel.errors import DomainError, NotFound, ValidationFailed
from projects.access import Access, get_project
from stages.automation.models import Execution
from stages.automation.pages.execution_changes import left_out
from stages.automation.pages.execution_page import page_of
from stages.automation.pages.frame import automation_context
from stages.automation.permissions import READ
from stages.automation.reading.executions import (
    Wanted,
    causes,
    executions_of,
    people_who_ran,
    read_wanted,
    scripts_that_ran,
    shown_executions,
    states,
)
from stages.automation.reading.scripts import log_of
from stages.automation.services.committing import (
    commit_execution,
    discard_execution,
    proposal_of,
    share_execution,
)
from stages.automation.services.executions import stop_execution
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest, page
from workspace.htmx_action import refusal_text

PAGE: Final = 50


@page("GET", "HEAD")
def executions(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?script=&state=&person=&cause=&after=`: the executions of the project, newest first."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    context = automation_context(request, access, current="executions")
    wanted, problem = _wanted(request)
    found = list(_after(request, executions_of(project_id, wanted)).select_related("person")[: PAGE + 1])
    query = request.GET.copy()
    if len(found) > PAGE:
        query["after"] = str(found[PAGE - 1].id)
    values = {
        "rows": shown_executions(found[:PAGE]),
        "next": f"?{query.urlencode()}" if len(found) > PAGE else "",
        "filters": {name: str(getattr(wanted, name) or "") for name in ("script", "state", "person", "cause")},
        "is_filtered": wanted != Wanted(),
        "scripts": [(str(script), name) for script, name in scripts_that_ran(project_id)],
        "people": [(str(each.id), each.display_name) for each in people_who_ran(project_id)],
        "states": states(),
        "causes": causes(),
    }
    return render(request, "automation/executions/list.html", {**context, **values}, status=400 if problem else 200)


@page("GET", "HEAD")
def execution(request: PageRequest, project_id: UUID, execution_id: UUID) -> HttpResponse:
    """GET: one execution, with what it proposes to the reader."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    return _show(request, access, find_execution(project_id, execution_id))


@page("POST")
def stop(request: PageRequest, project_id: UUID, execution_id: UUID) -> HttpResponse:
    """POST: stop it."""

    def act(caller: Caller) -> str:
        stop_execution(caller=caller, execution_id=execution_id)
        return _("Stopped. Nothing was proposed.")

    return _act(request, project_id, execution_id, act)


@page("POST")
def commit(request: PageRequest, project_id: UUID, execution_id: UUID) -> HttpResponse:
    """POST `pick` for each change, `is_all`: commit those that are picked."""

    def act(caller: Caller) -> str:
        is_all = request.POST.get("is_all") == "on"
        without = () if is_all else left_out(proposal_of(caller, execution_id), set(request.POST.getlist("pick")))
        proposal = commit_execution(caller=caller, execution_id=execution_id, without=without)
        return _("Committed as {proposal}.").format(proposal=proposal)

    return _act(request, project_id, execution_id, act)


@page("POST")
def discard(request: PageRequest, project_id: UUID, execution_id: UUID) -> HttpResponse:
    """POST: delete what it has proposed to the caller."""

    def act(caller: Caller) -> str:
        discard_execution(caller=caller, execution_id=execution_id)
        return _("Discarded. Nothing was changed.")

    return _act(request, project_id, execution_id, act)


@page("POST")
def share(request: PageRequest, project_id: UUID, execution_id: UUID) -> HttpResponse:
    """POST: open what it has proposed, for others to review."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    found = find_execution(project_id, execution_id)
    try:
        proposal = share_execution(caller=caller_from_request(request), execution_id=execution_id)
    except DomainError as refusal:
        return _show(request, access, found, problem=refusal)
    return redirect("workspace:proposal", project_id, proposal.number)


@page("GET", "HEAD")
def whole_log(request: PageRequest, project_id: UUID, execution_id: UUID) -> HttpResponse:
    """GET: the whole log of an execution that has ended, as text."""
    get_project(user=request.user, project_id=project_id, action=READ)
    log = log_of(find_execution(project_id, execution_id))
    written = [f"{each.get('at', 0):.3f}\t{each['level']}\t{each['text']}" for each in log.lines]
    if log.is_cut:
        written.append(_("The log was cut here: it had more than 64 KiB."))
    answer = HttpResponse("\n".join([*written, ""]), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{execution_id}.log"'
    return answer


def find_execution(project_id: UUID, execution_id: UUID) -> Execution:
    """An execution of a project. Raises `NotFound`."""
    found = Execution.objects.select_related("person").filter(project=project_id, pk=execution_id).first()
    if found is None:
        raise NotFound(_("There is no such execution."))
    return found


def _act(request: PageRequest, project_id: UUID, execution_id: UUID, act: Callable[[Caller], str]) -> HttpResponse:
    """Do it, and show the execution again; a refusal is shown on its page."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    found = find_execution(project_id, execution_id)
    try:
        messages.success(request, act(caller_from_request(request)))
    except DomainError as refusal:
        return _show(request, access, found, problem=refusal)
    return redirect("automation:execution", project_id, execution_id)


def _show(
    request: PageRequest, access: Access, found: Execution, *, problem: DomainError | None = None
) -> HttpResponse:
    reader = Reader(access.project.id)
    context = automation_context(request, access, current=f"executions/{found.id}", reader=reader)
    values: dict[str, Any] = {
        **page_of(found, access, user=request.user, reader=reader),
        "problem": refusal_text(problem) if problem is not None else "",
        "here": reverse("automation:execution", args=[access.project.id, found.id]),
    }
    status = problem.status if problem is not None else 200
    return render(request, "automation/executions/execution.html", {**context, **values}, status=status)


def _wanted(request: PageRequest) -> tuple[Wanted, bool]:
    """What the filters ask for; everything, where they are wrong."""
    try:
        return read_wanted({name: str(value) for name, value in request.GET.items()}), False
    except ValidationFailed:
        return Wanted(), True


def _after(request: PageRequest, found: QuerySet[Execution]) -> QuerySet[Execution]:
    try:
        after = UUID(request.GET["after"]) if request.GET.get("after") else None
    except ValueError:
        return found
    return found.filter(pk__lt=after) if after is not None else found
