"""An open cell of a matrix of results: its question, both answers, grades, and what changed between the versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from stages.runs.models import Call, Run
from stages.runs.pages.answer_sides import AnswerSide, answer_sides
from stages.runs.pages.calls import CallView, call_view
from stages.runs.pages.case_changes import CaseChange, case_changes
from stages.runs.pages.matrix import anchor_of, can_be_retried, cell_query, cell_words, is_in, question_of
from stages.runs.results import CaseResult, CellResult, Results
from workspace.releases.presentation import StateWords


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
    # What changed between the versions, of a cell that got worse or better.
    changes: list[CaseChange]
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


def open_cell(found: Results, opened: tuple[str, str, int], *, chosen: str) -> OpenCell | None:
    """The cell that is open; None where there is no such cell."""
    shown = [row for row in found.rows if not chosen or is_in(row, chosen)]
    place = next((at for at, row in enumerate(shown) if row.case.key == opened[0]), None)
    if place is None:
        return None
    cell = _cell(shown[place], opened)
    if cell is None:
        return None
    call, before = _load(cell), _call_before(found, opened)
    model = next(each for each in found.models if each.name == cell.model)
    run = model.run
    return OpenCell(
        key=opened[0],
        model=model.label,
        words=cell_words(cell),
        anchor=anchor_of(*opened),
        question=question_of(found, shown[place].case),
        call=call,
        answers=answer_sides(found, call, before),
        broken=run if run is not None and cell.state == "error" and can_be_retried(run) else None,
        full=call_view(call, number=call.number, name=model.label) if call else None,
        error=cell.error,
        grades=list(_grades(call, before)),
        changes=case_changes(found, opened[0]) if cell.change in {"regressed", "fixed"} else [],
        previous=_query(shown[place - 1], opened) if place else "",
        following=_query(shown[place + 1], opened) if place + 1 < len(shown) else "",
    )


def _call_before(found: Results, opened: tuple[str, str, int]) -> Call | None:
    """The call of the same cell in the baseline."""
    row = next((row for row in found.baseline.rows if row.case.key == opened[0]), None) if found.baseline else None
    cell = _cell(row, opened) if row else None
    return _load(cell) if cell else None


def _load(cell: CellResult) -> Call | None:
    """The whole call of a cell."""
    if cell.call is None:
        return None
    related = ("profile", "response", "reused_from")
    return Call.objects.select_related(*related).get(pk=cell.call.id)


def _cell(row: CaseResult, opened: tuple[str, str, int]) -> CellResult | None:
    return next((cell for cell in row.cells if (cell.model, cell.repeat) == opened[1:]), None)


def _query(row: CaseResult, opened: tuple[str, str, int]) -> str:
    cell = _cell(row, opened)
    return cell_query(row, cell) if cell else ""


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
