"""The teams as one reader sees them on the pages of the fleet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from accounts.models import User
from stages.fleet.access import FleetAccess, fleet_access
from stages.fleet.models import Team
from stages.fleet.permissions import VIEW_RULES


@dataclass(frozen=True)
class SeenTeams:
    """The teams in which the reader may see stations and directives, and those above them, whose directives hold too.

    Archived teams are left out.
    """

    access: FleetAccess

    @cached_property
    def readable(self) -> frozenset[UUID]:
        """Where the reader sees stations, requests and reports."""
        found = self.access.teams_with(VIEW_RULES)
        return frozenset(team_id for team_id in found if not self.access.tree.teams[team_id].is_archived)

    @cached_property
    def shown(self) -> frozenset[UUID]:
        """The readable teams and all above them."""
        return frozenset(team.id for team_id in self.readable for team in self.access.tree.path(team_id))

    def team(self, team_id: UUID) -> Team | None:
        """A team that is shown, or None."""
        return self.access.tree.teams[team_id] if team_id in self.shown else None

    @property
    def root(self) -> Team:
        return self.access.tree.root

    def children(self, team: Team) -> list[Team]:
        """The teams directly below that are shown, by name."""
        return [each for each in self.access.tree.below(team.id) if each.parent_id == team.id and each.id in self.shown]

    def below(self, team_id: UUID) -> list[Team]:
        """The shown teams below, without the team itself."""
        return [each for each in self.access.tree.below(team_id) if each.id != team_id and each.id in self.shown]

    def here_and_below(self, team_id: UUID) -> list[UUID]:
        """The readable ones among a team and those below it."""
        return [each.id for each in self.access.tree.below(team_id) if each.id in self.readable]

    def path(self, team_id: UUID) -> list[Team]:
        """The teams from the root to this one."""
        return list(self.access.tree.path(team_id))

    def in_order(self, team: Team | None = None, depth: int = 0) -> Iterator[tuple[Team, int]]:
        """All shown teams, each after its parent, with their depth; the root's is 0."""
        team = team or self.root
        if team.id in self.shown:
            yield team, depth
            for child in self.children(team):
                yield from self.in_order(child, depth + 1)

    def may(self, action: str, team_id: UUID) -> bool:
        """Whether the reader has a permission of the fleet in a team."""
        return self.access.may(action, team_id)

    def may_anywhere(self, action: str) -> bool:
        """Whether the reader has it in one of the teams."""
        return any(self.access.may(action, team_id) for team_id in self.readable)

    def where(self, action: str) -> list[tuple[Team, int]]:
        """The teams in which the reader may do something, in order, with their depth."""
        return [(team, depth) for team, depth in self.in_order() if self.access.may(action, team.id)]


def seen_by(user: User) -> SeenTeams:
    """The teams for a reader, in two queries."""
    return SeenTeams(fleet_access(user))
