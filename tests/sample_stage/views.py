"""The pages of the sample stage."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import PermissionDenied
from kernel.site_permissions import may_on_site
from projects.access import get_project
from tests.sample_stage.models import Note
from tests.sample_stage.services import add_note
from workspace.decorators import PageRequest, page
from workspace.project_frame import frame_of

MAX_NOTES = 50


@page("GET", "HEAD", "POST")
def notes(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the newest notes of a project. POST `text`: one more."""
    if request.method == "POST":
        add_note(caller=caller_from_request(request), project_id=project_id, text=request.POST.get("text", ""))
        return redirect("sample_stage:notes", project_id=project_id)
    access = get_project(user=request.user, project_id=project_id)
    found = Note._default_manager.filter(project_id=project_id).order_by("-id")[:MAX_NOTES]
    context = {"frame": frame_of(access, user=request.user, tab="notes"), "notes": found}
    return render(request, "sample_stage/notes.html", context)


@page()
def count(request: PageRequest) -> HttpResponse:
    """How many notes the site holds, for auditors."""
    if not may_on_site("note.count", request.user):
        raise PermissionDenied(_("Only auditors see how many notes there are."))
    return render(request, "sample_stage/count.html", {"count": Note._default_manager.count()})
