"""What somebody may do in the fleet, by their roles in teams and on the site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from kernel.errors import NotAuthenticated, NotFound, PermissionDenied
from kernel.site_permissions import may_on_site
from stages.fleet.choices import TeamRole
from stages.fleet.models import Team, TeamMember
from stages.fleet.permissions import TEAM_PERMISSIONS, VIEW_RULES
from stages.fleet.tree import Tree, read_tree

_RANK: Final = {TeamRole.USER: 0, TeamRole.ADMIN: 1, TeamRole.SUPER_ADMIN: 2}


@dataclass(frozen=True)
class FleetAccess:
    """Somebody's rights; `roles` are those that teams themselves give."""

    user: User
    tree: Tree
    roles: Mapping[UUID, TeamRole]

    def role(self, team_id: UUID) -> TeamRole | None:
        """The highest role that a team and the teams above it give."""
        given = [self.roles[team.id] for team in self.tree.path(team_id) if team.id in self.roles]
        return max(given, key=_RANK.__getitem__, default=None)

    def may(self, action: str, team_id: UUID) -> bool:
        """Whether they may do an action in a team."""
        role = self.role(team_id)
        given = role is not None and action in TEAM_PERMISSIONS[role]
        return self.user.is_active and (given or may_on_site(action, self.user))

    def teams_with(self, action: str) -> set[UUID]:
        """The teams in which they may do an action."""
        return {team_id for team_id in self.tree.teams if self.may(action, team_id)}

    @cached_property
    def seen(self) -> set[UUID]:
        """The teams that exist for them: where they may read, and the teams above, whose directives hold there too."""
        return {team.id for team_id in self.teams_with(VIEW_RULES) for team in self.tree.path(team_id)}

    def team(self, team_id: UUID) -> Team:
        """A team that exists for them. Raises `NotFound`."""
        if team_id not in self.seen:
            raise NotFound(_("Team not found."))
        return self.tree.teams[team_id]

    def require(self, action: str, team_id: UUID) -> None:
        """Raise `NotFound` or `PermissionDenied`."""
        team = self.team(team_id)
        if not self.may(action, team_id):
            needed = min((role for role in TeamRole if action in TEAM_PERMISSIONS[role]), key=_RANK.__getitem__)
            words = _("You need the role {role} in the team {team} for this.")
            words = words.format(role=needed.label.lower(), team=team.name)
            raise PermissionDenied(words, needed_role=needed.value)


def fleet_access(user: User, tree: Tree | None = None) -> FleetAccess:
    """The rights of an account, as far as the object knows it; reads the tree where it is not given."""
    roles = TeamMember.objects.filter(user=user).values_list("team_id", "role")
    return FleetAccess(user, tree or read_tree(), {team_id: TeamRole(role) for team_id, role in roles})


def fresh_access(user: User) -> FleetAccess:
    """The same with the account as it is now, for writes. Raises `NotAuthenticated` where it is closed."""
    now = User.objects.active().filter(pk=user.pk).first()
    if now is None:
        raise NotAuthenticated(_("This account is closed."))
    return fleet_access(now)
