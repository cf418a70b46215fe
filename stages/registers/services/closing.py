"""What becomes of the key of an account that is closed."""

from __future__ import annotations

from accounts.deactivation import Afterwards, Deactivation
from kernel.statements import database_now
from projects.models import Project
from stages.registers.keys import own_site_key
from stages.registers.keys.revocation import projects_written_by, record_revocation, revoke_key
from stages.registers.models import ActorKey


def revoke_of_closed(deactivation: Deactivation) -> Afterwards | None:
    """Revoke the key, so that other sites take nothing that is signed with it from now on.

    The rows of the projects where the person may write are locked first: a write that began before is in, and one that
    waits finds the account closed.
    """
    user_id = deactivation.user_id
    if not ActorKey.objects.filter(user=user_id, revoked_at=None).exists():
        return None
    projects = projects_written_by(user_id)
    list(Project.objects.filter(pk__in=projects).order_by("id").select_for_update(no_key=True, of=("self",)))

    def revoke() -> None:
        now = database_now()
        for key in ActorKey.objects.filter(user=user_id, site_key=own_site_key(), revoked_at=None):
            made = revoke_key(key, projects, now)
            record_revocation(deactivation.caller, key, made, deactivation.reason)

    return revoke
