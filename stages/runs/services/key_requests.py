"""Asking a project's owners for a new key of a model whose key the provider refused."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.services import Target
from kernel.errors import Conflict
from projects.models import Member, Role
from projects.writing import project_write
from stages.runs import events
from stages.runs.models import Run
from stages.runs.reading import load_run

# Causes of a failure that a new key may help against.
KEY_CAUSES = frozenset({"authentication", "permission"})


def request_key(*, caller: Caller, run_id: UUID) -> Run:
    """Ask the owners for a new key of the model of a failed run: a line in the inbox of each.

    Raises `Conflict` where the key is not why it failed, and for a model of the whole site.
    """
    run = load_run(run_id)
    with project_write(
        caller=caller, project_id=run.project_id, action="run.start", parameters={"request_key": str(run_id)}
    ) as write:
        if write.repeat_of is not None:
            return run
        if run.error not in KEY_CAUSES:
            raise Conflict(_("The run did not fail because of its key."))
        if run.profile.project_id is None:
            raise Conflict(_("The model belongs to the whole site. Its administrators can replace the key."))
        profile = run.profile
        facts = {
            "profile_id": str(profile.id),
            "name": profile.name,
            "display_name": profile.display_name,
            "run_id": str(run.id),
        }
        event = write.record(events.PROFILE_KEY_REQUESTED.name, Target.of("profile", profile.id), facts)
        owners = Member.objects.filter(project=run.project_id, role=Role.OWNER).values_list("user_id", flat=True)
        write.notify(events.KEY_LINE, owners, facts, event.seq)
    return run
