"""Running a script by hand: the form of its arguments, over its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.callers import caller_from_request
from kernel.errors import DomainError, ValidationFailed
from projects.access import Access, get_project
from stages.automation.choices import Cause
from stages.automation.models import Execution
from stages.automation.pages.run_form import RunForm
from stages.automation.pages.script_frame import script_page
from stages.automation.pages.script_state import ScriptPage
from stages.automation.permissions import RUN_SCRIPT
from stages.automation.services.scripts import run_script
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest, page
from workspace.htmx_action import refusal_text

MAX_FILES: Final = 200


@page("GET", "HEAD", "POST")
def run(request: PageRequest, project_id: UUID, script_id: UUID) -> HttpResponse:
    """GET `?empty=1`: the arguments, as they were the last time. POST them: run the script, and show its execution."""
    access = get_project(user=request.user, project_id=project_id, action=RUN_SCRIPT)
    shown = ScriptPage(access, request.user, script_id, Reader(project_id))
    if request.method != "POST":
        last = None if "empty" in request.GET else _last_time(request, shown)
        form = RunForm.of_values(shown.args, last.args if last is not None else {})
        return _dialog(request, access, shown, form, last=last if shown.args else None)
    draft = access.project.current_draft
    form = RunForm.of_post(shown.args, request.POST, request.FILES, draft)
    if not form.is_valid:
        return _dialog(request, access, shown, form, status=400)
    caller = caller_from_request(request)
    try:
        started = run_script(caller=caller, project_id=project_id, script_id=script_id, args=form.values)
    except DomainError as refusal:
        return _dialog(request, access, shown, form, refused=_refused(form, refusal), status=refusal.status)
    return redirect("automation:execution", project_id, started.id)


def _refused(form: RunForm, refusal: DomainError) -> list[str]:
    """What is said of the whole; what an argument is to blame for is said there."""
    errors: Mapping[str, Any] = refusal.errors if isinstance(refusal, ValidationFailed) else {}
    left = [
        str(words[0]) for path, words in errors.items() if not form.refuse(path.removeprefix("args."), str(words[0]))
    ]
    return left if errors else [refusal_text(refusal)]


def _last_time(request: PageRequest, shown: ScriptPage) -> Execution | None:
    """The last time that this person ran the script by hand."""
    own = Execution.objects.filter(project=shown.project_id, script=UUID(shown.script.id), person=request.user)
    return own.filter(cause=Cause.MANUAL).order_by("-id").first()


def _dialog(request: PageRequest, access: Access, shown: ScriptPage, form: RunForm, **facts: Any) -> HttpResponse:
    draft = access.project.current_draft
    files = sorted(draft.files)[:MAX_FILES] if draft is not None else []
    given: dict[str, Any] = {"dialog": "automation/scripts/run.html", "title": "run-title", "shown": shown}
    return script_page(request, access, UUID(shown.script.id), **given, form=form, project_files=files, **facts)
