"""The pages of scripts: a new one, and one with its text."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import DomainError
from projects.access import get_project
from stages.automation.pages.frame import automation_context
from stages.automation.permissions import READ, SAVE_SCRIPT
from stages.automation.reading.scripts import scripts_of, states_of
from stages.automation.services.scripts import find_script, save_script
from workspace.decorators import PageRequest, page

START = """\
-- What this script does, in one sentence. It writes nothing itself: what it stages becomes a proposal.
log("Hello from " .. context.script)
"""


@page("GET", "HEAD")
def scripts(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the first script, or what scripts are for."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    found = scripts_of(project_id)
    if found:
        return redirect("automation:script", project_id, found[0].script.id)
    return render(request, "automation/scripts/none.html", automation_context(request, access, current="scripts"))


@page("GET", "HEAD", "POST")
def new_script(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: what a new script asks. POST `name, title, source`: save it."""
    access = get_project(user=request.user, project_id=project_id, action=SAVE_SCRIPT)
    context = automation_context(request, access, current="scripts/new")
    if request.method != "POST":
        return render(request, "automation/scripts/new.html", {**context, "source": START})
    given: dict[str, Any] = {each: request.POST.get(each, "") for each in ("name", "title", "source")}
    try:
        saved = save_script(caller=caller_from_request(request), project_id=project_id, **given)
    except DomainError as refusal:
        shown = {**context, **given, "problem": refusal}
        return render(request, "automation/scripts/new.html", shown, status=refusal.status)
    messages.success(request, _("Saved. The script is off until an owner switches it on."))
    return redirect("automation:script", project_id, saved.script_id)


@page("GET", "HEAD")
def script(request: PageRequest, project_id: UUID, script_id: UUID) -> HttpResponse:
    """GET: a script with its text."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    (state,) = states_of(project_id, [find_script(project_id, script_id)])
    context = automation_context(request, access, current=f"scripts/{script_id}")
    return render(request, "automation/scripts/script.html", {**context, "state": state, "script": state.script})
