"""Proposals as REST lists them: without texts, in one round trip for all of them, and without models.

What a reader has staged is compared by hashes that PostgreSQL computes, so that their texts, of 64 MiB together, stay
where they are; a merge reads those that it needs (`proposals.drift`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from accounts.models import User
from drafts.comments.models import CommentState
from kernel.errors import NotFound
from kernel.statements import run_together
from proposals.approvals import progress, vote_of, voters
from proposals.drift import (
    UNMOVED,
    Item,
    Movement,
    contents_now,
    hash_of,
    items_of_sides,
    movements,
)
from proposals.kinds import KINDS, Content, Key
from proposals.models import Proposal, Round, Vote
from proposals.renaming import followed
from proposals.unread import UnreadChange, items_of_unread
from publishing.proposal_policy import ProposalPolicy

_COMMENT_STATES: Final = tuple(CommentState.values)
_unread_changes: Final = msgspec.json.Decoder(list[UnreadChange]).decode

# A reader's own has what is staged until it ends, another one the changes of its newest round.
_PROPOSALS: Final = """
SELECT proposal.id, proposal.project_id, proposal.number, proposal.title, proposal.description, proposal.state,
    proposal.opened_at, proposal.expires_at, proposal.ended_at, proposal.reason,
    (SELECT version_number FROM drafts_draft WHERE id = proposal.draft_id),
    author.id::text, author.display_name, author.kind, principal.id::text, principal.display_name, principal.kind,
    ender.id::text, ender.display_name, ender.kind,
    round.id, round.number, round.digest, round.contributors::text, round.created_at,
    CASE WHEN own.is_staged THEN NULL ELSE round.changes::text END, staged.changes::text
FROM proposals_proposal AS proposal
JOIN accounts_user AS author ON author.id = proposal.author_id
LEFT JOIN accounts_user AS principal ON principal.id = proposal.on_behalf_of_id
LEFT JOIN accounts_user AS ender ON ender.id = proposal.ended_by_id
LEFT JOIN LATERAL (
    SELECT * FROM proposals_round WHERE proposal_id = proposal.id ORDER BY number DESC LIMIT 1
) AS round ON true
CROSS JOIN LATERAL (
    SELECT proposal.ended_at IS NULL AND (proposal.author_id = %s OR proposal.on_behalf_of_id = %s) AS is_staged
) AS own
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_array(
        change.id, change.kind, change.target, change.base, change.base_version, change.language, change.size,
        CASE WHEN change.kind = ANY(%s::text[])
            THEN to_json(encode(sha256(convert_to(change.value #>> '{}', 'UTF8')), 'hex'))
            ELSE change.value::json END
    ) ORDER BY change.kind, change.target) AS changes
    FROM proposals_change AS change WHERE change.proposal_id = proposal.id AND own.is_staged
) AS staged
WHERE proposal.id = ANY(%s::uuid[])
"""
# One row: the votes of all of them in their order, how many comments each has in each state, and the policy.
_BESIDE: Final = """
WITH submitted AS (SELECT id, proposal_id, number FROM proposals_round WHERE proposal_id = ANY(%s::uuid[]))
SELECT (
    SELECT json_agg(json_build_array(
        round.proposal_id, vote.person_id, vote.verdict, vote.round_id, round.number, person.display_name, person.kind
    ) ORDER BY round.number, vote.created_at, vote.id)
    FROM submitted AS round JOIN proposals_vote AS vote ON vote.round_id = round.id
    JOIN accounts_user AS person ON person.id = vote.person_id
)::text, (
    SELECT json_agg(json_build_array(counted.proposal_id, counted.state, counted.comments)) FROM (
        SELECT round.proposal_id, comment.state, count(*) AS comments
        FROM submitted AS round JOIN drafts_comment AS comment ON comment.round_id = round.id
        GROUP BY round.proposal_id, comment.state
    ) AS counted
)::text, (
    SELECT policy.proposals FROM publishing_policy AS policy WHERE policy.project_id = %s
)::text
"""


class _Row(NamedTuple):
    """A row of `_PROPOSALS`: people as `id`, `display_name` and `kind`, JSON as its text."""

    id: UUID
    project_id: UUID
    number: int | None
    title: str
    description: str
    state: str
    opened_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    reason: str
    version: int | None
    author: Sequence[str | None]
    on_behalf_of: Sequence[str | None]
    ended_by: Sequence[str | None]
    round_id: UUID | None
    round_number: int | None
    digest: str | None
    contributors: str | None
    round_at: datetime | None
    changes: str | None
    staged: str | None


def _row(values: Sequence[Any]) -> _Row:
    people = (values[11:14], values[14:17], values[17:20])
    return _Row(*(*values[:11], *people, *values[20:]))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the bodies of several proposals of one project need beside their rows."""

    votes: Mapping[UUID, Mapping[UUID, Vote]]
    comments: Mapping[UUID, Counter[str]]
    policy: ProposalPolicy
    now: Mapping[Key, Content]
    moved: Mapping[tuple[UUID, Key], Movement]


def proposal_bodies(ids: Sequence[UUID], *, project_id: UUID, user: User) -> list[dict[str, Any]]:
    """Proposals of a project, in this order, which the user may see: as REST lists them, without texts.

    One that was discarded meanwhile is left out.
    """
    if not ids:
        return []
    wanted = list(ids)
    # As one text, which is written once for all statements.
    identities = f"{{{','.join(map(str, wanted))}}}"
    hashed = [name for name, kind in KINDS.items() if kind.canonical_of_hash is not None]
    readings = {name: kind.reading for name, kind in KINDS.items() if kind.reading is not None}
    listed, ((votes, comments, policy),), *contents = run_together(
        [
            (_PROPOSALS, [user.id, user.id, hashed, identities]),
            (_BESIDE, [identities, project_id]),
            *(reading.statement(project_id, None) for reading in readings.values()),
        ],
        binary=True,
    )
    found = {row[0]: _row(row) for row in listed}
    rows = [found[identity] for identity in wanted if identity in found]
    if not rows:
        return []
    items = followed(project_id, {row.id: _items(row) for row in rows})
    now = contents_now(
        project_id,
        {item.now_key for each in items.values() for item in each},
        rows=dict(zip(readings, contents, strict=True)),
    )
    every = [(row.id, item) for row in rows if row.ended_at is None for item in items[row.id]]
    moved = movements([item for _id, item in every], now)
    facts = _Facts(
        _votes(votes),
        _comments(comments),
        ProposalPolicy(**msgspec.json.decode(policy)) if policy else ProposalPolicy(),
        now,
        {(identity, item.key): each for (identity, item), each in zip(every, moved, strict=True)},
    )
    return _bodies(rows, items, facts)


def listed_body(proposal: Proposal, *, user: User) -> dict[str, Any]:
    """One of `proposal_bodies`. Raises `NotFound` if it was discarded meanwhile."""
    for found in proposal_bodies([proposal.id], project_id=proposal.project_id, user=user):
        return found
    raise NotFound(_("There is no such proposal."))


def _items(row: _Row) -> list[Item]:
    if row.staged is None:
        if row.changes is None or row.round_at is None:
            return []
        return items_of_sides(msgspec.json.decode(row.changes), row.round_at)
    return items_of_unread(_unread_changes(row.staged))


def _votes(text: str | None) -> Mapping[UUID, Mapping[UUID, Vote]]:
    """The newest vote of each person, by proposal."""
    found: defaultdict[UUID, dict[UUID, Vote]] = defaultdict(dict)
    for proposal_id, person_id, verdict, round_id, number, name, kind in msgspec.json.decode(text or "[]"):
        person = UUID(person_id)
        vote = vote_of(person, verdict, UUID(round_id), number)
        vote.person = User(id=person, display_name=name, kind=kind)
        found[UUID(proposal_id)][person] = vote
    return found


def _comments(text: str | None) -> Mapping[UUID, Counter[str]]:
    found: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    for proposal_id, state, count in msgspec.json.decode(text or "[]"):
        found[UUID(proposal_id)][state] = count
    return found


def _bodies(rows: Sequence[_Row], items: Mapping[UUID, Sequence[Item]], facts: _Facts) -> list[dict[str, Any]]:
    held = {key: hash_of(content) for key, content in facts.now.items()}
    labels = _labels(rows[0].project_id, {item.key for row in rows for item in items[row.id]})
    counting = voters(rows[0].project_id) if facts.votes else set()
    without_votes = _approvals({}, Round(), counting, facts.policy)
    found = []
    for row in rows:
        approvals = without_votes if row.ended_at is None and row.round_id else None
        if approvals is not None and (votes := facts.votes.get(row.id)):
            contributors = msgspec.json.decode(row.contributors or "[]")
            round_ = Round(id=row.round_id, contributors=contributors)
            approvals = _approvals(votes, round_, counting, facts.policy)
        targets = [
            _target(item, facts.moved.get((row.id, item.key), UNMOVED), held[item.now_key], labels[item.key])
            for item in items[row.id]
        ]
        found.append(_body(row, targets, approvals, facts.comments.get(row.id, {})))
    return found


def _labels(project_id: UUID, keys: Collection[Key]) -> Mapping[Key, str]:
    """What the targets are called in the project."""
    by_kind: defaultdict[str, list[Key]] = defaultdict(list)
    for key in keys:
        by_kind[key.kind].append(key)
    found: dict[Key, str] = {}
    for kind, of_kind in by_kind.items():
        labels = KINDS[kind].labels_in(project_id, dict.fromkeys(key.target for key in of_kind))
        found |= {key: labels[key.target] for key in of_kind}
    return found


def _body(
    row: _Row, targets: list[dict[str, Any]], approvals: dict[str, Any] | None, comments: Mapping[str, int]
) -> dict[str, Any]:
    return {
        "id": row.id,
        "project_id": row.project_id,
        "number": row.number,
        "title": row.title,
        "description": row.description,
        "state": row.state,
        "author": _person(row.author),
        "on_behalf_of": _person(row.on_behalf_of),
        "round": row.round_number or 0,
        "digest": row.digest,
        "targets": targets,
        "approvals": approvals,
        "comments": {state: comments.get(state, 0) for state in _COMMENT_STATES},
        "opened_at": row.opened_at,
        "expires_at": row.expires_at,
        "ended_at": row.ended_at,
        "ended_by": _person(row.ended_by),
        "reason": row.reason,
        "version": row.version,
    }


def _person(values: Sequence[str | None]) -> dict[str, str | None] | None:
    """As `User.person`."""
    identity, display_name, kind = values
    return {"id": identity, "display_name": display_name, "kind": kind} if identity else None


def _target(item: Item, movement: Movement, now: str | None, label: str) -> dict[str, Any]:
    return {
        "target": item.key.name,
        "kind": item.key.kind,
        "label": label,
        "drift": movement.drift,
        "choices": movement.choices,
        "base": hash_of(item.base),
        "after": hash_of(item.after),
        "now": now,
        "renamed": item.renamed,
    }


def _approvals(
    votes: Mapping[UUID, Vote], round_: Round, counting: Collection[UUID], policy: ProposalPolicy
) -> dict[str, Any]:
    found = progress([vote for person, vote in votes.items() if person in counting], round_, policy)
    names = {person: vote.person.person() for person, vote in votes.items()}
    return {
        "needed": policy.approvals,
        "missing": found.missing,
        "given": [names[person] for person in sorted(found.counted.approvals)],
        "objections": [names[person] for person in sorted(found.counted.objections)],
        "voided": [{"person": names[person], "round": number} for person, number in sorted(found.voided.items())],
    }
