"""The base of the fleet's endpoints, its teams and its grants over REST."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.rest import RestView
from kernel.errors import NotFound
from projects.rest import ProjectView
from rest.access import AccessBeforeShape
from rest.pagination import page, whole
from rest.schema import operation, page_of
from stages.fleet import serializers as shapes
from stages.fleet import services
from stages.fleet.access import FleetAccess, fleet_access
from stages.fleet.bodies import edition_info, grant_body, member_body, team_body
from stages.fleet.models import Edition, Grant, TeamMember
from stages.fleet.overview import graph_of
from stages.fleet.permissions import MANAGE_ROLES, MANAGE_TEAMS, VIEW_RULES


class FleetView(AccessBeforeShape, RestView):
    """A view of the fleet; `fleet` has the caller's rights."""

    @cached_property
    def fleet(self) -> FleetAccess:
        """The rights of the caller."""
        return fleet_access(self.user())


class OneTeamView(FleetView):
    """What is asked of one team; `team_action` is what other methods than GET need there."""

    team_action = MANAGE_TEAMS

    def check_access(self) -> None:
        action = VIEW_RULES if self.request.method in SAFE_METHODS else self.team_action
        self.fleet.require(action, self.kwargs["team_id"])


class TeamsView(FleetView):
    @operation("teams_list", answer=page_of(shapes.TeamInfo))
    def get(self, request: Request) -> HttpResponseBase:
        """The teams that I have to do with, each after its parent, and those above them."""
        seen = (team for team in self.fleet.tree.below(self.fleet.tree.root.id) if team.id in self.fleet.seen)
        return self.answer(whole([team_body(team, self.fleet) for team in seen]))

    @operation("teams_create", takes=shapes.NewTeam, answer=shapes.TeamInfo, status=201)
    def post(self, request: Request) -> HttpResponseBase:
        """Make a team below another one. Its super admins may."""
        team = services.create_team(caller=self.caller(), **self.body(shapes.NewTeam))
        return self.answer(team_body(team, fleet_access(self.user())), 201)


class TeamView(OneTeamView):
    @operation("teams_read", answer=shapes.TeamInfo)
    def get(self, request: Request, team_id: UUID) -> HttpResponseBase:
        """One team."""
        return self.answer(team_body(self.fleet.team(team_id), self.fleet))

    @operation("teams_update", takes=shapes.ChangedTeam, answer=shapes.TeamInfo)
    def patch(self, request: Request, team_id: UUID) -> HttpResponseBase:
        """Change what it is called, where it is, or what holds in it."""
        given = self.body(shapes.ChangedTeam)
        team = services.update_team(caller=self.caller(), team_id=team_id, **given)
        return self.answer(team_body(team, fleet_access(self.user())))


class ArchiveTeamView(OneTeamView):
    @operation("teams_archive", takes=shapes.WithReason, answer=shapes.TeamInfo)
    def post(self, request: Request, team_id: UUID) -> HttpResponseBase:
        """End a team in which nothing is left."""
        given = self.body(shapes.WithReason)
        return self.answer(team_body(services.archive_team(caller=self.caller(), team_id=team_id, **given), self.fleet))


class TeamMembersView(OneTeamView):
    team_action = MANAGE_ROLES

    @operation("teams_list_members", answer=page_of(shapes.TeamMemberInfo), paged=True)
    def get(self, request: Request, team_id: UUID) -> HttpResponseBase:
        """Who has a role in the team itself; roles of the teams above hold here, too."""
        self.check_access()
        members = TeamMember.objects.filter(team=team_id).select_related("user")
        return self.answer(page(request, members, member_body))

    @operation("teams_set_member", takes=shapes.SetMember, answer=shapes.TeamMemberInfo, others={204: None})
    def put(self, request: Request, team_id: UUID) -> HttpResponseBase:
        """Give somebody a role, or take it away. Who has none left loses their stations."""
        member = services.set_team_member(caller=self.caller(), team_id=team_id, **self.body(shapes.SetMember))
        return self.answer(None, 204) if member is None else self.answer(member_body(member))


class GraphView(FleetView):
    @operation("fleet_graph", answer=shapes.GraphInfo)
    def get(self, request: Request) -> HttpResponseBase:
        """The tree of teams, with their stations, people and directives."""
        return self.answer({"teams": graph_of(self.fleet)})


class EditionsView(OneTeamView):
    @operation("fleet_editions", answer=page_of(shapes.EditionInfo), paged=True, max_limit=10)
    def get(self, request: Request, team_id: UUID) -> HttpResponseBase:
        """The editions of a team, newest first."""
        self.fleet.team(team_id)
        editions = Edition.objects.filter(team=team_id)
        return self.answer(page(request, editions, edition_info, order=("number",), max_limit=10))


class EditionView(OneTeamView):
    @operation("fleet_edition", answer=shapes.EditionInfo)
    def get(self, request: Request, team_id: UUID, number: int) -> HttpResponseBase:
        """One edition, sealed."""
        self.fleet.team(team_id)
        edition = Edition.objects.filter(team=team_id, number=number).first()
        if edition is None:
            raise NotFound(_("The team has no such edition."))
        return self.answer(edition_info(edition))


class GrantsView(ProjectView):
    write_action = "grant.add"

    @operation("grants_list", answer=page_of(shapes.GrantInfo), paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The teams to which releases of the project may go."""
        self.access()
        grants = Grant.objects.filter(project=project_id).select_related("team", "granted_by")
        return self.answer(page(request, grants, grant_body))

    @operation("grants_add", takes=shapes.NewGrant, answer=shapes.GrantInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Let releases go to a team and to the teams below it. Owners only."""
        given: dict[str, Any] = self.body(shapes.NewGrant)
        grant = services.grant_team(caller=self.caller(), project_id=project_id, **given)
        return self.answer(grant_body(grant), 200 if grant.repeated else 201)


class GrantView(ProjectView):
    write_action = "grant.revoke"

    @operation("grants_revoke", answer=None, status=204)
    def delete(self, request: Request, project_id: UUID, team_id: UUID) -> HttpResponseBase:
        """Let no further release go to a team. What is there stays until it is withdrawn."""
        services.revoke_grant(caller=self.caller(), project_id=project_id, team_id=team_id)
        return self.answer(None, 204)
