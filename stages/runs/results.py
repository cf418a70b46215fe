"""The results of an evaluation: a matrix of cases and models, also compared with those of another version.

The pages and the endpoint of results read them by these functions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import NotFound, ValidationFailed
from stages.runs.cells import CellCall, Key, read_cells
from stages.runs.evaluation.cases import Case
from stages.runs.evaluation.comparison import Comparison, compare
from stages.runs.evaluation.grading import MILLION
from stages.runs.evaluation.verdicts import Cell, CellKey
from stages.runs.evaluation_plans import EvaluationPlan, plan_of
from stages.runs.models import Experiment, ExperimentKind, Run, RunStatus

State = Literal["passed", "failed", "error", "waiting"]
Change = Literal["regressed", "fixed", "same", "uncertain", "unpaired", ""]

# The groups of rows, what readers look for first. `same`: nothing of it changed since the baseline.
GROUPS: Final[Sequence[str]] = ("regressed", "fixed", "error", "failed", "waiting", "same", "passed")


@dataclass(frozen=True, slots=True)
class CellResult:
    """One answer to a case. `change` compares it with the baseline; empty without one."""

    model: str
    repeat: int
    state: State
    call: CellCall | None
    change: Change = ""

    @property
    def error(self) -> str:
        """Why it is an error, in words."""
        return self.call.error if self.call is not None and self.state == "error" else ""

    @property
    def score(self) -> float | None:
        """From 0 to 1; None where it was not graded."""
        return self.call.score / MILLION if self.call is not None and self.call.score is not None else None


@dataclass(frozen=True, slots=True)
class CaseResult:
    """The answers to a case: by model in the order of the suite, then by repeat.

    `words` are the states and changes of its cells; `group` is one of `GROUPS`, the first that any of them is in.
    """

    case: Case
    cells: tuple[CellResult, ...]
    words: frozenset[str]
    group: str

    @classmethod
    def of(cls, case: Case, cells: Iterable[CellResult]) -> CaseResult:
        """The row of a case with these cells."""
        every = tuple(cells)
        words = frozenset(word for cell in every for word in (cell.state, cell.change))
        # A case that is as it was is no news, also where it fails.
        found = words - {"failed"} if words & {"same", "uncertain", "unpaired"} else words
        return cls(case, every, words, next(name for name in GROUPS if name in found))


@dataclass(frozen=True, slots=True)
class ModelResult:
    """A model of the suite with its newest run; None where it was not asked."""

    name: str
    run: Run | None
    calls: Mapping[Key, CellCall]

    @property
    def label(self) -> str:
        """What people call it; the name that the suite has where it was not asked."""
        return self.run.profile.display_name if self.run is not None else self.name

    def state(self, key: Key) -> State:
        """Where a cell is."""
        return self.state_of(self.calls.get(key))

    def state_of(self, call: CellCall | None) -> State:
        """Where the cell is that this call speaks for."""
        if call is not None and call.passed is not None:
            return "passed" if call.passed else "failed"
        is_under_way = self.run is not None and not self.run.has_ended
        is_error = call is not None and bool(call.error)
        return "waiting" if self.run is None or (is_under_way and not is_error) else "error"


@dataclass(frozen=True)
class Results:
    """All results of an evaluation, and those of the baseline that they are compared with."""

    experiment: Experiment
    plan: EvaluationPlan
    models: tuple[ModelResult, ...]
    baseline: Results | None = None

    @cached_property
    def comparison(self) -> Comparison | None:
        """What regressed and what was fixed since the baseline; None without one."""
        if self.baseline is None:
            return None
        old, new = (
            [
                Cell(CellKey(call.case, each.name, call.repeat), call.passed)
                for each in side.models
                for call in each.calls.values()
            ]
            for side in (self.baseline, self)
        )
        return compare(old, new)

    @cached_property
    def changes(self) -> Mapping[CellKey, Change]:
        """How each cell compares with the baseline."""
        found = self.comparison
        if found is None:
            return {}
        groups: tuple[Change, ...] = ("regressed", "fixed", "same", "uncertain", "unpaired")
        return {key: name for name in groups for key in getattr(found, name)}

    @cached_property
    def rows(self) -> tuple[CaseResult, ...]:
        """A row for each case: what got worse comes first, else in the order of the file."""
        rows = [CaseResult.of(case, self._cells(case)) for case in self.plan.cases]
        return tuple(sorted(rows, key=lambda row: (GROUPS.index(row.group), row.case.line)))

    @property
    def outcome(self) -> str:
        """The verdict on all models together: `passed`, `failed`, `errors`; `waiting` while one has not ended."""
        return outcome_of([model.run for model in self.models])

    def counts(self) -> dict[str, int]:
        """How many cells are in each state, and how many compare how with the baseline."""
        return dict(
            Counter(word for row in self.rows for cell in row.cells for word in (cell.state, cell.change) if word)
        )

    def row(self, key: str) -> CaseResult:
        """The row of a case. Raises `NotFound`."""
        for row in self.rows:
            if row.case.key == key:
                return row
        raise NotFound(_("Case not found."))

    def _cells(self, case: Case) -> Iterator[CellResult]:
        for model in self.models:
            for repeat in range(1, self.plan.suite.repeat + 1):
                key = (case.key, repeat)
                change = self.changes.get(CellKey(case.key, model.name, repeat), "")
                yield CellResult(model.name, repeat, model.state(key), model.calls.get(key), change)


def read_results(experiment: Experiment, *, baseline: Experiment | None = None) -> Results:
    """The results of an evaluation. Raises `ValidationFailed` for what is none, and for a baseline of another suite."""
    if experiment.kind != ExperimentKind.EVALUATE:
        raise ValidationFailed({"experiment": [_("Only an evaluation has results.")]})
    before = None
    if baseline is not None:
        if (baseline.project_id, baseline.suite) != (experiment.project_id, experiment.suite):
            raise ValidationFailed({"baseline": [_("Choose another evaluation by the same suite.")]})
        before = read_results(baseline)
    plan = plan_of(experiment)
    runs = newest_runs(experiment)
    models = tuple(_model(name, runs.get(name)) for name in plan.suite.models)
    return Results(experiment, plan, models, before)


def newest_runs(experiment: Experiment) -> dict[str, Run]:
    """The newest run of each model of an evaluation, by the model's name; one that was stopped only without another."""
    return newest_by_model(Run.objects.filter(experiment=experiment).select_related("profile", "starter"))


def newest_by_model(runs: Iterable[Run]) -> dict[str, Run]:
    """Of runs of one evaluation the newest of each model, as `newest_runs`."""
    ordered = sorted(runs, key=lambda run: (run.status != RunStatus.CANCELED, run.id))
    return {run.profile.name: run for run in ordered}


def outcome_of(runs: Sequence[Run | None]) -> str:
    """The verdict on these runs together, as `Results.outcome`; None is a model that was not asked."""
    if any(run is None or not run.has_ended for run in runs):
        return "waiting"
    outcomes = {run.verdict["outcome"] if run is not None and run.verdict else "errors" for run in runs}
    return next((word for word in ("errors", "failed", "passed") if word in outcomes), "waiting")


def baselines_of(experiment: Experiment, *, count: int = 50) -> list[Experiment]:
    """Evaluations by the same suite that it can be compared with, newest first."""
    others = Experiment.objects.filter(
        project=experiment.project_id, suite=experiment.suite, kind=ExperimentKind.EVALUATE
    ).exclude(pk=experiment.pk)
    return list(others.order_by("-id")[:count])


def usual_baseline(experiment: Experiment) -> Experiment | None:
    """The evaluation that it is compared with where nobody chose one: the newest before it by the same suite."""
    others = Experiment.objects.filter(
        project=experiment.project_id, suite=experiment.suite, kind=ExperimentKind.EVALUATE, id__lt=experiment.id
    )
    return others.order_by("-id").first()


def _model(name: str, run: Run | None) -> ModelResult:
    return ModelResult(name, run, read_cells(run.id) if run is not None else {})


def find_baseline(experiment: Experiment, baseline: UUID) -> Experiment:
    """The experiment to compare with. Raises `NotFound` for one of elsewhere."""
    found = Experiment.objects.filter(pk=baseline, project=experiment.project_id).first()
    if found is None:
        raise NotFound(_("Experiment not found."))
    return found
