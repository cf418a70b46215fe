"""The transactions of writes to the fleet: on the site's chain for teams, on a project's for what it gives to them.

Rows are locked in this order: project, team, request, station; then the chain of the project, then `site`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from audit.keys.sealing import ensure_site_key
from audit.models import Event
from audit.services import Target, answered, record, request_hash
from kernel.errors import Conflict, NotFound
from kernel.transactions import write_transaction
from projects.access import get_project
from projects.writing import ProjectWrite, appointed_write
from stages.fleet.access import FleetAccess, fresh_access
from stages.fleet.models import Team
from stages.fleet.tree import Tree


@dataclass(slots=True)
class TeamWrite:
    """A write under way: the locked team, and the caller's rights. `repeat_of` is set for an answered request."""

    caller: Caller
    team: Team
    access: FleetAccess
    request: str | None = None
    repeat_of: Event | None = None

    @property
    def tree(self) -> Tree:
        return self.access.tree

    def record(self, action: str, target: Target, data: Mapping[str, Any], *, reason: str | None = None) -> Event:
        """Append an event to the chain of the site; the first one carries the `client_ref`."""
        request, self.request = self.request, None
        return record(caller=self.caller, action=action, target=target, data=data, reason=reason, request=request)


@contextmanager
def team_write(
    *, caller: Caller, team_id: UUID, action: str, name: str, parameters: Mapping[str, Any]
) -> Iterator[TeamWrite]:
    """Open the transaction of a write to a team, which needs the permission `action` there.

    `name` and `parameters` are what the caller's `client_ref` stands for. Raises `NotFound`, `PermissionDenied`.
    """
    ensure_site_key(caller=caller)
    with write_transaction():
        team = lock_team(team_id)
        access = fresh_access(caller.user)
        access.team(team_id)
        write = TeamWrite(caller, team, access)
        if caller.client_ref is not None:
            write.request = request_hash(name, {"team": str(team_id), **parameters})
            write.repeat_of = answered(caller=caller, project_id=None, request=write.request)
        if write.repeat_of is None:
            access.require(action, team_id)
        yield write


@dataclass(slots=True)
class FleetWrite:
    """A write under way about a project's texts in a team; both rows are locked."""

    project_write: ProjectWrite
    team: Team
    access: FleetAccess

    @property
    def caller(self) -> Caller:
        return self.project_write.caller

    @property
    def tree(self) -> Tree:
        return self.access.tree

    @property
    def repeat_of(self) -> Event | None:
        return self.project_write.repeat_of

    def require_open_team(self) -> None:
        """Raise `Conflict` for an archived team."""
        if self.team.is_archived:
            raise Conflict(_("The team is archived."))


@contextmanager
def fleet_write(
    *,
    caller: Caller,
    project_id: UUID,
    team_id: UUID,
    action: str | None,
    name: str,
    parameters: Mapping[str, Any],
    reads_project: bool = False,
    person: User | None = None,
) -> Iterator[FleetWrite]:
    """Open the transaction of a write to a project's directives in a team.

    It needs the permission `action` there, unless the service decides itself (None), and with `reads_project` the right
    to read the project. The rights are those of `person`, where the caller acts for somebody else. Raises `NotFound`
    for whoever may not know of the team or the project, `PermissionDenied`.
    """
    ensure_site_key(caller=caller)
    given: list[FleetAccess] = []

    def check() -> None:
        given.append(fresh_access(person or caller.user))
        given[0].team(team_id)
        if reads_project:
            get_project(user=given[0].user, project_id=project_id)

    with appointed_write(
        caller=caller, project_id=project_id, action=name, parameters=parameters, check=check
    ) as write:
        team = lock_team(team_id)
        access = given[0]
        if action is not None and write.repeat_of is None:
            # Once more, as it is behind the lock: a role may have been taken away while this waited for it.
            access = fresh_access(person or caller.user)
            access.require(action, team_id)
        yield FleetWrite(write, team, access)


def lock_team(team_id: UUID) -> Team:
    """The team, its row locked until the transaction ends. Raises `NotFound`."""
    team = Team.objects.select_for_update(no_key=True).filter(pk=team_id).first()
    if team is None:
        raise NotFound(_("Team not found."))
    return team
