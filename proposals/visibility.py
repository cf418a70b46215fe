"""Which proposals somebody may see and write to; what is private does not exist for others."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import Kind, User
from kernel.errors import Conflict, NotFound, PermissionDenied
from projects.access import Access, get_project
from proposals.models import Proposal, ProposalState


def visible_proposal(*, user: User, proposal_id: UUID) -> tuple[Proposal, Access]:
    """A proposal, and the user's access to its project.

    Raises the same `NotFound` for one that does not exist, another person's private one, and one in a project that the
    user may not see.
    """
    proposal = Proposal.objects.visible_to(user).with_people().filter(pk=proposal_id).first()
    try:
        access = get_project(user=user, project_id=proposal.project_id if proposal else proposal_id)
    except NotFound:
        raise _no_such_proposal() from None
    if proposal is None:
        raise _no_such_proposal()
    return proposal, access


def _no_such_proposal() -> NotFound:
    return NotFound(_("There is no such proposal."))


def own_proposal(*, user: User, proposal_id: UUID, action: str) -> Proposal:
    """A proposal that the user wrote, or that was written on their behalf, in a project that allows `action`.

    Raises `NotFound`, `PermissionDenied` for somebody else's, `ProjectFrozen`.
    """
    proposal, _access = visible_proposal(user=user, proposal_id=proposal_id)
    if not proposal.is_of(user):
        raise PermissionDenied(_("Only its author can do this. Make a copy to change it."))
    get_project(user=user, project_id=proposal.project_id, action=action)
    return proposal


def require_person(caller: Caller) -> None:
    """Raise `PermissionDenied` for an agent or a service: people alone vote and decide."""
    if caller.user.kind != Kind.HUMAN:
        raise PermissionDenied(_("Only people vote on proposals and decide about them."))


def lock_proposal(proposal_id: UUID) -> Proposal:
    """The proposal with its row locked, as it is now. Raises `NotFound` if it was discarded meanwhile."""
    proposal = Proposal.objects.select_for_update(no_key=True).filter(pk=proposal_id).first()
    if proposal is None:
        raise _no_such_proposal()
    return proposal


def refuse_ended(proposal: Proposal) -> None:
    """Raise `Conflict` if the proposal has ended."""
    if proposal.ended_at is not None:
        state = ProposalState(proposal.state).label.lower()
        raise Conflict(_("{proposal} is {state}.").format(proposal=proposal, state=state), state=proposal.state)
