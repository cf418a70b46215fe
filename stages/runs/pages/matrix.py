"""The matrix of an evaluation as its page shows it: filters, heads of models, groups of rows, and an open cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kernel.canonical import canonical
from stages.runs.agents.base import AgentFailed
from stages.runs.agents.variables import render
from stages.runs.evaluation.cases import Case
from stages.runs.models import Call, Run
from stages.runs.pages.answer_sides import AnswerSide, answer_sides
from stages.runs.pages.calls import CallView, call_view
from stages.runs.results import GROUPS, CaseResult, CellResult, Results
from workspace.releases.presentation import StateWords

# Characters of what a case asks: in its row, and beside its answers.
MAX_QUESTION: Final = 160
MAX_WHOLE_QUESTION: Final = 100_000
# By what is compared, else by what it is: the colour, the icon, the words.
_CHANGED: Final = {
    "regressed": ("bad", "circle-x", gettext_lazy("pass, now fail")),
    "fixed": ("good", "circle-check", gettext_lazy("fail, now pass")),
}
_STATES: Final = {
    "passed": ("passed", "check", gettext_lazy("pass")),
    "failed": ("failed", "x", gettext_lazy("fail")),
    "error": ("error", "triangle-alert", gettext_lazy("no answer")),
    "waiting": ("waiting", "circle-dashed", gettext_lazy("waiting")),
}
_GROUP_LABELS: Final = {
    "regressed": gettext_lazy("Regressed"),
    "fixed": gettext_lazy("Fixed"),
    "error": gettext_lazy("Without an answer"),
    "failed": gettext_lazy("Failing"),
    "waiting": gettext_lazy("Waiting"),
    "same": gettext_lazy("Same"),
    "passed": gettext_lazy("Passing"),
}
_OUTCOMES: Final = {
    "passed": ("good", "circle-check", gettext_lazy("Passed")),
    "failed": ("bad", "circle-x", gettext_lazy("Not passed")),
    "errors": ("bad", "triangle-alert", gettext_lazy("Errors")),
    "waiting": ("in_review", "circle-play", gettext_lazy("Running")),
}
# Which rows a filter shows: those with a cell in this state, or with this change.
FILTERS: Final = {
    "regressed": gettext_lazy("Regressed"),
    "fixed": gettext_lazy("Fixed"),
    "failed": gettext_lazy("Failing"),
    "error": gettext_lazy("No answer"),
}


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell of the matrix, and the query that opens it."""

    words: StateWords
    model: str
    # The id of its link, which stays the same while results come in.
    anchor: str
    query: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class RowView:
    key: str
    question: str
    cells: list[CellView]


@dataclass(frozen=True, slots=True)
class GroupView:
    label: str
    count: int
    rows: list[RowView]


@dataclass(frozen=True, slots=True)
class FilterView:
    name: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class GradeView:
    grader: str
    words: StateWords
    reason: str
    before: StateWords | None


@dataclass(frozen=True, slots=True)
class OpenCell:
    """A cell with its question, its answer and grades, and those of the baseline."""

    key: str
    model: str
    words: StateWords
    anchor: str
    question: str
    call: Call | None
    answers: list[AnswerSide]
    # The run that asks again for answers that are missing; None where this one is there, or is under way.
    broken: Run | None
    # The call with its request; None where it was not asked.
    full: CallView | None
    error: str
    grades: list[GradeView]
    # The queries of the cells above and below.
    previous: str
    following: str

    @property
    def seconds(self) -> float | None:
        paid = self.call and (self.call.reused_from or self.call)
        return (paid.ended_at - paid.started_at).total_seconds() if paid and paid.ended_at else None

    @property
    def tokens(self) -> int:
        return self.call.input_tokens + self.call.output_tokens if self.call else 0


def can_be_retried(run: Run) -> bool:
    """Whether a run has ended and answers of it are missing."""
    return run.has_ended and (run.verdict is None or run.verdict["outcome"] == "errors")


def answered_words(found: Results) -> str:
    """How many of all cells have an answer that was graded."""
    states = [cell.state for row in found.rows for cell in row.cells]
    answered = sum(state in {"passed", "failed"} for state in states)
    return ngettext("{answered} of {count} cell", "{answered} of {count} cells", len(states)).format(
        answered=answered, count=len(states)
    )


def outcome_words(outcome: str) -> StateWords:
    """The badge of a whole evaluation, for its `outcome`."""
    return _words(_OUTCOMES[outcome])


def filters_of(found: Results, chosen: str) -> list[FilterView]:
    """All rows, and those that people look for."""
    views = [FilterView("", _("All"), len(found.rows), not chosen)]
    names = [name for name in FILTERS if found.baseline is not None or name not in {"regressed", "fixed"}]
    counts = {name: sum(_is_in(row, name) for row in found.rows) for name in names}
    return views + [FilterView(name, str(FILTERS[name]), counts[name], name == chosen) for name in names]


def groups_of(found: Results, *, chosen: str, rows: int, opened: tuple[str, str, int] | None) -> list[GroupView]:
    """The rows by group, at most so many."""
    shown = [row for row in found.rows if not chosen or _is_in(row, chosen)]
    views = []
    for name in GROUPS:
        of_group = [row for row in shown[:rows] if row.group == name]
        count = sum(row.group == name for row in shown)
        if of_group:
            views.append(GroupView(str(_GROUP_LABELS[name]), count, [_row(found, row, opened) for row in of_group]))
    return views


def open_cell(found: Results, opened: tuple[str, str, int], *, chosen: str) -> OpenCell | None:
    """The cell that is open; None where there is no such cell."""
    shown = [row for row in found.rows if not chosen or _is_in(row, chosen)]
    place = next((at for at, row in enumerate(shown) if row.case.key == opened[0]), None)
    if place is None:
        return None
    cell = _cell(shown[place], opened)
    if cell is None:
        return None
    before = _call_before(found, opened)
    run = next(model.run for model in found.models if model.name == cell.model)
    return OpenCell(
        key=opened[0],
        model=cell.model,
        words=cell_words(cell),
        anchor=_anchor(shown[place], cell),
        question=question_of(found, shown[place].case),
        call=cell.call,
        answers=answer_sides(found, cell.call, before),
        broken=run if run is not None and cell.state == "error" and can_be_retried(run) else None,
        full=call_view(cell.call, number=cell.call.number, name=cell.model) if cell.call else None,
        error=cell.error,
        grades=list(_grades(cell.call, before)),
        previous=_query(shown[place - 1], opened) if place else "",
        following=_query(shown[place + 1], opened) if place + 1 < len(shown) else "",
    )


def cell_words(cell: CellResult) -> StateWords:
    """What a cell says: what changed, else what it is."""
    if cell.change == "same" and cell.state == "failed":
        return StateWords("failed", "x", _("still fails"))
    return _words(_CHANGED.get(cell.change) or _STATES[cell.state])


def question_of(found: Results, case: Case) -> str:
    """What the case asks, with its values; those that it lacks, or that are too long, stay as they are written."""
    try:
        return render(found.plan.suite.input, case.members, most=MAX_WHOLE_QUESTION)
    except AgentFailed:
        return found.plan.suite.input


def _words(given: tuple[str, str, object]) -> StateWords:
    return StateWords(given[0], given[1], str(given[2]))


def _is_in(row: CaseResult, name: str) -> bool:
    return any(name in {cell.state, cell.change} for cell in row.cells)


def _call_before(found: Results, opened: tuple[str, str, int]) -> Call | None:
    """The call of the same cell in the baseline."""
    row = next((row for row in found.baseline.rows if row.case.key == opened[0]), None) if found.baseline else None
    cell = _cell(row, opened) if row else None
    return cell.call if cell else None


def _row(found: Results, row: CaseResult, opened: tuple[str, str, int] | None) -> RowView:
    cells = [
        CellView(
            cell_words(cell),
            cell.model,
            _anchor(row, cell),
            _cell_query(row, cell),
            (row.case.key, cell.model, cell.repeat) == opened,
        )
        for cell in row.cells
    ]
    question = " ".join(question_of(found, row.case).split())[:MAX_QUESTION]
    return RowView(row.case.key, question, cells)


def _cell(row: CaseResult, opened: tuple[str, str, int]) -> CellResult | None:
    return next((cell for cell in row.cells if (cell.model, cell.repeat) == opened[1:]), None)


def _query(row: CaseResult, opened: tuple[str, str, int]) -> str:
    cell = _cell(row, opened)
    return _cell_query(row, cell) if cell else ""


def _anchor(row: CaseResult, cell: CellResult) -> str:
    return f"cell-{row.case.line}-{row.cells.index(cell)}"


def _cell_query(row: CaseResult, cell: CellResult) -> str:
    return canonical([row.case.key, cell.model, cell.repeat])


def _grades(call: Call | None, before: Call | None) -> Iterator[GradeView]:
    earlier = {each["grader"]: each for each in (before.grades or () if before else ())}
    grades: Sequence[Mapping[str, object]] = (call.grades or ()) if call else ()
    for grade in grades:
        name = str(grade["grader"])
        former = earlier.get(name)
        words = str(grade.get("error") or grade.get("reason") or "")
        yield GradeView(name, _grade_words(grade), words, _grade_words(former) if former else None)


def _grade_words(grade: Mapping[str, object]) -> StateWords:
    score = grade.get("score")
    shown = f"{score / 1_000_000:.2f}" if isinstance(score, int) else _("broken")
    if grade["passed"] is None:
        return StateWords("error", "triangle-alert", shown)
    return StateWords("good", "circle-check", shown) if grade["passed"] else StateWords("bad", "circle-x", shown)
