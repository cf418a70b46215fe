"""Proposals in the words of the pages: their state, their drift, their votes, and what they change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Kind, User
from drafts.models import Draft
from projects import field_names
from projects.fields import file_path
from proposals.drift import Drift, Item
from proposals.kinds import DEFAULT_KIND, KINDS, Key, read_key
from proposals.models import Proposal, ProposalState, Verdict
from proposals.reading import ProposalSummary
from workspace.releases.presentation import StateWords

_STATES: Final = {
    ProposalState.PRIVATE: ("private", "git-pull-request-draft"),
    ProposalState.OPEN: ("in_review", "git-pull-request-arrow"),
    ProposalState.ACCEPTED: ("good", "circle-check"),
    ProposalState.REJECTED: ("bad", "circle-x"),
    ProposalState.WITHDRAWN: ("", "undo-2"),
    ProposalState.EXPIRED: ("", "timer-off"),
}
# How many of the newest versions are searched for the one that changed a field.
MAX_VERSIONS_READ: Final = 500
DAY_SECONDS: Final = 24 * 3600


def state_words(proposal: Proposal) -> StateWords:
    """The state as a badge."""
    state, icon = _STATES[ProposalState(proposal.state)]
    return StateWords(state, icon, str(ProposalState(proposal.state).label))


def proposal_address(proposal: Proposal) -> str:
    """Where a proposal is shown: a private one in the workspace, any other on its own page."""
    if proposal.number is None:
        return writing_address(proposal)
    return reverse("workspace:proposal", args=[proposal.project_id, proposal.number])


def writing_address(proposal: Proposal) -> str:
    """Where its own people write it."""
    return f"{reverse('workspace:workspace', args=[proposal.project_id])}?proposal={proposal.id}"


@dataclass(frozen=True, slots=True)
class TargetView:
    """One target of a proposal; `field` is the field's name, empty for a target of another kind.

    `renamed` is the name that its file has now, if it was renamed since.
    """

    key: Key
    renamed: str | None = None

    @property
    def field(self) -> str:
        return self.key.target if self.key.kind == DEFAULT_KIND else ""

    @property
    def label(self) -> str:
        return KINDS[self.key.kind].label(self.key.target)

    @property
    def short_label(self) -> str:
        return field_names.short_label(self.field) if self.field else self.label

    @property
    def icon(self) -> str:
        return field_names.icon(self.field) if self.field else "layers"


def target_label(name: str) -> str:
    """The short label of a target, by the name that REST and comments have for it."""
    return TargetView(read_key(name)).short_label


@dataclass(frozen=True, slots=True)
class DriftWords:
    """How a proposal relates to what is there now: `state` is none, clean or choices."""

    state: str
    label: str
    cause: str


def drift_words(summary: ProposalSummary, changed_in: Mapping[str, int]) -> DriftWords:
    """The drift of all targets together; `changed_in` has the newest version that changed a field."""
    moved = [
        (TargetView(item.key, item.renamed), movement)
        for item, movement in zip(summary.items, summary.movements, strict=True)
        if movement.drift != Drift.NONE
    ]
    if not moved:
        return DriftWords("none", _("Up to date"), "")
    choices = sum(movement.choices for _target, movement in moved)
    takes_choices = any(movement.drift == Drift.CHOICES for _target, movement in moved)
    if choices:
        label = ngettext("{n} choice", "{n} choices", choices).format(n=choices)
    else:
        label = _("Has changed") if takes_choices else _("Merges by itself")
    cause = ", ".join(drift_cause(target, changed_in) for target, _movement in moved[:2])
    return DriftWords("choices" if takes_choices else "clean", label, cause + (" …" if len(moved) > 2 else ""))


def drift_cause(target: TargetView, changed_in: Mapping[str, int]) -> str:
    """`v18 changed Prompt`."""
    if target.renamed is not None:
        words = _("{target} is called {name} now")
        return words.format(target=target.short_label, name=file_path(target.renamed))
    version = changed_in.get(target.field)
    if version is None:
        return _("{target} has changed").format(target=target.short_label)
    return _("v{version} changed {target}").format(version=version, target=target.short_label)


def moved_fields(summaries: Iterable[ProposalSummary]) -> set[str]:
    """The names of the fields that have drifted."""
    return {
        item.key.target
        for summary in summaries
        for item, movement in zip(summary.items, summary.movements, strict=True)
        if movement.drift != Drift.NONE and item.key.kind == DEFAULT_KIND
    }


def versions_that_changed(project_id: UUID, names: Collection[str]) -> dict[str, int]:
    """The newest version that changed each of these fields, among the newest ones; one query."""
    if not names:
        return {}
    drafts = Draft.objects.of_project(project_id).filter(changed_fields__overlap=list(names))
    found: dict[str, int] = {}
    for version, changed in drafts.values_list("version_number", "changed_fields")[:MAX_VERSIONS_READ]:
        for name in names:
            if name in changed:
                found.setdefault(name, version)
    return found


@dataclass(frozen=True, slots=True)
class VoteWords:
    """The votes of a proposal in a cell: `state` is none, turn, good or bad."""

    state: str
    label: str
    second: str = ""


def is_turn_of(user: User, summary: ProposalSummary) -> bool:
    """Whether the proposal waits for this person's vote: approvals are missing, and theirs would count."""
    progress = summary.progress
    if progress is None or not progress.missing or user.kind != Kind.HUMAN or user.id not in summary.voters:
        return False
    assert summary.round is not None
    if user.id in summary.round.authors and not summary.policy.author_may_approve:
        return False
    vote = summary.votes.get(user.id)
    return vote is None or (vote.verdict == Verdict.APPROVE and vote.round_id != summary.round.id)


def vote_words(summary: ProposalSummary, user: User) -> VoteWords:
    """What a list says of the votes."""
    proposal, progress = summary.proposal, summary.progress
    if proposal.is_private:
        return VoteWords("none", _("Only you see it"))
    if progress is None:
        return VoteWords("none", _counted(summary))
    approvals = approvals_words(len(progress.counted.approvals), summary.policy.approvals)
    objections = len(progress.counted.objections)
    if objections:
        return VoteWords("bad", ngettext("{n} objection", "{n} objections", objections).format(n=objections), approvals)
    if is_turn_of(user, summary):
        return VoteWords("turn", _("Your turn"), approvals)
    if not progress.missing and summary.policy.approvals:
        return VoteWords("good", approvals, _("Ready to accept"))
    return VoteWords("none", approvals)


def approvals_words(given: int, needed: int) -> str:
    """`1 of 2 approvals`; without a number that is needed, how many there are."""
    if needed:
        return ngettext("{given} of {n} approval", "{given} of {n} approvals", needed).format(given=given, n=needed)
    return ngettext("{n} approval", "{n} approvals", given).format(n=given) if given else _("No approval needed")


def _counted(summary: ProposalSummary) -> str:
    """The votes on the last round of an ended proposal, as they were given."""
    votes = summary.votes.values()
    newest = summary.round.id if summary.round else None
    approvals = sum(vote.verdict == Verdict.APPROVE and vote.round_id == newest for vote in votes)
    objections = sum(vote.verdict == Verdict.OBJECT for vote in votes)
    if objections:
        return ngettext("{n} objection", "{n} objections", objections).format(n=objections)
    return ngettext("{n} approval", "{n} approvals", approvals).format(n=approvals) if approvals else ""


def time_left(proposal: Proposal, now: datetime | None = None) -> str:
    """`3 days left` of an open proposal; empty where it has no time limit."""
    if not proposal.is_open or proposal.expires_at is None:
        return ""
    seconds = (proposal.expires_at - (now or timezone.now())).total_seconds()
    if seconds <= 0:
        return _("Time is over")
    if seconds < DAY_SECONDS:
        hours = ceil(seconds / 3600)
        return ngettext("{n} hour left", "{n} hours left", hours).format(n=hours)
    days = int(seconds // DAY_SECONDS)
    return ngettext("{n} day left", "{n} days left", days).format(n=days)


def target_views(items: Iterable[Item]) -> list[TargetView]:
    """What is changed: fields in the order of every list of fields, then the targets of other kinds."""
    keys = [item.key for item in items]
    order = {name: at for at, name in enumerate(field_names.in_order({key.target for key in keys}))}
    return [TargetView(key) for key in sorted(keys, key=lambda key: (key.kind != DEFAULT_KIND, order[key.target]))]
