"""Whether a round has the approvals that the project's policy asks for, at this moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Kind
from projects.models import Member, Role
from projects.permissions import may
from proposals.models import UNSEEN_OF_PEOPLE, Proposal, Round, Verdict, Vote
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
    """How many approvals are missing; the votes that count; who has approved an earlier round only; and whoever voted,
    whether or not it counts (of `progress_of` only).
    """

    missing: int
    counted: Standpoints
    voided: dict[UUID, int] = field(default_factory=dict)
    voted: frozenset[UUID] = frozenset()


def newest_votes(proposal: Proposal) -> dict[UUID, Vote]:
    """The newest vote of each person, with its round (without what that changes) and the person."""
    return {vote.person_id: vote for vote in votes_on([proposal.id])}


def votes_on(proposals: Collection[UUID]) -> QuerySet[Vote]:
    """All votes on rounds of proposals, oldest first, as `newest_votes` reads them.

    By PostgreSQL's clock: an id has the time of the node that made it.
    """
    votes = Vote.objects.filter(round__proposal__in=proposals).select_related("round", "person")
    votes = votes.order_by("round__number", "created_at", "id")
    return votes.defer("round__changes", "round__contributors", *(f"person__{name}" for name in UNSEEN_OF_PEOPLE))


def voted(proposal: Proposal) -> set[UUID]:
    """The people who have voted on any of its rounds."""
    return set(Vote.objects.filter(round__proposal=proposal).order_by().values_list("person_id", flat=True))


def vote_of(person_id: UUID, verdict: str, round_id: UUID, number: int) -> Vote:
    """A vote with what `progress` asks of it, and no more."""
    vote = Vote(round=Round(id=round_id, number=number), verdict=verdict)
    vote.person_id = person_id
    return vote


def voters(project_id: UUID) -> set[UUID]:
    """The people whose votes count now: active members whose role allows it."""
    members = Member.objects.filter(project=project_id, user__kind=Kind.HUMAN, user__is_active=True)
    return {user for user, role in members.values_list("user_id", "role") if may("proposal.vote", role=Role(role))}


def progress_of(
    proposal: Proposal, round_: Round, newest: Mapping[UUID, Vote], policy: ProposalPolicy, *, accepter: UUID
) -> Progress:
    """What the newest round still misses, with the newest vote of each person.

    An accepter approves by accepting, and no longer objects.
    """
    may_vote = voters(proposal.project_id) if newest else set()
    votes = [vote for person, vote in newest.items() if person in may_vote]
    return replace(progress(votes, round_, policy, accepter=accepter), voted=frozenset(newest))


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
    if approvals and not policy.author_may_approve:
        approvals -= round_.authors
    given = [Approval(person, MEANING) for person in approvals]
    missing = approval_progress(Quorum({MEANING: policy.approvals}), given=given, authors=()).missing
    return Progress(missing.get(MEANING, 0), Standpoints(frozenset(approvals), frozenset(objections)), voided)
