"""Pull requests as the pages show them: the state, what went wrong, and what may be done now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from projects.access import Access
from projects.models import Status
from projects.permissions import allowed
from stages.runs.models import Experiment, PullRequest, PullRequestStatus, Run, RunStatus
from stages.runs.services.pull_requests import ENDED, WRITE, branch_of
from workspace.releases.presentation import StateWords

_STATES: Final = {
    PullRequestStatus.QUEUED: ("", "circle-dashed"),
    PullRequestStatus.OPEN: ("in_review", "git-pull-request-arrow"),
    PullRequestStatus.MERGED: ("good", "git-merge"),
    PullRequestStatus.CLOSED: ("", "x"),
    PullRequestStatus.FAILED: ("bad", "circle-x"),
}
# Causes that another token ends.
_OF_THE_TOKEN: Final = frozenset({"authentication", "permission", "repository_not_found"})


@dataclass(frozen=True, slots=True)
class Hand:
    """What a reader may do with pull requests: have them made and looked up; replace the token of their repository."""

    may_write: bool
    may_manage: bool


@dataclass(frozen=True, slots=True)
class RequestView:
    """One pull request. `others` are the runs whose change can go on top of its branch, with their numbers."""

    row: PullRequest
    state: StateWords
    may_sync: bool
    may_retry: bool
    token_address: str
    others: list[tuple[int, Run]]

    @property
    def failed(self) -> str:
        """What did not succeed; empty where nothing failed."""
        if not self.row.error:
            return ""
        if self.row.number is None:
            return _("The pull request was not made.")
        return _("The last change was not put on the branch.")


def hand_of(access: Access) -> Hand:
    """What the reader of a project may do."""
    status = Status(access.project.status)
    return Hand(
        may_write=allowed(WRITE, role=access.role, status=status),
        may_manage=allowed("repository.manage", role=access.role, status=status),
    )


def requests_of(experiment: Experiment, runs: Sequence[Run], hand: Hand) -> list[RequestView]:
    """The pull requests of an experiment, the oldest first: those that its runs began, and those that hold one now."""
    if experiment.repository_id is None:
        return []
    branches = [branch_of(run.id) for run in runs]
    rows = PullRequest.objects.filter(repository=experiment.repository_id)
    rows = rows.filter(Q(run__in=runs) | Q(branch__in=branches)).select_related("repository", "run__profile")
    changes = [(run.number, run) for run in runs if has_change(run)]
    return [request_view(row, hand, changes) for row in rows.select_related("asked_by").order_by("id")]


def request_view(row: PullRequest, hand: Hand, changes: Iterable[tuple[int, Run]] = ()) -> RequestView:
    """A pull request as its reader sees it; `changes` are the runs about the same commit."""
    status = PullRequestStatus(row.status)
    may_write = hand.may_write and row.repository.is_connected
    waits = status == PullRequestStatus.QUEUED
    is_open = may_write and status == PullRequestStatus.OPEN
    token = may_write and hand.may_manage and row.error in _OF_THE_TOKEN
    return RequestView(
        row=row,
        state=StateWords(*_STATES[status], str(status.label)),
        may_sync=may_write and row.number is not None and not waits,
        may_retry=may_write and bool(row.error) and status not in ENDED,
        token_address=reverse("runs:repository_token", args=[row.project_id, row.repository_id]) if token else "",
        others=[(number, run) for number, run in changes if run.id != row.run_id] if is_open else [],
    )


def has_change(run: Run) -> bool:
    """Whether a run succeeded, and changed something."""
    return run.status == RunStatus.SUCCEEDED and run.patch_id is not None


def without_request(runs: Iterable[Run], views: Iterable[RequestView]) -> set[UUID]:
    """The runs that a pull request can be opened for: those with a change that no pull request holds yet."""
    held = {view.row.run_id for view in views} | {view.row.branch for view in views}
    return {run.id for run in runs if has_change(run) and run.id not in held and branch_of(run.id) not in held}
