"""Ending a proposal without acceptance: rejected, withdrawn, or expired."""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.callers import Caller, foundry_caller
from audit.event_types import InboxLine
from kernel.errors import Conflict
from kernel.names import check_reason
from projects.writing import ProjectWrite, project_write, upkeep_write
from proposals.approvals import voted
from proposals.endings import end
from proposals.events import EXPIRED, REJECTED, WITHDRAWN
from proposals.locked_rows import lock_with_round
from proposals.models import Proposal, ProposalState, Round
from proposals.services.facts import facts_of, load_proposal, notify_people, target_of
from proposals.visibility import own_proposal, project_of, refuse_ended, require_person


def reject_proposal(*, caller: Caller, proposal_id: UUID, reason: str) -> Proposal:
    """Reject an open proposal, for a reason. Raises `NotFound`, `PermissionDenied`, `ProjectFrozen`, `Conflict`."""
    project_id = project_of(user=caller.user, proposal_id=proposal_id)
    parameters = {"proposal": str(proposal_id), "reason": reason}
    with project_write(caller=caller, project_id=project_id, action="proposal.reject", parameters=parameters) as write:
        if write.repeat_of is None:
            require_person(caller)
            reason = check_reason(reason)
            _end(write, *lock_with_round(proposal_id), ProposalState.REJECTED, REJECTED, reason=reason)
    return load_proposal(proposal_id)


def withdraw_proposal(*, caller: Caller, proposal_id: UUID, reason: str) -> Proposal:
    """Withdraw an open proposal of the caller's own, for a reason. Raises as `reject_proposal`."""
    project_id = own_proposal(caller=caller, proposal_id=proposal_id, action="proposal.submit").project_id
    parameters = {"proposal": str(proposal_id), "withdraw": reason}
    with project_write(caller=caller, project_id=project_id, action="proposal.submit", parameters=parameters) as write:
        if write.repeat_of is None:
            reason = check_reason(reason)
            _end(write, *lock_with_round(proposal_id), ProposalState.WITHDRAWN, WITHDRAWN, reason=reason)
    return load_proposal(proposal_id)


def withdraw_within(write: ProjectWrite, proposal_id: UUID, reason: str) -> None:
    """As `withdraw_proposal`, for server code that has authorised its write already."""
    _end(write, *lock_with_round(proposal_id), ProposalState.WITHDRAWN, WITHDRAWN, reason=check_reason(reason))


def expire_proposals() -> int:
    """End every open proposal whose time limit has passed, in Foundry's name. Returns how many."""
    due = Proposal.objects.filter(state=ProposalState.OPEN, expires_at__lte=Now())
    expired = 0
    for proposal_id, project_id in list(due.order_by("project_id", "id").values_list("id", "project_id")):
        with upkeep_write(caller=foundry_caller(), project_id=project_id) as write:
            proposal, newest = lock_with_round(proposal_id)
            if due.filter(pk=proposal_id).exists():
                _end(write, proposal, newest, ProposalState.EXPIRED, EXPIRED)
                expired += 1
    return expired


def _end(
    write: ProjectWrite,
    proposal: Proposal,
    newest: Round | None,
    state: ProposalState,
    line: InboxLine,
    *,
    reason: str = "",
) -> None:
    refuse_ended(proposal)
    if newest is None:
        raise Conflict(_("It is not open for review yet."), state=proposal.state)
    event = write.record(
        f"proposal.{state.value}", target_of(proposal), facts_of(proposal, newest), reason=reason or None
    )
    end(write, proposal, event, state=state.value, reason=reason)
    notify_people(write, line, newest.authors | voted(proposal), proposal, event)
