"""What people do with teams: make, change and archive them, set roles, allow projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from accounts.models import User
from kernel.errors import DomainError, ValidationFailed
from projects.models import Member, Role
from stages.fleet import services
from stages.fleet.choices import TeamRole
from stages.fleet.models import Grant, Team
from stages.fleet.models.teams import MAX_TEAM_NAME
from stages.fleet.pages.frame import FleetReader, fleet_page
from stages.fleet.pages.inputs import chosen_id, whole_number
from stages.fleet.pages.teams import show_team, team_of
from stages.fleet.permissions import MANAGE_ROLES, MANAGE_TEAMS

_NUMBERS: Final = ("quorum", "timeout_hours", "stale_minutes")


@fleet_page("GET", "HEAD", "POST")
def new_team(reader: FleetReader) -> HttpResponse:
    """GET `?above=`: the form. POST `parent, name, quorum, …`: make a team below another one."""
    post = reader.request.POST
    above = reader.chosen_team(MANAGE_TEAMS, post.get("parent") or reader.request.GET.get("above", ""))
    if reader.request.method != "POST":
        values = {"quorum": 1, "timeout_hours": 24, "stale_minutes": 60}
        return _form(reader, above, values, is_new=True)
    try:
        made = services.create_team(caller=caller_from_request(reader.request), parent_id=above.id, **_parsed(post))
    except ValidationFailed as refusal:
        return _form(reader, above, post.dict(), is_new=True, errors=refusal.errors)
    except DomainError as refusal:
        return _form(reader, above, post.dict(), is_new=True, problem=refusal)
    return redirect("fleet:team", made.id)


@fleet_page("GET", "HEAD", "POST")
def change_team(reader: FleetReader, team_id: UUID) -> HttpResponse:
    """GET: the form. POST `parent, name, quorum, …`: change the team."""
    team = team_of(reader, team_id)
    post = reader.request.POST
    if reader.request.method != "POST":
        values = {name: getattr(team, name) for name in ("name", *_NUMBERS)}
        values |= {"categories": "\n".join(team.categories), "parent": str(team.parent_id or "")}
        return _form(reader, team, values)
    try:
        parent = chosen_id(post.get("parent", ""), "parent_id") if team.parent_id else None
        services.update_team(
            caller=caller_from_request(reader.request),
            team_id=team_id,
            parent_id=parent if parent != team.parent_id else None,
            **_parsed(post),
        )
    except ValidationFailed as refusal:
        return _form(reader, team, post.dict(), errors=refusal.errors)
    except DomainError as refusal:
        return _form(reader, team, post.dict(), problem=refusal)
    messages.success(reader.request, _("The team is changed."))
    return redirect("fleet:team", team_id)


@fleet_page("GET", "HEAD", "POST")
def archive(reader: FleetReader, team_id: UUID) -> HttpResponse:
    """GET: asks for the reason. POST `reason`: archive an empty team."""
    team = team_of(reader, team_id)
    reader.seen.access.require(MANAGE_TEAMS, team_id)
    post = reader.request.POST
    if reader.request.method != "POST":
        return _dialog(reader, team, "fleet/parts/archive_form.html", "archive-title", {})
    try:
        services.archive_team(
            caller=caller_from_request(reader.request), team_id=team_id, reason=post.get("reason", "")
        )
    except ValidationFailed as refusal:
        return _dialog(reader, team, "fleet/parts/archive_form.html", "archive-title", post.dict(), refusal=refusal)
    except DomainError as refusal:
        return _dialog(reader, team, "fleet/parts/archive_form.html", "archive-title", post.dict(), refusal=refusal)
    messages.success(reader.request, _("The team is archived."))
    return redirect("fleet:teams")


@fleet_page("GET", "HEAD", "POST")
def set_role(reader: FleetReader, team_id: UUID) -> HttpResponse:
    """GET `?person=`: the form. POST `username, role`: give a person a role in the team, or take it (`role` empty)."""
    team = team_of(reader, team_id)
    reader.seen.access.require(MANAGE_ROLES, team_id)
    post = reader.request.POST
    part, title = "fleet/parts/role_form.html", "role-title"
    if reader.request.method != "POST":
        values = {"username": reader.request.GET.get("person", ""), "role": TeamRole.USER}
        return _dialog(reader, team, part, title, values)
    try:
        services.set_team_member(
            caller=caller_from_request(reader.request),
            team_id=team_id,
            user_id=_person(post.get("username", "")),
            role=post.get("role") or None,
        )
    except DomainError as refusal:
        return _dialog(reader, team, part, title, post.dict(), refusal=refusal)
    messages.success(reader.request, _("Role saved."))
    return redirect("fleet:team", team_id)


@fleet_page("GET", "HEAD", "POST")
def allow_project(reader: FleetReader, team_id: UUID) -> HttpResponse:
    """GET: the form. POST `project, allowed`: let releases of one of your projects come to the team, or no more."""
    team = team_of(reader, team_id)
    post = reader.request.POST
    part, title = "fleet/parts/grant_form.html", "grant-title"
    if reader.request.method != "POST":
        return _dialog(reader, team, part, title, {})
    try:
        project_id = chosen_id(post.get("project", ""), "project")
        service = services.grant_team if post.get("allowed") != "no" else services.revoke_grant
        service(caller=caller_from_request(reader.request), project_id=project_id, team_id=team_id)
    except DomainError as refusal:
        return _dialog(reader, team, part, title, post.dict(), refusal=refusal)
    messages.success(reader.request, _("Saved."))
    return redirect("fleet:team", team_id)


def _form(
    reader: FleetReader,
    team: Team,
    values: Mapping[str, Any],
    *,
    is_new: bool = False,
    errors: Mapping[str, Any] | None = None,
    problem: DomainError | None = None,
) -> HttpResponse:
    reader.seen.access.require(MANAGE_TEAMS, team.id)
    below = {each.id for each in reader.seen.below(team.id)} | {team.id}
    return show_team(
        reader,
        team.id,
        status=problem.status if problem else 400 if errors else 200,
        is_new=is_new,
        values=values,
        errors=errors or {},
        problem=problem.detail if problem else "",
        parents=[each for each in reader.seen.where(MANAGE_TEAMS) if is_new or each[0].id not in below],
        max_name=MAX_TEAM_NAME,
        back=reverse("fleet:teams") if is_new else reverse("fleet:team", args=[team.id]),
        dialog_part="fleet/parts/team_form.html",
        dialog_title="team-form-title",
    )


def _dialog(
    reader: FleetReader,
    team: Team,
    part: str,
    title: str,
    values: Mapping[str, Any],
    *,
    refusal: DomainError | None = None,
) -> HttpResponse:
    errors = refusal.errors if isinstance(refusal, ValidationFailed) else {}
    return show_team(
        reader,
        team.id,
        status=refusal.status if refusal else 200,
        values=values,
        errors=errors,
        problem=refusal.detail if refusal and not errors else "",
        roles=TeamRole.choices,
        projects=_own_projects(reader, team),
        back=reverse("fleet:team", args=[team.id]),
        dialog_part=part,
        dialog_title=title,
    )


def _parsed(post: QueryDict) -> dict[str, Any]:
    numbers = {name: whole_number(post.get(name, ""), name) for name in _NUMBERS}
    categories = [line.strip() for line in post.get("categories", "").splitlines() if line.strip()]
    return {"name": post.get("name", ""), "categories": categories, **numbers}


def _person(username: str) -> UUID:
    found = User.objects.active().filter(username__iexact=username.strip()).values_list("pk", flat=True).first()
    if found is None:
        raise ValidationFailed({"username": [_("No account with this user name.")]})
    return found


def _own_projects(reader: FleetReader, team: Team) -> list[Any]:
    """The projects that the reader owns and that do not send their releases to the team yet."""
    granted = Grant.objects.filter(team=team).values("project_id")
    owned = Member.objects.filter(user=reader.request.user, role=Role.OWNER).exclude(project__in=granted)
    return [each.project for each in owned.select_related("project").order_by("project__name")]
