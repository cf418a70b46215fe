"""The members of a project: who may do what, and since when."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Case, Value, When
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.callers import caller_from_request
from accounts.models import User
from kernel.errors import Conflict, NotFound, ValidationFailed
from kernel.ijson import check_text
from projects import services
from projects.access import get_project
from projects.models import Member, Role
from projects.roles import role_choices
from workspace.decorators import PageRequest, is_htmx, page
from workspace.project_frame import frame_of, may_of

MAX_PEOPLE = 8
OWNERS_FIRST = Case(*(When(role=role, then=Value(rank)) for rank, role in enumerate(reversed(Role))))


@page("GET", "HEAD", "POST")
def member_list(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: everybody in the project, or with `?q=` those whose name matches. POST: a new member."""
    if request.method == "POST":
        return _add(request, project_id)
    access = get_project(user=request.user, project_id=project_id)
    members = Member.objects.filter(project=access.project).select_related("user")
    wanted = check_text(request.GET.get("q", ""), name="q").strip()
    total = members.count()
    if wanted:
        members = members.filter(user__in=User.objects.matching(wanted))
    context = {
        "frame": frame_of(access, user=request.user, tab="members"),
        "may": may_of(access),
        "members": members.order_by(OWNERS_FIRST, "user__display_name"),
        "wanted": wanted,
        "total": total,
        "roles": role_choices(),
    }
    return render(request, "workspace/members.html", context)


@page()
def people(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?username=`: people who could be added, for the list under the field."""
    get_project(user=request.user, project_id=project_id, action="member.add")
    wanted = request.GET.get("username", "").strip()
    members = Member.objects.filter(project_id=project_id).values("user")
    found = User.objects.people(wanted).exclude(pk__in=members)[:MAX_PEOPLE] if len(wanted) > 1 else []
    return render(request, "workspace/parts/people_options.html", {"people": found})


@page("POST")
def change_role(request: PageRequest, project_id: UUID, user_id: UUID) -> HttpResponse:
    """Give a member another role, for a reason."""
    posted = {"role": request.POST.get("role", ""), "reason": request.POST.get("reason", "")}
    try:
        services.change_role(caller=caller_from_request(request), project_id=project_id, user_id=user_id, **posted)
    except (Conflict, NotFound, ValidationFailed) as refusal:
        return _again(request, refusal, form="change_role", project_id=project_id, user_id=user_id, posted=posted)
    return _done(request, project_id, _("Role changed."))


@page("POST")
def remove(request: PageRequest, project_id: UUID, user_id: UUID) -> HttpResponse:
    """Take somebody out of the project, for a reason."""
    posted = {"reason": request.POST.get("reason", "")}
    try:
        services.remove_member(caller=caller_from_request(request), project_id=project_id, user_id=user_id, **posted)
    except (Conflict, NotFound, ValidationFailed) as refusal:
        return _again(request, refusal, form="remove_member", project_id=project_id, user_id=user_id, posted=posted)
    return _done(request, project_id, _("Member removed."))


def _add(request: PageRequest, project_id: UUID) -> HttpResponse:
    posted = {"username": request.POST.get("username", "").strip(), "role": request.POST.get("role", "")}
    try:
        member = services.add_member(
            caller=caller_from_request(request), project_id=project_id, username=posted["username"], role=posted["role"]
        )
    except (Conflict, ValidationFailed) as refusal:
        if not is_htmx(request):
            raise
        errors = refusal.errors if isinstance(refusal, ValidationFailed) else {"username": [refusal.detail]}
        context = {**posted, "errors": errors, "roles": role_choices(), "project_id": project_id}
        return render(request, "workspace/parts/add_member_form.html", context, status=refusal.status)
    return _done(request, project_id, _("{name} is now a member.").format(name=member.user.display_name))


def _again(
    request: PageRequest,
    refusal: Conflict | NotFound | ValidationFailed,
    *,
    form: str,
    project_id: UUID,
    user_id: UUID,
    posted: dict[str, str],
) -> HttpResponse:
    """The form once more, with what is wrong and everything that was typed."""
    if not is_htmx(request):
        raise refusal
    member = Member.objects.select_related("user").filter(project_id=project_id, user_id=user_id).first()
    if member is None:
        raise refusal
    errors = refusal.errors if isinstance(refusal, ValidationFailed) else {"reason": [refusal.detail]}
    context: dict[str, Any] = {
        **posted,
        "member": member,
        "errors": errors,
        "roles": role_choices(),
        "project_id": project_id,
    }
    return render(request, f"workspace/parts/{form}_form.html", context, status=refusal.status)


def _done(request: PageRequest, project_id: UUID, words: str) -> HttpResponse:
    messages.success(request, words)
    url = reverse("workspace:members", args=[project_id])
    return HttpResponseClientRedirect(url) if is_htmx(request) else redirect(url)
