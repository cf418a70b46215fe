"""Who answers for the stations of a team."""

from __future__ import annotations

from uuid import UUID

from stages.fleet.choices import TeamRole
from stages.fleet.models import TeamMember
from stages.fleet.tree import Tree


def admins_of(tree: Tree, team_id: UUID) -> set[UUID]:
    """The people who are admins of a team, there or above."""
    teams = [team.id for team in tree.path(team_id)]
    members = TeamMember.objects.filter(team__in=teams, role__in=(TeamRole.ADMIN, TeamRole.SUPER_ADMIN))
    return set(members.values_list("user_id", flat=True))
