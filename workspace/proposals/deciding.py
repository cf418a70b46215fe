"""Whether the reader can accept a proposal now, and if not, why, and who can help."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Kind, User
from drafts.comments.models import CommentState
from locking.models import Lease
from projects.access import Access
from projects.fields import file_path
from projects.models import Status
from projects.permissions import may
from proposals.approvals import Progress, progress
from proposals.drift import Drift, Item, Movement, contents_now, items_of_round, movements
from proposals.kinds import DEFAULT_KIND, KINDS, Content, Key
from proposals.models import Round, Verdict, Vote
from proposals.reading import ProposalSummary
from proposals.renaming import follow_renames
from workspace.proposals.presentation import TargetView


@dataclass(frozen=True, slots=True)
class Decision:
    """The box over the votes. `kind` is accept, or what is in the way; `line` says it in a sentence.

    `kind`: status, role, time, approvals, comments, objection, drift, lock, nothing.
    """

    kind: str
    line: str = ""
    lease: Lease | None = None
    quote: str = ""


@dataclass(frozen=True, slots=True)
class VoteLine:
    """One person among the votes; `state` is approved, voided, objects, contributor or turn."""

    person: User
    state: str
    vote: Vote | None = None
    is_reader: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """What the right column says of the newest round. `silent` are others who can approve it, and have not."""

    round: Round
    decision: Decision
    votes: list[VoteLine]
    given: int
    needed: int
    may_approve: bool
    may_object: bool
    may_override: bool
    silent: set[UUID]
    moved: list[tuple[TargetView, Movement]] = field(default_factory=list)


def review_of(summary: ProposalSummary, access: Access, user: User, leases: Sequence[Lease]) -> Review:
    """The review of an open proposal, as this reader may go on with it."""
    round_ = summary.round
    assert round_ is not None
    found_now, moves = _round_now(summary, round_)
    moved = [(target, movement) for target, movement in moves if movement.drift != Drift.NONE]
    is_person = user.kind == Kind.HUMAN
    may_accept = is_person and may("proposal.accept", role=access.role)
    may_vote = is_person and user.id in summary.voters and access.project.status != Status.ARCHIVED
    counting = [vote for person, vote in summary.votes.items() if person in summary.voters]
    found = progress(counting, round_, summary.policy)
    accepting = progress(counting, round_, summary.policy, accepter=user.id if may_accept else None)
    counts = user.id not in round_.authors or summary.policy.author_may_approve
    own = summary.votes.get(user.id)
    has_approved = own is not None and own.verdict == Verdict.APPROVE and own.round_id == round_.id
    facts = _Facts(summary, access, leases, moved, found_now)
    return Review(
        round_,
        _decision(facts, accepting, user, may_accept=may_accept),
        vote_lines(summary, user, may_vote=may_vote and counts),
        len(found.counted.approvals),
        summary.policy.approvals,
        may_approve=may_vote and counts and not has_approved,
        may_object=may_vote and not (own is not None and own.verdict == Verdict.OBJECT and own.round_id == round_.id),
        may_override=may_accept and may("proposal.override_objection", role=access.role),
        silent=_silent(summary, round_) - {user.id},
        moved=moved,
    )


def _silent(summary: ProposalSummary, round_: Round) -> set[UUID]:
    authors = set() if summary.policy.author_may_approve else round_.authors
    approved = {
        person
        for person, vote in summary.votes.items()
        if vote.verdict == Verdict.APPROVE and vote.round_id == round_.id
    }
    return set(summary.voters) - authors - approved


def _round_now(summary: ProposalSummary, round_: Round) -> tuple[bool, list[tuple[TargetView, Movement]]]:
    """Whether all that the round proposes is there already, and the drift of each of its changes.

    What the reader sees is used where it is what the round holds.
    """
    items: Sequence[Item] = items_of_round(round_)
    if _changes(summary.items) == _changes(items):
        items, now = summary.items, summary.now
        moves = summary.movements
    else:
        items = follow_renames(summary.proposal.project_id, items)
        now = contents_now(summary.proposal.project_id, [item.now_key for item in items])
        moves = movements(items, now)
    targets = [TargetView(item.key, item.renamed) for item in items]
    return all(item.after == now[item.now_key] for item in items), list(zip(targets, moves, strict=True))


def _changes(items: Sequence[Item]) -> list[tuple[Key, Content, Content]]:
    return [(item.key, item.base, item.after) for item in sorted(items, key=lambda item: item.key)]


@dataclass(frozen=True, slots=True)
class _Facts:
    summary: ProposalSummary
    access: Access
    leases: Sequence[Lease]
    moved: list[tuple[TargetView, Movement]]
    holds_already: bool


def _decision(facts: _Facts, accepting: Progress, user: User, *, may_accept: bool) -> Decision:
    """In the order in which `accept_proposal` refuses."""
    if not may_accept:
        return Decision("role", _("Editors and owners accept proposals."))
    return (
        _of_status(facts)
        or _of_votes(facts.summary, accepting)
        or _of_comments(facts.summary)
        or _of_texts(facts, user)
        or Decision("accept", _accept_line(facts.summary, accepting, user))
    )


def _of_status(facts: _Facts) -> Decision | None:
    status = Status(facts.access.project.status)
    if all(status in KINDS[item.key.kind].statuses for item in facts.summary.items):
        return None
    words = _("The project is {status}: nothing is accepted.").format(status=status.label.lower())
    return Decision("status", words)


def _of_votes(summary: ProposalSummary, accepting: Progress) -> Decision | None:
    if accepting.missing:
        words = ngettext(
            "{n} more approval is needed, from a reviewer or above.",
            "{n} more approvals are needed, from reviewers or above.",
            accepting.missing,
        )
        return Decision("approvals", words.format(n=accepting.missing))
    return _objection(summary, accepting) if accepting.counted.objections else None


def _of_comments(summary: ProposalSummary) -> Decision | None:
    count = summary.comments[CommentState.OPEN]
    if summary.policy.open_comments != "block" or not count:
        return None
    words = _("The policy requires them to be settled first.")
    return Decision("comments", f"{_open_words(count)} {words}")


def _of_texts(facts: _Facts, user: User) -> Decision | None:
    if facts.moved:
        return Decision("drift", drift_line(facts.moved))
    if facts.holds_already:
        return Decision("nothing", _("Everything that it changes is there already."))
    held = _held(facts, user)
    return Decision("lock", lease=held) if held is not None else None


def _objection(summary: ProposalSummary, accepting: Progress) -> Decision:
    votes = [vote for person, vote in summary.votes.items() if person in accepting.counted.objections]
    names = ", ".join(vote.person.display_name for vote in votes)
    words = ngettext("{names} objects", "{names} object", len(votes)).format(names=names)
    return Decision("objection", words, quote=votes[-1].comment)


def drift_line(moved: Sequence[tuple[TargetView, Movement]]) -> str:
    """What has to be settled before a round can be accepted."""
    names = ", ".join(target.short_label for target, _movement in moved[:3]) + (" …" if len(moved) > 3 else "")
    if any(movement.choices for _target, movement in moved):
        return _("The same lines of {names} have changed since. A new round follows.").format(names=names)
    if any(movement.drift == Drift.CHOICES for _target, movement in moved):
        return _("{names} has changed since. A new round follows.").format(names=names)
    renamed = [target for target, _movement in moved if target.renamed is not None]
    if len(renamed) == len(moved) == 1:
        words = _("{target} is called {name} now. A new round follows.")
        return words.format(target=names, name=file_path(renamed[0].renamed or ""))
    if renamed:
        return _("{names} has changed since, or been renamed. A new round follows.").format(names=names)
    return _("{names} has changed since, in other lines. A new round follows.").format(names=names)


def _held(facts: _Facts, user: User) -> Lease | None:
    fields = {item.key.target for item in facts.summary.items if item.key.kind == DEFAULT_KIND}
    return next((lease for lease in facts.leases if lease.field in fields and lease.user_id != user.id), None)


def makes_version(round_: Round) -> bool:
    """Whether fields are among what a round changes: other changes, such as those of records, make no version."""
    return any(item.key.kind == DEFAULT_KIND for item in items_of_round(round_))


def _accept_line(summary: ProposalSummary, accepting: Progress, user: User) -> str:
    round_, needed = summary.round, summary.policy.approvals
    assert round_ is not None
    count = len(round_.changes)
    writes = ngettext("Writes {n} change.", "Writes {n} changes.", count)
    if makes_version(round_):
        writes = ngettext("Writes {n} change as one version.", "Writes {n} changes as one version.", count)
    writes = writes.format(n=count)
    if needed and user.id in accepting.counted.approvals:
        counts = _("Counts as your approval, {n} of {needed}.")
        writes = f"{counts.format(n=min(len(accepting.counted.approvals), needed), needed=needed)} {writes}"
    talked = summary.comments[CommentState.OPEN] if summary.policy.open_comments == "warn" else 0
    return f"{writes} {_open_words(talked)}" if talked else writes


def _open_words(count: int) -> str:
    return ngettext("{n} comment is open.", "{n} comments are open.", count).format(n=count)


def vote_lines(summary: ProposalSummary, user: User, *, may_vote: bool = False) -> list[VoteLine]:
    """Everybody's newest vote; the reader among them as one who has not voted, where they may."""
    round_ = summary.round
    assert round_ is not None
    authors = set() if summary.policy.author_may_approve else round_.authors
    lines = []
    for person, vote in summary.votes.items():
        if vote.verdict == Verdict.OBJECT:
            state = "objects"
        elif vote.round_id != round_.id:
            state = "voided"
        else:
            state = "contributor" if person in authors else "approved"
        lines.append(VoteLine(vote.person, state, vote, is_reader=person == user.id))
    if may_vote and user.id not in summary.votes and summary.policy.approvals:
        lines.append(VoteLine(user, "turn", is_reader=True))
    return lines
