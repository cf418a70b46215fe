"""The rows of the list of proposals: those of the reader, the other open ones, and the ended ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from accounts.models import User
from drafts.comments.models import CommentState
from proposals.drift import hash_of
from proposals.kinds import DEFAULT_KIND
from proposals.models import ENDED, Proposal, ProposalQuerySet, ProposalState
from proposals.reading import ProposalSummary, proposal_summaries
from workspace.history.line_counts import LineCounts, Pair, count_lines
from workspace.proposals.presentation import (
    DriftWords,
    TargetView,
    VoteWords,
    drift_words,
    is_turn_of,
    moved_fields,
    proposal_address,
    state_words,
    target_views,
    time_left,
    versions_that_changed,
    vote_words,
)
from workspace.releases.presentation import StateWords
from workspace.tabs import TabContext

# The sections, in their order. One's own private ones come before one's own open ones.
PRIVATE, OWN, OPEN, OVER = range(4)
# A row names this many of its fields, and counts the others.
MAX_ROW_FIELDS: Final = 4
# Bytes of texts whose lines one page counts; what was counted before is free.
MAX_COUNTED: Final = 2_000_000


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One proposal of the list."""

    proposal: Proposal
    rank: int
    round: int
    fields: list[TargetView]
    more_fields: list[TargetView]
    counts: LineCounts | None
    drift: DriftWords
    votes: VoteWords
    is_turn: bool
    comments: int

    @property
    def state(self) -> StateWords:
        return state_words(self.proposal)

    @property
    def address(self) -> str:
        return proposal_address(self.proposal)

    @property
    def time_left(self) -> str:
        return time_left(self.proposal)


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one section on this page, and how many it has in all."""

    name: str
    rows: list[ProposalRow]
    total: int

    @property
    def turns(self) -> int:
        return sum(row.is_turn for row in self.rows)


def open_proposals(context: TabContext) -> int:
    """How many are open, for the tab."""
    return Proposal.recorded.filter(project=context.access.project, state=ProposalState.OPEN).count()


def ranked(proposals: ProposalQuerySet, user: User) -> ProposalQuerySet:
    """In the order of the list, each with its `rank`."""
    own = Q(author=user) | Q(on_behalf_of=user)
    rank = Case(
        When(state__in=ENDED, then=Value(OVER)),
        When(state=ProposalState.PRIVATE, then=Value(PRIVATE)),
        When(own, then=Value(OWN)),
        default=Value(OPEN),
        output_field=IntegerField(),
    )
    return proposals.annotate(rank=rank).order_by("rank", "-id")


def after(proposals: ProposalQuerySet, last: UUID) -> ProposalQuerySet:
    """Those of a ranked list that come after this one."""
    ranks: QuerySet[Any] = proposals
    rank = ranks.filter(pk=last).values_list("rank", flat=True).first()
    return proposals if rank is None else proposals.filter(Q(rank__gt=rank) | Q(rank=rank, pk__lt=last))


def totals(proposals: ProposalQuerySet) -> dict[int, int]:
    """How many there are of each rank; one query."""
    ranks: QuerySet[Any] = proposals
    return dict(ranks.order_by().values_list("rank").annotate(total=Count("id")))


def sections_of(proposals: Sequence[Proposal], *, user: User, counted: dict[int, int]) -> list[Section]:
    """The proposals of a page (ranked, `with_people`) by section."""
    rows = _rows(proposals, user)
    parts = {"yours": (PRIVATE, OWN), "open": (OPEN,), "ended": (OVER,)}
    sections = [
        Section(name, [row for row in rows if row.rank in ranks], sum(counted.get(rank, 0) for rank in ranks))
        for name, ranks in parts.items()
    ]
    return [section for section in sections if section.rows]


def _rows(proposals: Sequence[Proposal], user: User) -> list[ProposalRow]:
    summaries = proposal_summaries(proposals, user=user)
    if not summaries:
        return []
    changed_in = versions_that_changed(proposals[0].project_id, moved_fields(summaries))
    counts = summary_counts(summaries)
    found = []
    for summary, counted in zip(summaries, counts, strict=True):
        targets = target_views(summary.items)
        found.append(
            ProposalRow(
                summary.proposal,
                getattr(summary.proposal, "rank", OPEN),
                summary.round.number if summary.round else 0,
                targets[:MAX_ROW_FIELDS],
                targets[MAX_ROW_FIELDS:],
                counted,
                drift_words(summary, changed_in),
                vote_words(summary, user),
                is_turn_of(user, summary),
                summary.comments[CommentState.OPEN] + summary.comments[CommentState.RESOLVED],
            )
        )
    return found


def summary_counts(summaries: Sequence[ProposalSummary]) -> list[LineCounts | None]:
    """The lines that each proposal adds and removes; None where a text is too large to count quickly, or too many are.

    Staged texts are counted as those of rounds: what was counted once is kept by the hashes of both sides.
    """
    pairs: list[list[Pair]] = []
    staged: dict[str, str] = {}
    for summary in summaries:
        items = [item for item in summary.items if item.key.kind == DEFAULT_KIND]
        pairs.append([(hash_of(item.base), hash_of(item.after)) for item in items])
        staged |= {hash_of(item.after) or "": item.staged for item in items if item.staged is not None}
    counted = count_lines({pair for each in pairs for pair in each}, at_hand=staged, most=MAX_COUNTED)
    return [_sum([counted.get(pair) for pair in each]) for each in pairs]


def _sum(parts: Sequence[LineCounts | None]) -> LineCounts | None:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    return LineCounts(sum(part.added for part in known), sum(part.removed for part in known))
