"""Proposals as their readers get them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from drafts.compare.admission import admitted
from drafts.models import Draft
from drafts.reading import body
from kernel.errors import NotFound, ValidationFailed
from projects.fields import CONFIGURATION, PROMPT, file_path
from proposals.approvals import newest_votes, progress, voters
from proposals.drift import Drift, Item, contents_now, drifts, hash_of, items_of_changes, items_of_round, texts_of
from proposals.kinds import DEFAULT_KIND, KINDS, Content, Key
from proposals.models import Change, Proposal, Round, Vote
from publishing.proposal_policy import ProposalPolicy, proposal_policy_of

AGAINST = ("current", "base", "round")


@dataclass(slots=True)
class _Facts:
    """What the bodies of several proposals of one project need, read in a number of queries that does not grow."""

    changes: dict[UUID, list[Change]] = field(default_factory=lambda: defaultdict(list))
    rounds: dict[UUID, Round] = field(default_factory=dict)
    votes: dict[UUID, dict[UUID, Vote]] = field(default_factory=lambda: defaultdict(dict))
    voters: set[UUID] = field(default_factory=set)
    policy: ProposalPolicy = field(default_factory=ProposalPolicy)


def proposal_bodies(proposals: Sequence[Proposal], *, user: User) -> list[dict[str, Any]]:
    """Proposals of one project (`with_people`) as a list shows them: without texts."""
    if not proposals:
        return []
    facts = _read(proposals)
    items = {proposal.id: _items(proposal, user, facts) for proposal in proposals}
    now = contents_now(proposals[0].project_id, {item.key for each in items.values() for item in each})
    every = [(proposal.id, item) for proposal in proposals if proposal.ended_at is None for item in items[proposal.id]]
    found = drifts([item for _id, item in every], now)
    drift = {(identity, item.key): each for (identity, item), each in zip(every, found, strict=True)}
    return [_body(proposal, items[proposal.id], now, drift, facts) for proposal in proposals]


def proposal_body(proposal: Proposal, *, user: User) -> dict[str, Any]:
    """One proposal, with its rounds and votes; to its own people with what they have staged."""
    (found,) = proposal_bodies([proposal], user=user)
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


def _read(proposals: Sequence[Proposal]) -> _Facts:
    ids = [proposal.id for proposal in proposals]
    facts = _Facts()
    for change in Change.objects.filter(proposal__in=ids):
        facts.changes[change.proposal_id].append(change)
    for round_ in Round.objects.filter(proposal__in=ids).order_by("number"):
        facts.rounds[round_.proposal_id] = round_
    votes = Vote.objects.filter(round__proposal__in=ids).select_related("round", "person").order_by("id")
    for vote in votes:
        facts.votes[vote.round.proposal_id][vote.person_id] = vote
    facts.voters = voters(proposals[0].project_id)
    facts.policy = proposal_policy_of(proposals[0].project_id)
    return facts


def _items(proposal: Proposal, user: User, facts: _Facts) -> list[Item]:
    """The changes that a reader sees: the newest round, or the working set for its people until it ends."""
    round_ = facts.rounds.get(proposal.id)
    if round_ is None or (proposal.ended_at is None and proposal.is_of(user)):
        return items_of_changes(facts.changes[proposal.id])
    return items_of_round(round_)


def _body(
    proposal: Proposal,
    items: Sequence[Item],
    now: Mapping[Key, Content],
    drift: Mapping[tuple[UUID, Key], Drift],
    facts: _Facts,
) -> dict[str, Any]:
    round_ = facts.rounds.get(proposal.id)
    return {
        "id": proposal.id,
        "project_id": proposal.project_id,
        "number": proposal.number,
        "title": proposal.title,
        "description": proposal.description,
        "state": proposal.state,
        "author": proposal.author.person(),
        "on_behalf_of": proposal.on_behalf_of.person() if proposal.on_behalf_of else None,
        "round": round_.number if round_ else 0,
        "digest": round_.digest if round_ else None,
        "targets": [
            {
                "target": item.key.name,
                "kind": item.key.kind,
                "label": KINDS[item.key.kind].label(item.key.target),
                "drift": drift.get((proposal.id, item.key), Drift.NONE),
                "base": hash_of(item.base),
                "after": hash_of(item.after),
                "now": hash_of(now[item.key]),
            }
            for item in items
        ],
        "approvals": _approvals_body(proposal, round_, facts) if round_ and proposal.ended_at is None else None,
        "opened_at": proposal.opened_at,
        "expires_at": proposal.expires_at,
        "ended_at": proposal.ended_at,
        "ended_by": proposal.ended_by.person() if proposal.ended_by else None,
        "reason": proposal.reason,
        "version": proposal.draft.version_number if proposal.draft else None,
    }


def _approvals_body(proposal: Proposal, round_: Round, facts: _Facts) -> dict[str, Any]:
    votes = facts.votes[proposal.id]
    counting = {person: vote for person, vote in votes.items() if person in facts.voters}
    found = progress(counting.values(), round_, facts.policy)
    names = {person: vote.person.person() for person, vote in counting.items()}
    return {
        "needed": facts.policy.approvals,
        "missing": found.missing,
        "given": [names[person] for person in sorted(found.counted.approvals)],
        "objections": [names[person] for person in sorted(found.counted.objections)],
        "voided": [{"person": names[person], "round": number} for person, number in sorted(found.voided.items())],
    }


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
        return _items(proposal, user, _read([proposal]))
    round_ = Round.objects.filter(proposal=proposal, number=number).first()
    if round_ is None:
        raise NotFound(_("There is no round {number}.").format(number=number))
    return items_of_round(round_)


def preview(proposal: Proposal, *, user: User) -> dict[str, Any]:
    """The current version's body with the proposal's fields on top of it."""
    current = Draft.objects.of_project(proposal.project_id).select_related("prompt", "configuration", "author").first()
    found: dict[str, Any] = body(current) if current else {"version_number": 0, "files": {}}
    found.setdefault("prompt_text", None)
    found.setdefault("model_configuration_text", None)
    items = [item for item in shown_items(proposal, user=user) if item.key.kind == DEFAULT_KIND]
    texts = texts_of((item.key.kind, item.after) for item in items if item.staged is None)
    for item in items:
        target, text = item.key.target, item.text(texts)
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


def comparison(
    proposal: Proposal, *, user: User, number: int | None, against: str, other: int | None = None
) -> dict[str, Any]:
    """How the proposal's texts differ from those now (`current`), those it was made from, or an earlier round's.

    Raises `NotFound` for a round, `ValidationFailed` for `against`.
    """
    if against not in AGAINST:
        raise ValidationFailed({"against": [_("Must be one of {values}.").format(values=", ".join(AGAINST))]})
    items = shown_items(proposal, user=user, number=number)
    now = contents_now(proposal.project_id, [item.key for item in items]) if against == "current" else {}
    before: dict[Key, Content] = {item.key: item.base for item in items}
    if against == "current":
        before = now
    elif against == "round":
        earlier = shown_items(proposal, user=user, number=other or 1)
        before |= {item.key: item.after for item in earlier if item.key in before}
    items = [item for item in items if before[item.key] != item.after]
    contents = [(item.key.kind, content) for item in items for content in (before[item.key], item.after)]
    read = texts_of(contents)
    sides = [(item.key, read.get(hash_of(before[item.key]) or ""), item.text(read)) for item in items]
    size = sum(len(text or "") for _key, *texts in sides for text in texts)
    with admitted(user.id, size):
        return {"fields": [KINDS[key.kind].difference(key.target, *texts) for key, *texts in sides]}
