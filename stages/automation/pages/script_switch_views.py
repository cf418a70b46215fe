"""An owner reads a text of a script, ticks what it may reach, and switches it on; or switches it off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import DomainError
from projects.access import get_project
from stages.automation.executing.scripts import libraries_for
from stages.automation.pages.differences import difference_of
from stages.automation.pages.frame import automation_context
from stages.automation.pages.script_state import ScriptPage
from stages.automation.permissions import SWITCH_SCRIPT
from stages.automation.reading.grant_words import KINDS
from stages.automation.reading.script_texts import text_with_hash, texts_of
from stages.automation.services.scripts import switch_script
from workspace.decorators import PageRequest, page
from workspace.htmx_action import refusal_text


@page("GET", "HEAD", "POST")
def switch(request: PageRequest, project_id: UUID, script_id: UUID) -> HttpResponse:
    """GET `?whole=1`: the exact text, or its difference to the one that was on. POST `sha256, is_on, grant…`."""
    access = get_project(user=request.user, project_id=project_id, action=SWITCH_SCRIPT)
    context = automation_context(request, access, current=f"scripts/{script_id}")
    shown = ScriptPage(access, request.user, script_id)
    refusal: DomainError | None = None
    if request.method == "POST":
        is_on = request.POST.get("is_on") == "on"
        given: dict[str, Any] = {each: request.POST.get(each, "") for each in ("sha256", "reason")}
        try:
            caller = caller_from_request(request)
            grants = _grants(request.POST, shown) if is_on else None
            switch_script(
                caller=caller, project_id=project_id, script_id=script_id, is_on=is_on, grants=grants, **given
            )
            messages.success(request, _("This text is on.") if is_on else _("The script is off."))
            return redirect("automation:script", project_id, script_id)
        except DomainError as refused:
            refusal = refused
            # Another text than the one that was read: what is shown now was not ticked for.
            shown = ScriptPage(access, request.user, script_id)
    values = {**context, **_facts(request, shown), "problem": refusal_text(refusal) if refusal is not None else ""}
    status = refusal.status if refusal is not None else 200
    return render(request, "automation/scripts/switch.html", values, status=status)


def _grants(post: QueryDict, shown: ScriptPage) -> dict[str, list[str]]:
    """What was ticked, of what the script asks for."""
    wanted = {each.name for each in shown.wanted}
    grants: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for name in post.getlist("grant"):
        kind, _colon, value = name.partition(":")
        if name in wanted:
            grants[kind].append(value)
    return grants


def _facts(request: PageRequest, shown: ScriptPage) -> dict[str, Any]:
    switch = shown.switch
    was_on = None
    if switch is not None and switch.sha256 != shown.script.sha256:
        was_on = text_with_hash(texts_of(shown.project_id, shown.script), switch.sha256)
    is_whole = was_on is None or request.GET.get("whole") == "1"
    before = was_on.script.settings.capabilities.to_json() if was_on is not None else None
    wanted, had = shown.wanted, shown.granted.to_json()
    return {
        "shown": shown,
        "script": shown.script,
        "was_on": was_on,
        "is_whole": is_whole,
        "lines": shown.script.source.split("\n"),
        "difference": difference_of(was_on.script.source, shown.script.source) if was_on and not is_whole else None,
        "wishes": [
            (each, before is not None and each.value not in before[each.kind], each.value in had[each.kind])
            for each in wanted
        ],
        # The hash of a script of a module covers these texts too.
        "libraries": libraries_for(shown.project_id, shown.script),
        "reason": request.POST.get("reason", ""),
    }
