"""Dialogs over the page of a script: asking owners, another title, deleting it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import DomainError
from projects.access import get_project
from stages.automation.pages.script_frame import script_page
from stages.automation.permissions import ASK_FOR_GRANTS, DELETE_SCRIPT, SAVE_SCRIPT
from stages.automation.services.script_acts import ask_for_grants, delete_script
from stages.automation.services.scripts import change_script
from workspace.decorators import PageRequest, page
from workspace.htmx_action import refusal_text


@page("GET", "HEAD", "POST")
def ask(request: PageRequest, project_id: UUID, script_id: UUID) -> HttpResponse:
    """GET: what is written to the owners. POST `sha256, message`: ask them to switch this text on."""
    access = get_project(user=request.user, project_id=project_id, action=ASK_FOR_GRANTS)
    facts: dict[str, Any] = {"dialog": "automation/scripts/ask.html", "title": "ask-title"}
    if request.method != "POST":
        return script_page(request, access, script_id, **facts)
    given: dict[str, Any] = {each: request.POST.get(each, "") for each in ("sha256", "message")}
    try:
        asked = ask_for_grants(caller=caller_from_request(request), project_id=project_id, script_id=script_id, **given)
    except DomainError as refusal:
        facts |= {"refused": [refusal_text(refusal)], "message": given["message"], "status": refusal.status}
        return script_page(request, access, script_id, **facts)
    messages.success(request, _("Asked {names}.").format(names=", ".join(asked)))
    return redirect("automation:script", project_id, script_id)


@page("GET", "HEAD", "POST")
def title(request: PageRequest, project_id: UUID, script_id: UUID) -> HttpResponse:
    """GET: ask for another title. POST `script_title`: give it; the name stays, by which programs know the script."""
    access = get_project(user=request.user, project_id=project_id, action=SAVE_SCRIPT)
    facts: dict[str, Any] = {"dialog": "automation/scripts/title.html", "title": "title-title"}
    if request.method != "POST":
        return script_page(request, access, script_id, **facts)
    wanted = request.POST.get("script_title", "").strip()
    try:
        change_script(caller=caller_from_request(request), project_id=project_id, script_id=script_id, title=wanted)
    except DomainError as refusal:
        facts |= {"refused": [refusal_text(refusal)], "typed_title": wanted, "status": refusal.status}
        return script_page(request, access, script_id, **facts)
    return redirect("automation:script", project_id, script_id)


@page("GET", "HEAD", "POST")
def delete(request: PageRequest, project_id: UUID, script_id: UUID) -> HttpResponse:
    """GET: ask for the reason. POST `reason`: delete the script."""
    access = get_project(user=request.user, project_id=project_id, action=DELETE_SCRIPT)
    facts: dict[str, Any] = {"dialog": "automation/scripts/delete.html", "title": "delete-title"}
    if request.method != "POST":
        return script_page(request, access, script_id, **facts)
    reason = request.POST.get("reason", "")
    try:
        delete_script(caller=caller_from_request(request), project_id=project_id, script_id=script_id, reason=reason)
    except DomainError as refusal:
        facts |= {"refused": [refusal_text(refusal)], "reason": reason, "status": refusal.status}
        return script_page(request, access, script_id, **facts)
    messages.success(request, _("The script is deleted. What it did stays under Executions."))
    return redirect("automation:scripts", project_id)
