"""Watching the writer type: who may send changes, and the text that watchers begin with.

Changes are shown and never stored. Their numbers are the revisions of the writer's working copy, so a watcher who
missed one asks for the text, gets it at most 2 seconds old with its revision, and goes on with the changes after it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from drafts.reading import field_of, text_of
from kernel.errors import LockNotHeld, NotFound, StaleToken
from locking.models import Lease, WorkingCopy
from locking.working_copies import own_lease
from projects.access import get_project
from projects.fields import check_field_name


def require_open_lease(*, user: User, project_id: UUID, session_id: UUID, field: str, token: int) -> None:
    """Raise `LockNotHeld` or `StaleToken` where the token is not of this session's open lease on the field."""
    check_field_name(field)
    lease = own_lease(user, project_id, session_id, field=field, token=token)
    if lease is None:
        raise LockNotHeld(_("You are not editing {field}.").format(field=field), field=field)
    if not lease.is_open:
        raise StaleToken(_("Your lock on {field} has ended.").format(field=field), field=field)


def read_live_text(*, user: User, project_id: UUID, field: str) -> dict[str, Any]:
    """What the field's writer has now, or what the field holds where nobody has typed; raises `NotFound`.

    Only the copy of an open lease is shown: once the lease has ended, the text is its writer's alone.
    """
    check_field_name(field)
    project = get_project(user=user, project_id=project_id).project
    lease = Lease.objects.open().filter(project_id=project_id, field=field).first()
    copy = WorkingCopy.objects.filter(lease=lease).first() if lease else None
    if copy is not None:
        return {"revision": copy.revision, "content": copy.content}
    if project.current_draft is not None and field in project.current_draft.fields:
        return {"revision": 0, "content": text_of(field_of(project.current_draft, field))}
    if lease is None:
        raise NotFound(_("There is no {field} yet.").format(field=field), field=field)
    return {"revision": 0, "content": ""}
