"""The executions of a script and its earlier texts, beside its editor; one text with what it changed."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import DomainError, NotFound
from projects.access import get_project
from stages.automation.pages.differences import difference_of
from stages.automation.pages.frame import automation_context
from stages.automation.pages.script_state import ScriptPage
from stages.automation.permissions import READ, SAVE_SCRIPT
from stages.automation.reading.executions import Wanted as WantedExecutions
from stages.automation.reading.executions import executions_of, latest_executions
from stages.automation.reading.script_texts import SavedText, texts_of
from stages.automation.services.scripts import change_script
from workspace.decorators import PageRequest, page

MAX_EXECUTIONS: Final = 30
MAX_TEXTS: Final = 100


@page("GET", "HEAD")
def executions(request: PageRequest, project_id: UUID, script_id: UUID) -> HttpResponse:
    """GET: the newest executions of a script, for the panel."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    shown = ScriptPage(access, request.user, script_id)
    context = {
        "shown": shown,
        "project_id": project_id,
        "rows": latest_executions(project_id, script=script_id, count=MAX_EXECUTIONS),
        "count": executions_of(project_id, WantedExecutions(script=script_id)).count(),
        "most": MAX_EXECUTIONS,
    }
    return render(request, "automation/scripts/executions.html", context)


@page("GET", "HEAD")
def texts(request: PageRequest, project_id: UUID, script_id: UUID) -> HttpResponse:
    """GET: the texts that a script has had, for the panel."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    shown = ScriptPage(access, request.user, script_id)
    found = texts_of(project_id, shown.script)
    context = {"shown": shown, "project_id": project_id, "texts": found[:MAX_TEXTS], "left_out": len(found) - MAX_TEXTS}
    return render(request, "automation/scripts/texts.html", context)


@page("GET", "HEAD", "POST")
def text(request: PageRequest, project_id: UUID, script_id: UUID, bundle_id: UUID) -> HttpResponse:
    """GET `?with=now`: a text with what it changed, or with what has changed since. POST: restore it."""
    action = SAVE_SCRIPT if request.method == "POST" else READ
    access = get_project(user=request.user, project_id=project_id, action=action)
    context = automation_context(request, access, current=f"scripts/{script_id}")
    shown = ScriptPage(access, request.user, script_id)
    found = texts_of(project_id, shown.script)
    at = next((at for at, each in enumerate(found) if each.id == str(bundle_id)), None)
    if at is None:
        raise NotFound(_("The script had no such text."))
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            _restore(request, shown, found[at])
            messages.success(request, _("Restored. The script is off until an owner switches this text on."))
            return redirect("automation:script", project_id, script_id)
        except DomainError as refused:
            refusal = refused
    with_now = request.GET.get("with") == "now"
    before = found[at] if with_now else found[at + 1] if at + 1 < len(found) else None
    after = found[0] if with_now else found[at]
    values: dict[str, Any] = {
        **context,
        "shown": shown,
        "script": shown.script,
        "saved": found[at],
        "with_now": with_now,
        "is_newest": at == 0,
        "is_text_of_now": found[at].script.source == shown.script.source,
        "difference": difference_of(before.script.source if before else "", after.script.source),
        "settings_before": before.script.settings.to_json() if before else {},
        "problem": refusal,
    }
    status = refusal.status if refusal is not None else 200
    return render(request, "automation/scripts/text.html", values, status=status)


def _restore(request: PageRequest, shown: ScriptPage, saved: SavedText) -> None:
    """The text alone: the settings stay as they are now."""
    change_script(
        caller=caller_from_request(request),
        project_id=shown.project_id,
        script_id=UUID(shown.script.id),
        source=saved.script.source,
        base_sha256=request.POST.get("base_sha256") or None,
    )
