"""Proposals as their readers get them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import User
from drafts.models import Draft
from drafts.reading import body
from kernel.errors import NotFound
from projects.fields import CONFIGURATION, PROMPT, file_path
from proposals.approvals import Progress, newest_votes, progress, voters, votes_on
from proposals.discussion import comment_counts
from proposals.drift import (
    UNMOVED,
    Item,
    Movement,
    contents_now,
    items_of_changes,
    items_of_round,
    movements,
    texts_of,
)
from proposals.kinds import DEFAULT_KIND, Content, Key
from proposals.listing import listed_body
from proposals.models import Change, Proposal, Round, Vote
from proposals.renaming import follow_renames, followed
from publishing.proposal_policy import ProposalPolicy, proposal_policy_of


@dataclass(slots=True)
class _Facts:
    """What summaries of several proposals of one project need, read in a number of queries that does not grow."""

    changes: dict[UUID, list[Change]] = field(default_factory=lambda: defaultdict(list))
    rounds: dict[UUID, list[Round]] = field(default_factory=lambda: defaultdict(list))
    votes: dict[UUID, dict[UUID, Vote]] = field(default_factory=lambda: defaultdict(dict))
    # Read when somebody looks: without votes a list over REST does not.
    voters: Collection[UUID] = ()
    policy: ProposalPolicy = field(default_factory=ProposalPolicy)
    comments: Mapping[UUID, Counter[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProposalSummary:
    """A proposal as one reader sees it, without texts.

    `items` are the changes of its newest round, or for its own people what is staged until it ends, with their
    `movements`; `now` is what their targets hold. `votes` has the newest vote of each person, `comments`
    counts the threads on its rounds by state.
    """

    proposal: Proposal
    items: Sequence[Item]
    movements: Sequence[Movement]
    now: Mapping[Key, Content]
    rounds: Sequence[Round]
    votes: Mapping[UUID, Vote]
    voters: Collection[UUID]
    policy: ProposalPolicy
    comments: Counter[str]

    @property
    def round(self) -> Round | None:
        """Its newest round."""
        return self.rounds[-1] if self.rounds else None

    @property
    def progress(self) -> Progress | None:
        """What an open one still misses, by the policy, the roles and the accounts of this moment."""
        if self.round is None or self.proposal.ended_at is not None:
            return None
        counting = [vote for person, vote in self.votes.items() if person in self.voters]
        return progress(counting, self.round, self.policy)


def proposal_summaries(proposals: Sequence[Proposal], *, user: User) -> list[ProposalSummary]:
    """Proposals of one project (`with_people`) as a list shows them."""
    if not proposals:
        return []
    facts = _read(proposals, user)
    items = followed(proposals[0].project_id, {proposal.id: _items(proposal, user, facts) for proposal in proposals})
    now = contents_now(proposals[0].project_id, {item.now_key for each in items.values() for item in each})
    every = [(proposal.id, item) for proposal in proposals if proposal.ended_at is None for item in items[proposal.id]]
    found = movements([item for _id, item in every], now)
    moved = {(identity, item.key): each for (identity, item), each in zip(every, found, strict=True)}
    return [
        ProposalSummary(
            proposal,
            items[proposal.id],
            [moved.get((proposal.id, item.key), UNMOVED) for item in items[proposal.id]],
            now,
            facts.rounds[proposal.id],
            facts.votes[proposal.id],
            facts.voters,
            facts.policy,
            facts.comments[proposal.id],
        )
        for proposal in proposals
    ]


def proposal_body(proposal: Proposal, *, user: User) -> dict[str, Any]:
    """One proposal, with its rounds and votes; to its own people with what they have staged.

    Raises `NotFound` if it was discarded meanwhile.
    """
    found = listed_body(proposal, user=user)
    rounds = Round.objects.filter(proposal=proposal).select_related("created_by").order_by("number")
    staged = Change.objects.filter(proposal=proposal) if proposal.is_of(user) else ()
    return {
        **found,
        "rounds": [_round_body(each) for each in rounds],
        "votes": [vote_body(vote) for vote in newest_votes(proposal).values()],
        "staged": [_staged_body(change) for change in staged],
    }


def vote_body(vote: Vote) -> dict[str, Any]:
    """One vote."""
    return {
        "id": vote.id,
        "round": vote.round.number,
        "person": vote.person.person(),
        "verdict": vote.verdict,
        "comment": vote.comment,
        "created_at": vote.created_at,
    }


def _read(proposals: Sequence[Proposal], user: User) -> _Facts:
    ids = [proposal.id for proposal in proposals]
    facts = _Facts()
    staged = [proposal.id for proposal in proposals if _is_staged_for(proposal, user)]
    for change in Change.objects.filter(proposal__in=staged) if staged else ():
        facts.changes[change.proposal_id].append(change)
    for round_ in _rounds(ids):
        facts.rounds[round_.proposal_id].append(round_)
    for vote in votes_on(ids):
        facts.votes[vote.round.proposal_id][vote.person_id] = vote
    project_id = proposals[0].project_id
    facts.voters = cast("Collection[UUID]", SimpleLazyObject(lambda: voters(project_id)))
    facts.policy = proposal_policy_of(project_id)
    every = [round_ for rounds in facts.rounds.values() for round_ in rounds]
    facts.comments = comment_counts({round_.id: round_.proposal_id for round_ in every})
    return facts


def _is_staged_for(proposal: Proposal, user: User) -> bool:
    """Whether a reader sees the working set: its own people do, until it ends."""
    return proposal.ended_at is None and proposal.is_of(user)


def _rounds(ids: Sequence[UUID]) -> list[Round]:
    """The rounds of proposals by number. Only the newest ones have their `changes`; a round has up to 5,000."""
    rounds = Round.objects.filter(proposal__in=ids)
    newest = list(rounds.order_by("proposal_id", "-number").distinct("proposal_id"))
    several = [round_.proposal_id for round_ in newest if round_.number > 1]
    if not several:
        return newest
    older = Round.objects.filter(proposal__in=several).exclude(pk__in=[round_.pk for round_ in newest])
    return [*older.order_by("number").defer("changes"), *newest]


def _items(proposal: Proposal, user: User, facts: _Facts) -> list[Item]:
    """The changes that a reader sees: the newest round, or the working set for its people until it ends."""
    rounds = facts.rounds[proposal.id]
    if not rounds or _is_staged_for(proposal, user):
        return items_of_changes(facts.changes[proposal.id])
    return items_of_round(rounds[-1])


def _round_body(round_: Round) -> dict[str, Any]:
    return {
        "number": round_.number,
        "digest": round_.digest,
        "changes": round_.changes,
        "contributors": round_.contributors,
        "created_by": round_.created_by.person(),
        "created_at": round_.created_at,
    }


def _staged_body(change: Change) -> dict[str, Any]:
    return {
        "target": Key(change.kind, change.target).name,
        "value": change.value,
        "language": change.language,
        "base_version": change.base_version,
        "revision": change.revision,
    }


def shown_items(proposal: Proposal, *, user: User, number: int | None = None) -> list[Item]:
    """The changes of one round; without a number, of what the reader sees. Raises `NotFound` for the round."""
    if number is None:
        return follow_renames(proposal.project_id, _items(proposal, user, _read([proposal], user)))
    round_ = Round.objects.filter(proposal=proposal, number=number).first()
    if round_ is None:
        raise NotFound(_("There is no round {number}.").format(number=number))
    return follow_renames(proposal.project_id, items_of_round(round_))


def preview(proposal: Proposal, *, user: User) -> dict[str, Any]:
    """The current version's body with the proposal's fields on top of it."""
    current = Draft.objects.of_project(proposal.project_id).select_related("prompt", "configuration", "author").first()
    found: dict[str, Any] = body(current) if current else {"version_number": 0, "files": {}}
    found.setdefault("prompt_text", None)
    found.setdefault("model_configuration_text", None)
    items = [item for item in shown_items(proposal, user=user) if item.key.kind == DEFAULT_KIND]
    texts = texts_of((item.key.kind, item.after) for item in items if item.staged is None)
    for item in items:
        target, text = item.now_key.target, item.text(texts)
        if target == PROMPT:
            found["prompt_text"] = text
        elif target == CONFIGURATION:
            found["model_configuration_text"] = text
        elif item.after is None:
            found["files"].pop(file_path(target), None)
        else:
            found["files"][file_path(target)] = {**item.after, "size": len((text or "").encode()), "content": text}
    return {
        "base_version": found["version_number"],
        "prompt_text": found["prompt_text"],
        "model_configuration_text": found["model_configuration_text"],
        "files": found["files"],
    }
