"""How far an experiment is: derived from what became of its runs, and stored nowhere.

Archived before accepted or merged before running; what waits, and how it ended, only after that.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Case, CharField, Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _

from proposals.models import Proposal, ProposalState
from stages.runs.models import Experiment, ExperimentState, PullRequestStatus, Run, RunStatus


class Progress(TextChoices):
    """How far an experiment is. A follow-up question counts, not the answers to the one before it."""

    TO_CHOOSE = "to_choose", _("To choose")
    RUNNING = "running", _("Running")
    WAITING = "waiting", _("Waiting")
    PROPOSED = "proposed", _("Proposed")
    ACCEPTED = "accepted", _("Accepted")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    STOPPED = "stopped", _("Stopped")
    ARCHIVED = "archived", _("Archived")


# The groups of the list, in their order; what has ended makes one.
ENDED: Final = (
    Progress.PROPOSED,
    Progress.ACCEPTED,
    Progress.DONE,
    Progress.FAILED,
    Progress.STOPPED,
    Progress.ARCHIVED,
)
GROUPS: Final[dict[str, tuple[Progress, ...]]] = {
    "to_choose": (Progress.TO_CHOOSE,),
    "running": (Progress.RUNNING,),
    "waiting": (Progress.WAITING,),
    "done": ENDED,
}


# A pull request that was asked for, and not turned down.
_UNMERGED: Final = (PullRequestStatus.QUEUED, PullRequestStatus.OPEN)


def with_progress(experiments: QuerySet[Experiment]) -> QuerySet[Experiment]:
    """Each with its `progress`, and the `newest_question`: the message that models were asked last (None: none yet)."""
    runs = Run.objects.filter(experiment=OuterRef("pk"))
    newest = runs.order_by("-message__number").values("message")[:1]
    last = runs.filter(message=OuterRef("newest_question"))
    accepted = Proposal.objects.filter(state=ProposalState.ACCEPTED).values("pk")
    answers = last.filter(status=RunStatus.SUCCEEDED)
    progress = Case(
        When(state=ExperimentState.ARCHIVED, then=Value(Progress.ARCHIVED)),
        When(Exists(runs.filter(proposal_id__in=accepted)), then=Value(Progress.ACCEPTED)),
        When(Exists(runs.filter(pull_requests__status=PullRequestStatus.MERGED)), then=Value(Progress.DONE)),
        When(Exists(runs.filter(status=RunStatus.RUNNING)), then=Value(Progress.RUNNING)),
        When(newest_question=None, then=Value(Progress.WAITING)),
        When(Exists(runs.filter(status=RunStatus.QUEUED)), then=Value(Progress.WAITING)),
        When(Exists(last.filter(proposal_id__isnull=False)), then=Value(Progress.PROPOSED)),
        When(Exists(last.filter(pull_requests__status__in=_UNMERGED)), then=Value(Progress.PROPOSED)),
        When(Exists(answers.filter(patch__isnull=False)), then=Value(Progress.TO_CHOOSE)),
        When(Exists(answers), then=Value(Progress.DONE)),
        When(Exists(last.filter(status=RunStatus.FAILED)), then=Value(Progress.FAILED)),
        default=Value(Progress.STOPPED),
        output_field=CharField(),
    )
    return experiments.annotate(newest_question=Subquery(newest)).annotate(progress=progress)


def ranked(experiments: QuerySet[Experiment]) -> QuerySet[Experiment]:
    """In the order of the groups, the newest first, each with its `progress` and the `rank` of its group."""
    ranks = enumerate(GROUPS.values())
    rank = Case(
        *(When(progress__in=members, then=Value(number)) for number, members in ranks), output_field=IntegerField()
    )
    return with_progress(experiments).annotate(rank=rank).order_by("rank", "-id")


def totals(experiments: QuerySet[Experiment]) -> dict[int, int]:
    """How many there are of each rank; one query."""
    counted: QuerySet[Any] = experiments
    return dict(counted.order_by().values_list("rank").annotate(total=Count("id")))
