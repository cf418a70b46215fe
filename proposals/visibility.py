"""Which proposals somebody may see and write to; what is private does not exist for others."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.callers import Caller, refuse_read_only
from accounts.models import Kind, User
from kernel.errors import Conflict, NotFound, PermissionDenied
from kernel.statements import run
from projects.access import Access, effective_role, get_project
from projects.models import Role, Status
from projects.permissions import authorise
from proposals.kinds import DEFAULT_KIND, Key
from proposals.models import Change, Proposal, ProposalQuerySet, ProposalState, Round

# Whose it is and who may see it, which writes ask before they lock it; no row for what is private to others.
_FACTS: Final = ("id", "project_id", "author_id", "on_behalf_of_id", "state")
_READ: Final = """
SELECT proposal.id, proposal.project_id, proposal.author_id, proposal.on_behalf_of_id, proposal.state,
    project.is_private, project.status, member.role
FROM proposals_proposal AS proposal JOIN projects_project AS project ON project.id = proposal.project_id
LEFT JOIN projects_member AS member ON member.project_id = project.id AND member.user_id = %s
WHERE proposal.id = %s
    AND (proposal.state <> 'private' OR proposal.author_id = %s OR proposal.on_behalf_of_id = %s)
"""


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


def that_change(proposals: ProposalQuerySet, field: str, *, user: User) -> ProposalQuerySet:
    """Those of which a round changes a field, and those of the user's own in which a change of it is staged."""
    rounds = Round.objects.filter(changes__has_key=str(Key(DEFAULT_KIND, field))).values("proposal")
    staged = Change.objects.filter(proposal__in=Proposal.objects.of(user), kind=DEFAULT_KIND, target=field)
    return proposals.filter(Q(pk__in=rounds) | Q(pk__in=staged.values("proposal")))


def project_of(*, user: User, proposal_id: UUID) -> UUID:
    """The project of a proposal that the user may see, for a write that reads the proposal when it is locked.

    Raises as `visible_proposal`.
    """
    proposal, _role, _status = _facts_of(user, proposal_id)
    return proposal.project_id


def own_proposal(*, caller: Caller, proposal_id: UUID, action: str, project_id: UUID | None = None) -> Proposal:
    """A proposal that the caller wrote, or that was written on their behalf, in a project that allows `action`.

    It has its project, people and state; what else it holds is read when it is locked. `project_id`, where it is given,
    is the only project in which it is looked for. Raises `NotFound`, `PermissionDenied` for somebody else's,
    `ReadOnlyToken`, `ProjectFrozen`.
    """
    refuse_read_only(caller)
    proposal, role, status = _facts_of(caller.user, proposal_id)
    if project_id not in (None, proposal.project_id):
        raise _no_such_proposal()
    require_own(proposal, caller.user)
    authorise(action=action, role=role, status=status, project_id=proposal.project_id)
    return proposal


def _facts_of(user: User, proposal_id: UUID) -> tuple[Proposal, Role, Status]:
    """A proposal that the user may see (`_READ`), their role in its project, and its status. Raises `NotFound`."""
    rows = run((_READ, [user.id, proposal_id, user.id, user.id]))
    if not rows:
        raise _no_such_proposal()
    *facts, is_private, status, member_role = rows[0]
    role = effective_role(user=user, member_role=member_role, is_private=is_private)
    if role is None:
        raise _no_such_proposal()
    return Proposal.from_db(connection.alias, _FACTS, facts), role, Status(status)


def _no_such_proposal() -> NotFound:
    return NotFound(_("There is no such proposal."))


def require_own(proposal: Proposal, user: User) -> None:
    """Raise `PermissionDenied` unless the user wrote it, or it was written on their behalf."""
    if not proposal.is_of(user):
        raise PermissionDenied(_("Only its author can do this. Make a copy to change it."))


def require_person(caller: Caller) -> None:
    """Raise `PermissionDenied` for an agent or a service: people alone vote and decide."""
    if caller.user.kind != Kind.HUMAN:
        raise PermissionDenied(_("Only people vote on proposals and decide about them."))


def refuse_ended(proposal: Proposal) -> None:
    """Raise `Conflict` if the proposal has ended."""
    if proposal.ended_at is not None:
        state = ProposalState(proposal.state).label.lower()
        raise Conflict(_("{proposal} is {state}.").format(proposal=proposal, state=state), state=proposal.state)
