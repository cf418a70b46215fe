"""Whether a round has the approvals that the project's policy asks for, at this moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import Kind
from projects.models import Member, Role
from projects.permissions import may
from proposals.models import Proposal, Round, Verdict, Vote
from publishing.proposal_policy import ProposalPolicy
from publishing.quorum import Approval, Quorum, approval_progress

MEANING = "approved"


@dataclass(frozen=True, slots=True)
class Standpoints:
    """The votes that count: who approves the round, and who objects to the proposal."""

    approvals: frozenset[UUID] = frozenset()
    objections: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Progress:
    """How many approvals are missing; the votes that count; and who has approved an earlier round only."""

    missing: int
    counted: Standpoints
    voided: dict[UUID, int] = field(default_factory=dict)


def newest_votes(proposal: Proposal) -> dict[UUID, Vote]:
    """The newest vote of each person, with its round."""
    votes = Vote.objects.filter(round__proposal=proposal).select_related("round", "person").order_by("id")
    return {vote.person_id: vote for vote in votes}


def voters(project_id: UUID) -> set[UUID]:
    """The people whose votes count now: active members whose role allows it."""
    members = Member.objects.filter(project=project_id, user__kind=Kind.HUMAN, user__is_active=True)
    return {user for user, role in members.values_list("user_id", "role") if may("proposal.vote", role=Role(role))}


def progress_of(proposal: Proposal, round_: Round, policy: ProposalPolicy, *, accepter: UUID | None = None) -> Progress:
    """What the newest round still misses. An accepter approves by accepting, and no longer objects."""
    may_vote = voters(proposal.project_id)
    votes = {person: vote for person, vote in newest_votes(proposal).items() if person in may_vote}
    return progress(votes.values(), round_, policy, accepter=accepter)


def progress(votes: Iterable[Vote], round_: Round, policy: ProposalPolicy, *, accepter: UUID | None = None) -> Progress:
    """As `progress_of`, of the votes that count by their people; they are the newest of each."""
    approvals, objections, voided = set[UUID](), set[UUID](), dict[UUID, int]()
    for vote in votes:
        if vote.verdict == Verdict.OBJECT:
            objections.add(vote.person_id)
        elif vote.round_id == round_.id:
            approvals.add(vote.person_id)
        else:
            voided[vote.person_id] = vote.round.number
    if accepter is not None:
        approvals.add(accepter)
        objections.discard(accepter)
    if not policy.author_may_approve:
        approvals -= round_.authors
    given = [Approval(person, MEANING) for person in approvals]
    missing = approval_progress(Quorum({MEANING: policy.approvals}), given=given, authors=()).missing
    return Progress(missing.get(MEANING, 0), Standpoints(frozenset(approvals), frozenset(objections)), voided)
