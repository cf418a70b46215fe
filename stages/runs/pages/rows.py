"""The rows of the list of experiments, in groups: to choose, running, waiting, done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from proposals.models import Proposal
from stages.runs.evaluation.verdicts import CellKey
from stages.runs.models import Experiment, ExperimentKind, PullRequest, PullRequestStatus, Run, RunStatus
from stages.runs.pages.causes import short_cause
from stages.runs.pages.evaluation_rows import Measured, measure, suite_name
from stages.runs.pages.matrix import outcome_words
from stages.runs.pages.presentation import GROUP_LABELS, KIND_LABELS, progress_words, shown_title, source_words
from stages.runs.states import GROUPS
from workspace.proposals.presentation import proposal_address
from workspace.releases.presentation import StateWords

# A row names this many models, and counts the others.
MAX_ROW_MODELS: Final = 4


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an experiment in two lines; `state` is that of a line of a row, `address` where the second leads.

    `is_worse` marks the second line as bad news.
    """

    label: str = ""
    second: str = ""
    state: str = ""
    icon: str = ""
    address: str = ""
    is_worse: bool = False


@dataclass(frozen=True, slots=True)
class ExperimentRow:
    """One experiment of the list. `cost` is in millionths, None where no model has been asked yet.

    `address` is its page; of an evaluation under way, `done` of `cells` have their answers.
    """

    experiment: Experiment
    title: str
    rank: int
    state: StateWords
    address: str
    icon: str
    kind: str
    source: str
    models: list[str]
    more_models: list[str]
    how_far: str
    result: Result
    cost: int | None
    done: int | None = None
    cells: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one group on this page, and how many it has in all."""

    name: str
    rows: list[ExperimentRow]
    total: int

    @property
    def label(self) -> str:
        return str(GROUP_LABELS[self.name])


def groups_of(experiments: Sequence[Experiment], *, reader: User, counted: dict[int, int]) -> list[Group]:
    """The experiments of a page (`states.ranked`) by group; empty groups are left out."""
    rows = _rows(experiments, reader)
    groups = [
        Group(name, [row for row in rows if row.rank == rank], counted.get(rank, 0)) for rank, name in enumerate(GROUPS)
    ]
    return [group for group in groups if group.rows]


def _rows(experiments: Sequence[Experiment], reader: User) -> list[ExperimentRow]:
    newest = _newest_runs(experiments)
    costs = _costs(experiments)
    chosen = _chosen(experiments, reader) | _requested(experiments)
    measured = measure(experiments)
    rows = []
    for each in experiments:
        row = _row(each, newest[each.id], chosen.get(each.id), costs.get(each.id), reader)
        rows.append(_of_evaluation(row, measured[each.id]) if each.id in measured else row)
    return rows


def _row(
    experiment: Experiment, runs: list[Run], chosen: Result | None, cost: int | None, reader: User
) -> ExperimentRow:
    names = [run.profile.display_name for run in runs]
    has_begun = any(run.status != RunStatus.QUEUED for run in runs)
    return ExperimentRow(
        experiment=experiment,
        title=shown_title(experiment),
        rank=getattr(experiment, "rank", 0),
        state=progress_words(getattr(experiment, "progress", "")),
        address=reverse("runs:experiment", args=[experiment.project_id, experiment.id]),
        icon="git-commit-horizontal" if experiment.repository_id else "file-pen-line",
        kind=str(KIND_LABELS[experiment.kind]),
        source=source_words(experiment, reader),
        models=names[:MAX_ROW_MODELS],
        more_models=names[MAX_ROW_MODELS:],
        how_far=_how_far(runs),
        result=chosen or _result(experiment, runs),
        cost=cost if has_begun else None,
    )


def _newest_runs(experiments: Sequence[Experiment]) -> dict[UUID, list[Run]]:
    """For each experiment the runs of the question that was asked last: of a model that was asked again, the last."""
    questions = [message for each in experiments if (message := getattr(each, "newest_question", None)) is not None]
    found: dict[UUID, dict[UUID, Run]] = defaultdict(dict)
    for run in Run.objects.filter(message__in=questions).select_related("profile").order_by("id"):
        found[run.experiment_id][run.profile_id] = run
    return defaultdict(list, {experiment: list(runs.values()) for experiment, runs in found.items()})


def _costs(experiments: Sequence[Experiment]) -> dict[UUID, int]:
    """What all runs of each experiment cost so far, in millionths."""
    runs: Any = Run.objects.filter(experiment__in=[each.id for each in experiments]).order_by()
    return dict(runs.values_list("experiment").annotate(cost=Sum("cost")))


def _how_far(runs: list[Run]) -> str:
    """The second line of the models: how many have ended, or what they do now."""
    if not runs:
        return _("nobody asked yet")
    statuses = [run.status for run in runs]
    if all(run.has_ended for run in runs):
        return _("{ended} of {total} ended").format(ended=len(runs), total=len(runs))
    words = {
        RunStatus.SUCCEEDED: _("{n} answered"),
        RunStatus.RUNNING: _("{n} answering"),
        RunStatus.QUEUED: _("{n} waiting"),
    }
    counts = {status: statuses.count(status.value) for status in words}
    return ", ".join(words[status].format(n=n) for status, n in counts.items() if n)


def _chosen(experiments: Sequence[Experiment], reader: User) -> dict[UUID, Result]:
    """What was chosen in each experiment and proposed; a proposal that is not the reader's to see has no address."""
    runs = list(
        Run.objects.filter(experiment__in=[each.id for each in experiments], proposal_id__isnull=False)
        .select_related("profile")
        .order_by("chosen_at")
    )
    proposals = Proposal.objects.visible_to(reader).in_bulk([run.proposal_id for run in runs]) if runs else {}
    found = {}
    for run in runs:
        label = _("{model} chosen").format(model=run.profile.display_name)
        proposal = proposals.get(run.proposal_id)
        words = "" if proposal is None else str(proposal) if proposal.number else _("Private proposal")
        found[run.experiment_id] = Result(label, words, address=proposal_address(proposal) if proposal else "")
    return found


def _requested(experiments: Sequence[Experiment]) -> dict[UUID, Result]:
    """The pull requests of experiments: what was chosen, and where it went."""
    wanted = [each.id for each in experiments if each.repository_id is not None]
    if not wanted:
        return {}
    requests = PullRequest.objects.filter(run__experiment__in=wanted).select_related("run__profile").order_by("id")
    return {each.run.experiment_id: _request_result(each) for each in requests}


def _request_result(request: PullRequest) -> Result:
    label = _("{model} chosen").format(model=request.run.profile.display_name)
    words = {
        PullRequestStatus.QUEUED: _("Pull request waits"),
        PullRequestStatus.OPEN: _("Pull request {number}"),
        PullRequestStatus.MERGED: _("Pull request {number}, merged"),
        PullRequestStatus.CLOSED: _("Pull request {number}, closed"),
        PullRequestStatus.FAILED: _("Pull request failed"),
    }
    second = words[PullRequestStatus(request.status)].format(number=request.number)
    return Result(label, second, address=request.url, is_worse=request.status == PullRequestStatus.FAILED)


def _of_evaluation(row: ExperimentRow, found: Measured) -> ExperimentRow:
    """The row of an evaluation: with its suite, how many cells are done, and its verdict."""
    parts = [row.source, suite_name(row.experiment)]
    if found.size is not None:
        parts.append(ngettext("{n} case", "{n} cases", found.size.cases).format(n=found.size.cases))
    row = replace(row, source=" · ".join(parts), icon="flask-conical", address=found.address)
    if not found.outcome or found.size is None:
        return row
    compared, is_under_way = found.comparison, found.outcome == "waiting"
    changed = "" if compared is None else _changed(_cases(compared.regressed), _cases(compared.fixed), is_under_way)
    is_worse = is_under_way and compared is not None and bool(compared.regressed)
    cells = (
        _("{done} of {cells} cells").format(done=found.done, cells=found.size.cells) if found.done is not None else ""
    )
    if not is_under_way:
        words = outcome_words(found.outcome)
        result = Result(words.label, changed, words.state, words.icon)
        return replace(row, how_far=cells or row.how_far, result=result)
    result = Result(cells, changed, is_worse=is_worse) if cells else row.result
    return replace(row, result=result, done=found.done, cells=found.size.cells)


def _cases(keys: Iterable[CellKey]) -> int:
    """How many cases these cells are of: the page of results counts cases."""
    return len({key.case for key in keys})


def _changed(regressed: int, fixed: int, is_under_way: bool) -> str:
    if is_under_way:
        return _("{n} regressed so far").format(n=regressed)
    return _("{regressed} regressed, {fixed} fixed").format(regressed=regressed, fixed=fixed)


def _result(experiment: Experiment, runs: list[Run]) -> Result:
    """What the models answered, or why they failed."""
    patches = [run for run in runs if run.patch_id]
    if len(patches) > 1 or (patches and all(run.has_ended for run in runs)):
        words = ngettext("{n} patch to choose", "{n} patches to compare", len(patches)).format(n=len(patches))
        return Result(words, _lines(patches))
    if experiment.kind == ExperimentKind.REFINE and runs and all(run.status == RunStatus.SUCCEEDED for run in runs):
        return Result(_("No text is better"))
    failed = [run for run in runs if run.status == RunStatus.FAILED]
    answers = sum(run.status == RunStatus.SUCCEEDED for run in runs)
    answered = ngettext("{n} answer", "{n} answers", answers).format(n=answers) if answers else ""
    if failed:
        words = ngettext("{n} failed", "{n} failed", len(failed)).format(n=len(failed))
        second = " · ".join(part for part in (answered, _causes(failed)) if part)
        return Result(words, second, "bad", "circle-x")
    stopped = sum(run.status == RunStatus.CANCELED for run in runs)
    words = ngettext("{n} stopped", "{n} stopped", stopped).format(n=stopped) if stopped else ""
    return Result(answered or words, words if answered else "")


def _lines(patches: Iterable[Run]) -> str:
    """How many lines the patches add: +4 to +11 lines."""
    added = sorted(sum(file.get("added", 0) for file in run.files_changed) for run in patches)
    if added[0] == added[-1]:
        return ngettext("+{n} line", "+{n} lines", added[0]).format(n=added[0])
    return _("+{least} to +{most} lines").format(least=added[0], most=added[-1])


def _causes(failed: Iterable[Run]) -> str:
    """Why they failed, each cause once."""
    return ", ".join(dict.fromkeys(short_cause(run.error) for run in failed))
