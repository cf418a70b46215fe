"""The page of a script with its editor, also under a dialog of its own."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from projects.access import Access
from stages.automation.pages.frame import automation_context
from stages.automation.pages.script_settings_form import settings_choices
from stages.automation.pages.script_state import ScriptPage
from stages.automation.reading.executions import latest_executions
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest

LUA: Final = "Lua 5.4"


def script_page(
    request: PageRequest,
    access: Access,
    script_id: UUID,
    *,
    dialog: str = "",
    title: str = "",
    status: int = 200,
    **facts: Any,
) -> HttpResponse:
    """The page of a script; `dialog` is the template of what is over it, with an element of the id `title`."""
    reader = Reader(access.project.id)
    # Before the script is read: whatever happens meanwhile, the page gets its event.
    context = automation_context(request, access, current=f"scripts/{script_id}", reader=reader)
    shown = facts.pop("shown", None) or ScriptPage(access, request.user, script_id, reader)
    values: dict[str, Any] = {
        **context,
        **settings_choices(shown),
        "shown": shown,
        "script": shown.script,
        "last_executions": latest_executions(access.project.id, script=script_id),
        "lua_version": LUA,
        "editor": editor_data(shown, request.GET.get("line", "")),
        **facts,
    }
    if dialog:
        values |= {"dialog_part": dialog, "dialog_title": title, "back": page_address(shown)}
    return render(request, "automation/scripts/script.html", values, status=status)


def page_address(shown: ScriptPage) -> str:
    return reverse("automation:script", args=[shown.project_id, shown.script.id])


def editor_data(shown: ScriptPage, line: str = "") -> dict[str, Any]:
    """What the script of the editor begins with."""
    script, given = shown.script, [shown.project_id, shown.script.id]
    return {
        "id": script.id,
        "label": script.label,
        "source": script.source,
        "sha256": script.sha256,
        "saved_at": shown.saved.at.isoformat() if shown.saved else None,
        "may_edit": shown.may_edit,
        "may_run": shown.may_run,
        "line": int(line) if line.isdecimal() and len(line) < 7 else None,
        "urls": {
            "save": reverse("automation:save_script", args=given),
            "check": reverse("automation:check_script", args=given[:1]),
            "run": reverse("automation:run_script", args=given),
        },
    }
