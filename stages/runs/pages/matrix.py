"""The matrix of an evaluation as its page shows it: filters, and pages of rows by group."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kernel.canonical import canonical
from stages.runs.agents.base import AgentFailed
from stages.runs.agents.variables import render
from stages.runs.evaluation.cases import Case
from stages.runs.models import Run
from stages.runs.results import GROUPS, CaseResult, CellResult, Results
from workspace.releases.presentation import StateWords

# Characters of what a case asks: in its row, and beside its answers.
MAX_QUESTION: Final = 160
MAX_WHOLE_QUESTION: Final = 100_000
# Rows of a page, and the cells that it has at most unless these rows have more.
MAX_PAGE: Final = 200
MIN_PAGE: Final = 10
MAX_CELLS: Final = 2000
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


def can_be_retried(run: Run) -> bool:
    """Whether a run has ended and answers of it are missing."""
    return run.has_ended and (run.verdict is None or run.verdict["outcome"] == "errors")


def answered_words(found: Results) -> str:
    """How many of all cells have an answer that was graded."""
    states = [cell.state for row in found.rows for cell in row.cells]
    return answered_text(sum(state in {"passed", "failed"} for state in states), len(states))


def answered_text(answered: int, count: int) -> str:
    """How many of so many cells have an answer that was graded, in words."""
    words = ngettext("{answered} of {count} cell", "{answered} of {count} cells", count)
    return words.format(answered=answered, count=count)


def outcome_words(outcome: str) -> StateWords:
    """The badge of a whole evaluation, for its `outcome`."""
    return _words(_OUTCOMES[outcome])


def filters_of(found: Results, chosen: str) -> list[FilterView]:
    """All rows, and those that people look for."""
    views = [FilterView("", _("All"), len(found.rows), not chosen)]
    names = [name for name in FILTERS if found.baseline is not None or name not in {"regressed", "fixed"}]
    counts = {name: sum(is_in(row, name) for row in found.rows) for name in names}
    return views + [FilterView(name, str(FILTERS[name]), counts[name], name == chosen) for name in names]


@dataclass(frozen=True, slots=True)
class RowPage:
    """Some of the rows that a filter shows, by group: from the one after `start` on; `end` is the last of `total`."""

    groups: list[GroupView]
    start: int
    end: int
    total: int
    size: int

    @property
    def earlier(self) -> int | None:
        """Where the page before begins."""
        return max(0, self.start - self.size) if self.start else None

    @property
    def later(self) -> int | None:
        return self.end if self.end < self.total else None


def page_of(found: Results, *, chosen: str, start: int, opened: tuple[str, str, int] | None) -> RowPage:
    """A page of the rows: at most 200, and fewer where each has many cells."""
    shown = [row for row in found.rows if not chosen or is_in(row, chosen)]
    columns = max(1, len(found.models) * found.plan.suite.repeat)
    size = max(MIN_PAGE, min(MAX_PAGE, MAX_CELLS // columns))
    start = start if start < len(shown) else 0
    rows = shown[start : start + size]
    counts = Counter(row.group for row in shown)
    groups = [
        GroupView(str(_GROUP_LABELS[name]), counts[name], [_row(found, row, opened) for row in of_group])
        for name in GROUPS
        if (of_group := [row for row in rows if row.group == name])
    ]
    return RowPage(groups, start, start + len(rows), len(shown), size)


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


def is_in(row: CaseResult, name: str) -> bool:
    return name in row.words


def _row(found: Results, row: CaseResult, opened: tuple[str, str, int] | None) -> RowView:
    labels = {model.name: model.label for model in found.models}
    cells = [
        CellView(
            cell_words(cell),
            labels[cell.model],
            anchor_of(row.case.key, cell.model, cell.repeat),
            cell_query(row, cell),
            (row.case.key, cell.model, cell.repeat) == opened,
        )
        for cell in row.cells
    ]
    question = " ".join(question_of(found, row.case).split())[:MAX_QUESTION]
    return RowView(row.case.key, question, cells)


def anchor_of(case: str, model: str, repeat: int) -> str:
    """The id of a cell's link, which stays the same while rows move."""
    return f"cell-{sha256(canonical([case, model, repeat]).encode()).hexdigest()[:16]}"


def cell_query(row: CaseResult, cell: CellResult) -> str:
    """The cell in an address."""
    return canonical([row.case.key, cell.model, cell.repeat])
