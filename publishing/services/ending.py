"""Ending a review without a release, for a reason (c19); the project then is open again."""

from __future__ import annotations

from uuid import UUID

from accounts.callers import Caller
from audit.event_types import INBOX_LINES
from kernel.names import check_reason
from projects.status import change_status
from projects.writing import project_write
from publishing.models import Release
from publishing.services.facts import access_to, end, facts_of, load_release, target_of
from publishing.services.notifications import notify_authors, settle_signature_requests
from publishing.states import Act, transition


def reject_release(*, caller: Caller, release_id: UUID, reason: str) -> Release:
    """Reject a release, as a reviewer, for a reason. Its signatures stay recorded, but count for no other release.

    Raises `NotFound`, `PermissionDenied`, `ProjectFrozen` if the project is not in review, `Conflict` if the release
    has ended.
    """
    return _end(caller, release_id, Act.REJECT, action="release.reject", event="release.rejected", reason=reason)


def withdraw_release(*, caller: Caller, release_id: UUID, reason: str) -> Release:
    """Withdraw a release, as an editor, for a reason. Raises as `reject_release`."""
    return _end(caller, release_id, Act.WITHDRAW, action="release.withdraw", event="release.withdrawn", reason=reason)


def _end(caller: Caller, release_id: UUID, act: Act, *, action: str, event: str, reason: str) -> Release:
    project_id = access_to(user=caller.user, release_id=release_id).project.id
    parameters = {"release": str(release_id), "reason": reason}
    with project_write(caller=caller, project_id=project_id, action=action, parameters=parameters) as write:
        if write.repeat_of is None:
            reason = check_reason(reason)
            release = load_release(release_id)
            leads_to = transition(release, act)
            facts = facts_of(release, leads_to.project)
            ended = write.record(event, target_of(release), facts, reason=reason)
            end(write, release, ended, state=leads_to.release.value, reason=reason)
            change_status(write, leads_to.project)
            settle_signature_requests(release)
            notify_authors(write, release, INBOX_LINES[event], ended.seq, reason=reason)
    return load_release(release_id)
