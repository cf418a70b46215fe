"""The teams: as a tree, as a list, and the page of one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from stages.fleet.choices import DirectiveStatus, TeamRole
from stages.fleet.contact import is_stale
from stages.fleet.editions import IN_ORDER
from stages.fleet.models import Directive, Edition, Grant, Station, Team, TeamMember
from stages.fleet.pages.coverage import Coverage
from stages.fleet.pages.frame import FleetReader, fleet_page
from stages.fleet.pages.graph import Graph, Layout
from stages.fleet.pages.inputs import optional_id
from stages.fleet.pages.rows import directive_rows
from stages.fleet.pages.states import stations_in, team_coverage, worst_states
from stages.fleet.permissions import APPROVE_CHANGES, MANAGE_ROLES, MANAGE_RULES, MANAGE_TEAMS


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team with its numbers: `stations` here and below, `people` with a role of the team itself."""

    team: Team
    depth: int
    stations: int
    people: int
    directives: list[Directive]

    @property
    def indent(self) -> int:
        return min(self.depth, 7)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person's role. `above` is the team that gives it, where that is not the one which is shown."""

    member: TeamMember
    above: Team | None

    @property
    def role(self) -> str:
        return str(TeamRole(self.member.role).label)


@fleet_page("GET", "HEAD")
def teams(reader: FleetReader) -> HttpResponse:
    """GET `?team=&as=list`: the tree with a panel about the chosen team, or the same as a list."""
    seen = reader.seen
    rows = team_rows(reader)
    chosen = _chosen(reader)
    context: dict[str, Any] = {
        "rows": rows,
        "as_list": reader.request.GET.get("as") == "list",
        "may_make": seen.may_anywhere(MANAGE_TEAMS),
        "chosen": chosen,
    }
    if not context["as_list"]:
        context |= {"graph": _graph(reader, rows, chosen), **team_context(reader, chosen)}
    return reader.render("fleet/teams.html", "teams", context)


@fleet_page("GET", "HEAD")
def team(reader: FleetReader, team_id: UUID) -> HttpResponse:
    """GET: a team: its people, directives, stations, settings, and the projects whose releases may come here."""
    return show_team(reader, team_id)


def show_team(reader: FleetReader, team_id: UUID, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a team, with a dialog over it where `more` has one."""
    found = team_of(reader, team_id)
    context = {**team_context(reader, found), **more}
    return reader.render("fleet/team.html", "teams", context, status=status)


def team_of(reader: FleetReader, team_id: UUID) -> Team:
    """A team that the reader sees. Raises `NotFound`."""
    found = reader.seen.team(team_id)
    if found is None:
        raise NotFound(_("Team not found."))
    return found


def team_rows(reader: FleetReader) -> list[TeamRow]:
    """All teams in order, in three queries."""
    seen = reader.seen
    stations = Counter(dict(stations_in(seen).values_list("team").annotate(n=Count("pk")).order_by()))
    people = Counter(dict(TeamMember.objects.values_list("team").annotate(n=Count("pk")).order_by()))
    directives: dict[UUID, list[Directive]] = {}
    for each in _directives(reader).select_related("release"):
        directives.setdefault(each.team_id, []).append(each)
    return [
        TeamRow(
            each,
            depth,
            sum(stations[team_id] for team_id in seen.here_and_below(each.id)),
            people[each.id],
            directives.get(each.id, []),
        )
        for each, depth in seen.in_order()
    ]


def team_context(reader: FleetReader, shown: Team) -> dict[str, Any]:
    """What page and panel say of a team."""
    seen = reader.seen
    above = [each.id for each in seen.path(shown.id)]
    directives = directive_rows(reader, _directives(reader).filter(team__in=above))
    nearest = {team_id: place for place, team_id in enumerate(reversed(above))}
    return {
        "team": shown,
        "edition": Edition.objects.filter(team=shown).order_by("-number").first(),
        "coverage": _coverage(reader, shown),
        "directives": sorted(directives, key=lambda row: nearest[row.directive.team_id]),
        "children": _children(reader, shown),
        "members": _members(seen.path(shown.id)),
        "deciders": [each for each in _members(seen.path(shown.id)) if each.member.role != TeamRole.USER],
        "stations": list(stations_in(seen, [shown.id]).select_related("owner")[:200]),
        "grants": Grant.objects.filter(team__in=above).select_related("project", "team", "granted_by"),
        "may_manage": seen.may(MANAGE_TEAMS, shown.id),
        "may_set_roles": seen.may(MANAGE_ROLES, shown.id),
        "may_issue": seen.may(MANAGE_RULES, shown.id),
        "may_decide": seen.may(APPROVE_CHANGES, shown.id),
    }


def _chosen(reader: FleetReader) -> Team:
    wanted = optional_id(reader.request.GET.get("team", ""))
    return (reader.seen.team(wanted) if wanted else None) or reader.seen.root


def _directives(reader: FleetReader) -> QuerySet[Directive]:
    found = Directive.objects.filter(team__in=reader.seen.shown)
    return found.exclude(status=DirectiveStatus.WITHDRAWN).order_by("team", *IN_ORDER)


def _coverage(reader: FleetReader, shown: Team) -> Coverage:
    return team_coverage(reader.seen, shown.id, now=reader.now)


def _children(reader: FleetReader, shown: Team) -> list[tuple[Team, int, int]]:
    seen = reader.seen
    stations = Counter(dict(stations_in(seen).values_list("team").annotate(n=Count("pk")).order_by()))
    directives = Counter(dict(_directives(reader).order_by().values_list("team").annotate(n=Count("pk"))))
    return [
        (each, sum(stations[team_id] for team_id in seen.here_and_below(each.id)), directives[each.id])
        for each in seen.children(shown)
    ]


def _members(path: list[Team]) -> list[MemberRow]:
    found = TeamMember.objects.filter(team__in=[each.id for each in path], user__is_active=True).select_related("user")
    by_team = {each.id: each for each in path}
    here = path[-1].id
    ranks = list(TeamRole)
    rows = [MemberRow(each, None if each.team_id == here else by_team[each.team_id]) for each in found]
    return sorted(rows, key=lambda row: (ranks.index(TeamRole(row.member.role)), row.member.user.display_name))


def _graph(reader: FleetReader, rows: list[TeamRow], chosen: Team) -> Graph:
    stations: dict[UUID, list[Station]] = {}
    for each in stations_in(reader.seen).select_related("team").order_by("name"):
        stations.setdefault(each.team_id, []).append(each)
    states = worst_states(reader.seen, now=reader.now)
    stale = {each.pk for found in stations.values() for each in found if is_stale(each, reader.now)}
    return Layout(rows, stations, states, stale).graph(chosen)
