"""Where directives are in place, and the tree of teams with what is in it: a few queries, however many there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from stages.fleet.access import FleetAccess
from stages.fleet.choices import DirectiveStatus, PlacementState, StationState
from stages.fleet.editions import IN_ORDER
from stages.fleet.models import Directive, Placement, Station, Team, TeamMember
from stages.fleet.permissions import VIEW_RULES
from stages.fleet.tree import Tree


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many stations obey a directive, and what they say of it; those that said nothing are pending."""

    stations: int
    states: Mapping[str, int]


def coverage_of(directives: Sequence[Directive], tree: Tree) -> dict[UUID, Coverage]:
    """The coverage of directives by their ids, over the stations of their teams and of the teams below. Two queries."""
    per_team = stations_per_team()
    placed: dict[UUID, Counter[str]] = defaultdict(Counter)
    states = Placement.objects.filter(directive__in=directives, station__state=StationState.ACTIVE)
    counted = states.values_list("directive_id", "station__team_id", "state").annotate(n=Count("*")).order_by()
    teams = {each.id: {team.id for team in tree.below(each.team_id)} for each in directives}
    for directive_id, team_id, state, n in counted:
        # A station that was moved away may have said something before.
        if team_id in teams[directive_id]:
            placed[directive_id][state] += n
    return {each.id: _coverage(teams[each.id], per_team, placed[each.id]) for each in directives}


def stations_per_team() -> dict[UUID, int]:
    """How many active stations each team has itself."""
    active = Station.objects.filter(state=StationState.ACTIVE).values_list("team_id")
    return dict(active.annotate(n=Count("*")).order_by())


def graph_of(access: FleetAccess) -> list[dict[str, Any]]:
    """The teams that exist for somebody, each after its parent, with counts and directives. Six queries with access.

    `stations` counts those of a team itself; `people` those who have a role there itself. Where somebody only sees a
    team because it is above one of theirs, `is_readable` is false, and nothing is counted.
    """
    readable = access.teams_with(VIEW_RULES)
    stations = stations_per_team()
    people = dict(TeamMember.objects.values_list("team_id").annotate(n=Count("*")).order_by())
    directives = Directive.objects.filter(team__in=access.seen).exclude(status=DirectiveStatus.WITHDRAWN)
    of_team: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for each in directives.select_related("release").order_by(*IN_ORDER):
        found = {"id": each.id, "title": each.title, "release": each.release.name, "status": each.status}
        of_team[each.team_id].append(found)
    shown = (team for team in access.tree.below(access.tree.root.id) if team.id in access.seen)
    return [
        {
            "id": team.id,
            "name": team.name,
            "parent_id": team.parent_id,
            "number": team.number,
            "is_readable": team.id in readable,
            "stations": stations.get(team.id, 0) if team.id in readable else 0,
            "people": people.get(team.id, 0) if team.id in readable else 0,
            "directives": of_team[team.id],
        }
        for team in shown
        if not team.is_archived
    ]


def open_teams(tree: Tree) -> list[Team]:
    """All teams that are not archived, each after its parent: for whoever may let releases go there."""
    return [team for team in tree.below(tree.root.id) if not team.is_archived]


def _coverage(teams: Iterable[UUID], per_team: Mapping[UUID, int], placed: Counter[str]) -> Coverage:
    stations = sum(per_team.get(team_id, 0) for team_id in teams)
    silent = max(stations - placed.total(), 0)
    states = {state: placed[state] for state in PlacementState.values}
    return Coverage(stations, {**states, PlacementState.PENDING.value: placed[PlacementState.PENDING] + silent})
