"""A project's settings: everybody who sees the project reads them, owners change them and put the project away."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
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
from workspace.sections import PROJECT_SECTIONS, SectionContext, shown_sections

PRIVATE: Final = "private"
INTERNAL: Final = "internal"


@page("GET", "HEAD", "POST")
def settings(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: what the project is called and who sees it. POST `name`, `description`, `access`: change what differs."""
    if request.method == "POST":
        return _change(request, project_id)
    access = get_project(user=request.user, project_id=project_id)
    return settings_page(request, access)


@page("GET", "HEAD", "POST")
def archive(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the settings with the dialog that says what archiving means. POST: put the project away."""
    if request.method == "POST":
        project = archive_project(caller=caller_from_request(request), project_id=project_id)
        messages.success(request, _("{name} is archived.").format(name=project.name))
        return redirect("workspace:settings", project_id=project_id)
    access = get_project(user=request.user, project_id=project_id, action="project.archive")
    return settings_page(request, access, values={"archiving": True})


def settings_page(
    request: PageRequest,
    access: Access,
    *,
    values: Mapping[str, Any] = MappingProxyType({}),
    again: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
    status: int = 200,
) -> HttpResponse:
    """The page of settings with the sections that apps register.

    `values` replace those of the page itself; `again` holds values by section, such as a form that was refused.
    """
    project = access.project
    form_values = _form_values(project)
    context = {
        "frame": frame_of(access, user=request.user, tab="settings"),
        "project": project,
        # What the form holds now, and what it held when it was first shown.
        "form_values": form_values,
        "shown": form_values,
        "is_owner": may("project.update", role=access.role),
        "may_edit": allowed("project.update", role=access.role, status=Status(project.status)),
        "sections": shown_sections(PROJECT_SECTIONS, SectionContext(request, request.user, access), again),
        "live": live_data(request, project.id),
        # The page follows the project from here, also while its address is that of the dialog.
        "here": reverse("workspace:settings", args=[project.id]),
        **values,
    }
    return render(request, "workspace/settings.html", context, status=status)


def state_values(context: SectionContext) -> dict[str, bool]:
    """What the section of the project's state offers."""
    access = context.access
    assert access is not None
    status = Status(access.project.status)
    return {
        "may_archive": allowed("project.archive", role=access.role, status=status),
        "may_reopen": allowed("project.reopen", role=access.role, status=status),
    }


def _change(request: PageRequest, project_id: UUID) -> HttpResponse:
    form_values = {name: request.POST.get(name, "") for name in ("name", "description", "access")}
    # What the form showed at first: a word that another owner changed meanwhile stays, unless it was typed here too.
    shown = {name: request.POST[f"shown_{name}"] for name in form_values if f"shown_{name}" in request.POST}
    wanted = {name: value for name, value in form_values.items() if value != shown.get(name)}
    try:
        _update(request, project_id, wanted)
    except (ValidationFailed, ProjectFrozen) as refusal:
        access = get_project(user=request.user, project_id=project_id)
        values = {"form_values": form_values, "shown": shown, **_refusal_values(refusal)}
        return settings_page(request, access, values=values, status=refusal.status)
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


def _form_values(project: Project) -> dict[str, str]:
    """The settings as the form has them."""
    access = PRIVATE if project.is_private else INTERNAL
    return {"name": project.name, "description": project.description, "access": access}


def _refusal_values(refusal: ValidationFailed | ProjectFrozen) -> dict[str, Any]:
    return {"errors": refusal.errors} if isinstance(refusal, ValidationFailed) else {"refusal": refusal.detail}
