"""The settings of a script, changed beside its text."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.callers import caller_from_request
from kernel.errors import DomainError, ValidationFailed
from projects.access import get_project
from stages.automation.pages.script_settings_form import changed_settings, settings_choices
from stages.automation.pages.script_state import ScriptPage
from stages.automation.permissions import READ, SAVE_SCRIPT
from stages.automation.reading.executions import latest_executions
from stages.automation.services.scripts import change_script
from workspace.decorators import PageRequest, is_htmx, page


@page("GET", "HEAD", "POST")
def settings(request: PageRequest, project_id: UUID, script_id: UUID) -> HttpResponse:
    """GET: the settings beside a script. POST `act`, its members, and `base`, the hash of the settings that the form
    was about: change them; the same again.
    """
    action = SAVE_SCRIPT if request.method == "POST" else READ
    access = get_project(user=request.user, project_id=project_id, action=action)
    shown = ScriptPage(access, request.user, script_id)
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            wanted = changed_settings(shown.script.settings, shown.reader.schema, request.POST)
            caller = caller_from_request(request)
            base = request.POST.get("base")
            change_script(
                caller=caller, project_id=project_id, script_id=script_id, settings=wanted, base_settings=base
            )
        except DomainError as refused:
            refusal = refused
        # Where somebody else was faster, what they have made of it.
        shown = ScriptPage(access, request.user, script_id)
    if not is_htmx(request) and refusal is None:
        return redirect("automation:script", project_id, script_id)
    return _part(request, shown, refusal)


def _part(request: PageRequest, shown: ScriptPage, refusal: DomainError | None) -> HttpResponse:
    errors = refusal.errors if isinstance(refusal, ValidationFailed) else {}
    typed: Any = request.POST if refusal is not None else {}
    context = {
        **settings_choices(shown, typed, [str(words) for each in errors.values() for words in each]),
        "shown": shown,
        "script": shown.script,
        "project_id": shown.project_id,
        "last_executions": latest_executions(shown.project_id, script=shown.script.id),
        "problem": refusal,
        "typed": typed,
    }
    status = refusal.status if refusal is not None else 200
    return render(request, "automation/scripts/settings.html", context, status=status)
