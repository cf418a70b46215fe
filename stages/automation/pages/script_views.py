"""The pages of scripts: a new one, one in its editor, and what its editor asks the server."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import Conflict, DomainError, ValidationFailed
from projects.access import get_project
from stages.automation.api.scripts import checked_body
from stages.automation.pages.frame import automation_context
from stages.automation.pages.script_frame import script_page
from stages.automation.pages.script_start import start_of
from stages.automation.pages.script_state import ScriptPage
from stages.automation.pages.uploads import uploaded_text
from stages.automation.permissions import READ, SAVE_SCRIPT
from stages.automation.reading.scripts import scripts_of
from stages.automation.services.script_checks import check_source
from stages.automation.services.scripts import change_script, find_script, save_script
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest, page
from workspace.htmx_action import refusal_text

MAX_SOURCE: Final = 64 << 10


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
    """GET `?copy=`: what a new script asks. POST `name, title, source` or a file `file`: save it."""
    access = get_project(user=request.user, project_id=project_id, action=SAVE_SCRIPT)
    context = automation_context(request, access, current="scripts/new")
    if request.method != "POST":
        return render(request, "automation/scripts/new.html", {**context, **_beginning(request, project_id)})
    given: dict[str, Any] = {each: request.POST.get(each, "") for each in ("name", "title", "source")}
    given["source"] = given["source"].replace("\r\n", "\n")
    try:
        if (upload := request.FILES.get("file")) is not None:
            given["source"] = uploaded_text(upload, maximum=MAX_SOURCE, name="file")
        copied = _copied(request.POST.get("copy", ""), project_id)
        settings = copied.settings.to_json() if copied is not None else start_of(Reader(project_id).schema).settings
        caller = caller_from_request(request)
        saved = save_script(caller=caller, project_id=project_id, settings=settings, base_sha256="", **given)
    except DomainError as refusal:
        errors = refusal.errors if isinstance(refusal, ValidationFailed) else {}
        shown = {**context, **given, "copy": request.POST.get("copy", ""), "problem": refusal, "errors": errors}
        return render(request, "automation/scripts/new.html", shown, status=refusal.status)
    messages.success(request, _("Saved. The script is off until an owner switches it on."))
    return redirect("automation:script", project_id, saved.script_id)


@page("GET", "HEAD")
def script(request: PageRequest, project_id: UUID, script_id: UUID) -> HttpResponse:
    """GET `?line=`: a script in its editor, at a line."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    return script_page(request, access, script_id)


@page("POST")
def check(request: PageRequest, project_id: UUID) -> HttpResponse:
    """POST `source`: what is wrong with a text as Lua."""
    get_project(user=request.user, project_id=project_id, action=SAVE_SCRIPT)
    try:
        return JsonResponse(checked_body(check_source(request.POST.get("source", ""))))
    except DomainError as refusal:
        return _refused(refusal)


@page("GET", "HEAD", "POST")
def save(request: PageRequest, project_id: UUID, script_id: UUID) -> HttpResponse:
    """GET: the text that is saved. POST `source, base_sha256`: save another; a refusal has what was saved meanwhile."""
    action = SAVE_SCRIPT if request.method == "POST" else READ
    access = get_project(user=request.user, project_id=project_id, action=action)
    if request.method != "POST":
        return JsonResponse(_newest(ScriptPage(access, request.user, script_id)))
    source, base = request.POST.get("source", ""), request.POST.get("base_sha256", "")
    given: dict[str, Any] = {"project_id": project_id, "script_id": script_id, "source": source, "base_sha256": base}
    try:
        change_script(caller=caller_from_request(request), **given)
    except Conflict as refusal:
        return _refused(refusal, **_newest(ScriptPage(access, request.user, script_id)))
    except DomainError as refusal:
        return _refused(refusal)
    return JsonResponse(_newest(ScriptPage(access, request.user, script_id)))


def _newest(shown: ScriptPage) -> dict[str, Any]:
    """The text that is saved now, and by whom."""
    saved = shown.saved
    return {
        "source": shown.script.source,
        "sha256": shown.script.sha256,
        "saved_at": saved.at.isoformat() if saved else None,
        "saved_by": saved.actor.name if saved else "",
        "is_on": shown.is_on,
    }


def _refused(refusal: DomainError, **facts: Any) -> HttpResponse:
    body = {"code": refusal.code, "detail": refusal_text(refusal), **facts}
    return JsonResponse(body, status=refusal.status)


def _beginning(request: PageRequest, project_id: UUID) -> dict[str, Any]:
    """What the form of a new script begins with: an example, or another script that is copied."""
    copied = _copied(request.GET.get("copy", ""), project_id)
    if copied is None:
        return {"source": start_of(Reader(project_id).schema).source}
    name = _("{name}-copy").format(name=copied.name.rpartition("/")[2])
    return {"copy": copied.id, "name": name, "title": copied.title, "source": copied.source}


def _copied(script_id: str, project_id: UUID) -> Any:
    try:
        return find_script(project_id, UUID(script_id)) if script_id else None
    except ValueError:
        return None
