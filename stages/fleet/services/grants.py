"""The consent of a project that its releases go to teams."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from audit.services import Target
from kernel.errors import Conflict, NotFound
from projects.writing import project_write
from stages.fleet import events
from stages.fleet.models import Grant, Team


def grant_team(*, caller: Caller, project_id: UUID, team_id: UUID) -> Grant:
    """Allow releases of a project to go to a team and to the teams below it; doing so twice changes nothing.

    Owners of the project only; they need no role in the team. Raises `NotFound` for a team that does not exist.
    """
    parameters = {"team": str(team_id)}
    with project_write(caller=caller, project_id=project_id, action="grant.add", parameters=parameters) as write:
        found = Grant.objects.filter(project=project_id, team=team_id).first()
        if write.repeat_of is not None or found is not None:
            if found is None:
                raise Conflict(_("This was allowed, but has been withdrawn since."))
            found.repeated = True
            return found
        team = Team.objects.filter(pk=team_id, archived_at=None).first()
        if team is None:
            raise NotFound(_("Team not found."))
        grant = Grant(id=uuid7(), project=write.project, team=team, granted_by=caller.user)
        data = {"grant_id": str(grant.id), "team": events.team_facts(team)}
        grant.granted_at = write.record(events.GRANT_ADDED.name, Target.of("grant", grant.id), data).at
        grant.save(force_insert=True)
    return grant


def revoke_grant(*, caller: Caller, project_id: UUID, team_id: UUID) -> None:
    """Let no further release of a project go to a team. Directives that are there stay until they are withdrawn."""
    parameters = {"team": str(team_id)}
    with project_write(caller=caller, project_id=project_id, action="grant.revoke", parameters=parameters) as write:
        if write.repeat_of is not None:
            return
        grant = Grant.objects.filter(project=project_id, team=team_id).select_related("team").first()
        if grant is None:
            raise NotFound(_("There is no such grant."))
        data = {"grant_id": str(grant.id), "team": events.team_facts(grant.team)}
        write.record(events.GRANT_REVOKED.name, Target.of("grant", grant.id), data)
        grant.delete()
