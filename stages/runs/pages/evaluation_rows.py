"""What the list says of evaluations: cells that are done, the verdict, and what changed since the one before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse

from drafts.models import Draft
from kernel.errors import ValidationFailed
from stages.runs.evaluation.comparison import Comparison, compare
from stages.runs.evaluation.verdicts import Cell, CellKey
from stages.runs.evaluation_plans import read_plan
from stages.runs.models import Call, Experiment, ExperimentKind, Purpose, Run
from stages.runs.results import newest_by_model, outcome_of
from stages.runs.suite_paths import name_of_suite

# Cells that one page of the list reads; evaluations further down have their verdicts only.
MAX_CELLS_READ: Final = 20_000


class SuiteSize(NamedTuple):
    """How many cases a suite has, how many answers each model gives, and how many models it names."""

    cases: int
    answers: int
    models: int

    @property
    def cells(self) -> int:
        return self.answers * self.models


@dataclass(frozen=True, slots=True)
class Measured:
    """One evaluation. `done` counts cells, None where they were not read; `comparison` is with the one before."""

    size: SuiteSize | None
    done: int | None
    outcome: str
    comparison: Comparison | None
    address: str


def measure(experiments: Iterable[Experiment]) -> dict[UUID, Measured]:
    """What the list says of each evaluation among these; the number of queries does not grow with them."""
    evaluations = [each for each in experiments if each.kind == ExperimentKind.EVALUATE]
    if not evaluations:
        return {}
    sizes = {each.id: suite_size(each) for each in evaluations}
    baselines = _baselines(evaluations)
    runs = _newest_runs({*sizes, *baselines.values()})
    shown = list(_read_first(sizes))
    wanted = {*shown, *(baselines[each] for each in shown if each in baselines)}
    cells = _cells([run for each in wanted for run in runs[each]])
    return {
        each.id: _measured(
            each, sizes[each.id], runs[each.id], baselines.get(each.id), cells if each.id in shown else None
        )
        for each in evaluations
    }


def suite_name(experiment: Experiment) -> str:
    """The name of its suite as people say it: the file without folder and ending."""
    return name_of_suite(experiment.suite)


def suite_size(experiment: Experiment) -> SuiteSize | None:
    """How large the suite of an evaluation is; None where it cannot be read any more."""
    assert experiment.version is not None
    try:
        return _size(experiment.project_id, experiment.version, experiment.suite)
    except ValidationFailed:
        return None


# A version never changes.
@lru_cache(maxsize=1000)
def _size(project_id: UUID, version: int, suite: str) -> SuiteSize:
    plan = read_plan(Draft.objects.of_project(project_id).get(version_number=version), suite)
    return SuiteSize(len(plan.cases), plan.cell_count, len(plan.suite.models))


def _read_first(sizes: Mapping[UUID, SuiteSize | None]) -> Iterator[UUID]:
    """The evaluations whose cells are read: the first ones, until their cells and those before them are too many."""
    left = MAX_CELLS_READ
    for identity, size in sizes.items():
        left -= 2 * size.cells if size else 0
        if left < 0:
            return
        yield identity


def _baselines(evaluations: Sequence[Experiment]) -> dict[UUID, UUID]:
    """For each evaluation the newest one before it by the same suite, of other texts, that has a verdict."""
    before = Experiment.objects.filter(project=OuterRef("project"), suite=OuterRef("suite"), id__lt=OuterRef("id"))
    before = before.filter(kind=ExperimentKind.EVALUATE).exclude(
        content_hash=OuterRef("content_hash"), unsaved=OuterRef("unsaved")
    )
    before = before.filter(Exists(Run.objects.filter(experiment=OuterRef("pk"), verdict__isnull=False)))
    rows: Any = Experiment.objects.filter(pk__in=[each.pk for each in evaluations]).order_by()
    found = rows.annotate(baseline=Subquery(before.order_by("-id").values("id")[:1])).values_list("id", "baseline")
    return {identity: baseline for identity, baseline in found if baseline is not None}


def _newest_runs(experiments: Iterable[UUID]) -> dict[UUID, list[Run]]:
    every: dict[UUID, list[Run]] = defaultdict(list)
    for run in Run.objects.filter(experiment__in=experiments).select_related("profile").order_by("id"):
        every[run.experiment_id].append(run)
    return defaultdict(list, {each: list(newest_by_model(runs).values()) for each, runs in every.items()})


def _cells(runs: Iterable[Run]) -> dict[UUID, dict[CellKey, Cell]]:
    """The finished cells of each experiment."""
    by_id = {run.id: run for run in runs}
    calls = Call.objects.filter(run__in=by_id, purpose=Purpose.GENERATE).exclude(case="")
    calls = calls.filter(Q(grades__isnull=False) | ~Q(error=""))
    found: dict[UUID, dict[CellKey, Cell]] = defaultdict(dict)
    for run_id, case, repeat, passed in calls.order_by("number").values_list("run", "case", "repeat", "passed"):
        run = by_id[run_id]
        key = CellKey(case, run.profile.name, repeat)
        found[run.experiment_id][key] = Cell(key, passed)
    return found


def _measured(
    experiment: Experiment,
    size: SuiteSize | None,
    runs: Sequence[Run],
    baseline: UUID | None,
    cells: Mapping[UUID, dict[CellKey, Cell]] | None,
) -> Measured:
    """What was found of one evaluation; `cells` is None where they were not read."""
    mine = cells.get(experiment.id, {}) if cells is not None else {}
    before = cells.get(baseline, {}) if cells is not None and baseline else {}
    is_whole = size is not None and len(runs) == size.models
    has_verdict = any(run.verdict for run in runs)
    address = reverse("runs:results", args=[experiment.project_id, experiment.id])
    return Measured(
        size=size,
        done=len(mine) if cells is not None else None,
        outcome=outcome_of(runs) if is_whole and (has_verdict or not all(run.has_ended for run in runs)) else "",
        comparison=compare(before.values(), mine.values()) if mine and before else None,
        address=f"{address}?{urlencode({'baseline': baseline})}" if baseline else address,
    )
