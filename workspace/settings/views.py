"""A project's settings: everybody who sees the project reads them, owners change them and put the project away."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import ProjectFrozen, ValidationFailed
from projects.access import Access, get_project
from projects.models import Project, Status
from projects.permissions import allowed, may
from projects.services import archive_project, update_project
from workspace.decorators import PageRequest, page
from workspace.project_frame import frame_of
from workspace.releases.views import live_data

PRIVATE: Final = "private"
INTERNAL: Final = "internal"


@page("GET", "HEAD", "POST")
def settings(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: what the project is called and who sees it. POST `name`, `description`, `access`: change what differs."""
    if request.method == "POST":
        return _change(request, project_id)
    access = get_project(user=request.user, project_id=project_id)
    return render(request, "workspace/settings.html", _context(request, access, _words_of(access.project)))


@page("GET", "HEAD", "POST")
def archive(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the settings with the dialog that says what archiving means. POST: put the project away."""
    if request.method == "POST":
        project = archive_project(caller=caller_from_request(request), project_id=project_id)
        messages.success(request, _("{name} is archived.").format(name=project.name))
        return redirect("workspace:settings", project_id=project_id)
    access = get_project(user=request.user, project_id=project_id, action="project.archive")
    context = {**_context(request, access, _words_of(access.project)), "archiving": True}
    return render(request, "workspace/settings.html", context)


def _change(request: PageRequest, project_id: UUID) -> HttpResponse:
    given = {name: request.POST.get(name, "") for name in ("name", "description", "access")}
    # What the form showed at first: a word that another owner changed meanwhile stays, unless it was typed here too.
    shown = {name: request.POST[f"shown_{name}"] for name in given if f"shown_{name}" in request.POST}
    wanted = {name: value for name, value in given.items() if value != shown.get(name)}
    try:
        _update(request, project_id, wanted)
    except (ValidationFailed, ProjectFrozen) as refusal:
        access = get_project(user=request.user, project_id=project_id)
        context = {**_context(request, access, given, shown), **_words_of_refusal(refusal)}
        return render(request, "workspace/settings.html", context, status=refusal.status)
    messages.success(request, _("Settings saved."))
    return redirect("workspace:settings", project_id=project_id)


def _update(request: PageRequest, project_id: UUID, wanted: dict[str, str]) -> Project:
    access = wanted.get("access")
    if access not in {None, PRIVATE, INTERNAL}:
        raise ValidationFailed({"access": [_("Choose who can see the project.")]})
    return update_project(
        caller=caller_from_request(request),
        project_id=project_id,
        name=wanted.get("name"),
        description=wanted.get("description"),
        is_private=None if access is None else access == PRIVATE,
    )


def _words_of(project: Project) -> dict[str, str]:
    """The settings as the form has them."""
    access = PRIVATE if project.is_private else INTERNAL
    return {"name": project.name, "description": project.description, "access": access}


def _words_of_refusal(refusal: ValidationFailed | ProjectFrozen) -> dict[str, Any]:
    return {"errors": refusal.errors} if isinstance(refusal, ValidationFailed) else {"refusal": refusal.detail}


def _context(
    request: PageRequest, access: Access, given: dict[str, str], shown: dict[str, str] | None = None
) -> dict[str, Any]:
    """What the page shows: `given` is what stands in the form, `shown` what stood in it at first."""
    project = access.project
    live = live_data(request, project.id)
    status = Status(project.status)
    return {
        "frame": frame_of(access, user=request.user, tab="settings"),
        "project": project,
        "given": given,
        "shown": given if shown is None else shown,
        "is_owner": may("project.update", role=access.role),
        "may_edit": allowed("project.update", role=access.role, status=status),
        "may_archive": allowed("project.archive", role=access.role, status=status),
        "may_reopen": allowed("project.reopen", role=access.role, status=status),
        "live": live,
        # The page follows the project from here, also while its address is that of the dialog.
        "here": reverse("workspace:settings", args=[project.id]),
    }
