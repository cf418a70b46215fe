"""Repositories in the settings of a project: connected, looked at anew, given another token, removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import NotFound, RateLimited, ValidationFailed
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from stages.runs import services
from stages.runs.models import Repository
from stages.runs.pages.section_names import REPOSITORIES
from stages.runs.reading import load_repository
from stages.runs.trees.forbidden import GUARDED
from workspace.decorators import PageRequest, page
from workspace.sections import SectionContext
from workspace.settings.views import settings_page

MANAGE: Final = "repository.manage"
# What is typed, beside the token, which is never sent back.
_TYPED: Final = ("url", "api_url")


def section_values(context: SectionContext) -> dict[str, Any]:
    """What the section shows: the connected repositories."""
    access = context.access
    assert access is not None
    connected = Repository.objects.filter(project=access.project, is_connected=True).select_related("secret")
    connected = connected.annotate(request_count=Count("pull_requests"))
    status = Status(access.project.status)
    return {
        "repositories": list(connected),
        "may_manage": allowed(MANAGE, role=access.role, status=status),
        "may_refresh": allowed("run.start", role=access.role, status=status),
    }


@page("GET", "HEAD", "POST")
def new(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the form. POST `url`, `api_url`, `token`, `allows`…: connect a repository; its server is asked at once."""
    access = get_project(user=request.user, project_id=project_id, action=MANAGE)
    if request.method != "POST":
        return _form(request, access, "new")
    try:
        made = services.connect_repository(
            caller=caller_from_request(request),
            project_id=project_id,
            url=request.POST.get("url", "").strip(),
            api_url=request.POST.get("api_url", "").strip(),
            token=request.POST.get("token", "").strip(),
            allows=request.POST.getlist("allows"),
        )
    except ValidationFailed as refusal:
        return _form(request, access, "new", errors=refusal.errors)
    except RateLimited as refusal:
        return _form(request, access, "new", errors={"url": [refusal.detail]})
    words = _("{name} is connected, with {branch} at {commit}.")
    messages.success(request, words.format(name=made.name, branch=made.default_branch, commit=made.latest_commit[:7]))
    return redirect(_home(project_id))


@page("GET", "HEAD", "POST")
def change(request: PageRequest, project_id: UUID, repository_id: UUID) -> HttpResponse:
    """GET: the form. POST `allows`…: say which guarded paths runs may change."""
    access = get_project(user=request.user, project_id=project_id, action=MANAGE)
    repository = _repository(project_id, repository_id)
    if request.method != "POST":
        return _form(request, access, "change", repository=repository)
    allows = request.POST.getlist("allows")
    try:
        services.update_repository(caller=caller_from_request(request), repository_id=repository_id, allows=allows)
    except ValidationFailed as refusal:
        return _form(request, access, "change", repository=repository, errors=refusal.errors)
    messages.success(request, _("{name} is changed.").format(name=repository.name))
    return redirect(_home(project_id))


@page("GET", "HEAD", "POST")
def token(request: PageRequest, project_id: UUID, repository_id: UUID) -> HttpResponse:
    """GET: the form. POST `token`: give the repository another one, which its server is asked about at once."""
    access = get_project(user=request.user, project_id=project_id, action=MANAGE)
    repository = _repository(project_id, repository_id)
    if request.method != "POST":
        return _form(request, access, "token", repository=repository)
    given = request.POST.get("token", "").strip()
    try:
        services.replace_token(caller=caller_from_request(request), repository_id=repository_id, token=given)
    except ValidationFailed as refusal:
        return _form(request, access, "token", repository=repository, errors=refusal.errors)
    except RateLimited as refusal:
        return _form(request, access, "token", repository=repository, errors={"token": [refusal.detail]})
    messages.success(request, _("The token of {name} is replaced.").format(name=repository.name))
    return redirect(_home(project_id))


@page("POST")
def refresh(request: PageRequest, project_id: UUID, repository_id: UUID) -> HttpResponse:
    """Ask the server for the default branch and the newest commit; who may start runs may ask."""
    access = get_project(user=request.user, project_id=project_id, action="run.start")
    repository = _repository(project_id, repository_id)
    try:
        found = services.refresh_repository(caller=caller_from_request(request), repository_id=repository_id)
    except (ValidationFailed, RateLimited) as refusal:
        words = refusal.detail
        if isinstance(refusal, ValidationFailed):
            words = " ".join(message for each in refusal.errors.values() for message in each)
        values = {"refreshed": repository, "problem": words}
        return settings_page(request, access, again={REPOSITORIES: values}, status=400)
    words = _("The newest commit of {name} is {commit}.")
    messages.success(request, words.format(name=found.name, commit=found.latest_commit[:7]))
    return redirect(_home(project_id))


@page("GET", "HEAD", "POST")
def remove(request: PageRequest, project_id: UUID, repository_id: UUID) -> HttpResponse:
    """GET: asks whether. POST: disconnect it and delete its token."""
    access = get_project(user=request.user, project_id=project_id, action=MANAGE)
    repository = _repository(project_id, repository_id)
    if request.method != "POST":
        return _form(request, access, "remove", repository=repository)
    services.remove_repository(caller=caller_from_request(request), repository_id=repository_id)
    messages.success(request, _("{name} is removed, and its token deleted.").format(name=repository.name))
    return redirect(_home(project_id))


def _repository(project_id: UUID, repository_id: UUID) -> Repository:
    """A connected repository of the project. Raises `NotFound`."""
    found = load_repository(repository_id)
    if found.project_id != project_id or not found.is_connected:
        raise NotFound(_("Repository not found."))
    return found


def _home(project_id: UUID) -> str:
    return f"{reverse('workspace:settings', args=[project_id])}#repositories"


def _form(
    request: PageRequest,
    access: Access,
    form: str,
    *,
    repository: Repository | None = None,
    errors: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The settings with a form over them, with what was typed: `new`, `change`, `token` or `remove`."""
    is_again = request.method == "POST"
    allows = request.POST.getlist("allows") if is_again else repository.allows if repository else []
    values = {
        "repository_form": form,
        "values": {name: request.POST.get(name, "") for name in _TYPED},
        "guarded": [(path, path in allows) for path in GUARDED],
        "edited": repository,
        "errors": errors or {},
        "home": _home(access.project.id),
    }
    return settings_page(request, access, again={REPOSITORIES: values}, status=400 if errors else 200)
