"""The tree of teams, read at once: it is small, and nearly every question needs a team's ancestors or descendants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from stages.fleet.models import Team


@dataclass(frozen=True)
class Tree:
    """All teams by id, archived ones included."""

    teams: Mapping[UUID, Team]
    _children: Mapping[UUID | None, list[Team]] = field(default_factory=dict)

    @property
    def root(self) -> Team:
        return self._children[None][0]

    def path(self, team_id: UUID) -> Sequence[Team]:
        """From the root to the team itself."""
        found = [self.teams[team_id]]
        while (parent := found[-1].parent_id) is not None:
            found.append(self.teams[parent])
        return found[::-1]

    def below(self, team_id: UUID) -> Sequence[Team]:
        """The team and all teams below it, each after its parent."""
        found = [self.teams[team_id]]
        for team in found:
            found += self._children.get(team.id, ())
        return found

    def is_within(self, team_id: UUID, above: UUID) -> bool:
        """Whether a team is `above` itself or below it."""
        return any(team.id == above for team in self.path(team_id))


def read_tree() -> Tree:
    """The tree as it is now, in one query; siblings by name."""
    teams = list(Team.objects.order_by("name", "id"))
    children: dict[UUID | None, list[Team]] = defaultdict(list)
    for team in teams:
        children[team.parent_id].append(team)
    return Tree({team.id: team for team in teams}, children)
