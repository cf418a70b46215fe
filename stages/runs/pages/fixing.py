"""The question with which models are asked to fix what got worse: the cases, both answers, and what graders said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kernel.errors import NotFound, ValidationFailed
from stages.runs.models import Call, Experiment, ExperimentKind
from stages.runs.models.experiments import MAX_TITLE
from stages.runs.pages.matrix import question_of
from stages.runs.results import Results, find_baseline, read_results
from stages.runs.suite_paths import name_of_suite

# Answers that a question has, and characters of each of their texts; the others are counted.
MAX_ANSWERS: Final = 20
MAX_TEXT: Final = 600


@dataclass(frozen=True, slots=True)
class FixQuestion:
    """What a new experiment is filled in with."""

    title: str
    text: str
    version: int


@dataclass(frozen=True, slots=True)
class _Worse:
    """An answer that passed, and fails now."""

    case: str
    model: str
    question: str
    old: UUID
    new: UUID


def fix_question(project_id: UUID, experiment: str, baseline: str) -> FixQuestion:
    """The question about what an evaluation has regressed since another. Raises `NotFound` for what is not there."""
    try:
        wanted = {"pk": UUID(experiment), "project": project_id, "kind": ExperimentKind.EVALUATE}
        shown = Experiment.objects.filter(**wanted).first()
        if shown is None or shown.version is None:
            raise NotFound(_("Experiment not found."))
        found = read_results(shown, baseline=find_baseline(shown, UUID(baseline)))
    except (ValueError, ValidationFailed):
        raise NotFound(_("Experiment not found.")) from None
    worse = list(_worse(found))
    cases = len({cell.case for cell in worse})
    suite = name_of_suite(shown.suite)
    title = ngettext("Fix {n} regressed case of {suite}", "Fix {n} regressed cases of {suite}", cases)
    return FixQuestion(title.format(n=cases, suite=suite)[:MAX_TITLE], _text(found, worse), shown.version)


def _worse(found: Results) -> Iterator[_Worse]:
    assert found.baseline is not None
    before = {
        (call.case, model.name, call.repeat): call.id
        for model in found.baseline.models
        for call in model.calls.values()
    }
    for row in found.rows:
        for cell in row.cells:
            if cell.change == "regressed" and cell.call is not None:
                old = before[row.case.key, cell.model, cell.repeat]
                yield _Worse(row.case.key, cell.model, question_of(found, row.case), old, cell.call.id)


def _text(found: Results, worse: list[_Worse]) -> str:
    assert found.baseline is not None
    old, new = found.baseline.experiment.version, found.experiment.version
    shown = worse[:MAX_ANSWERS]
    calls = Call.objects.select_related("response").in_bulk([each for cell in shown for each in (cell.old, cell.new)])
    words = _("v{new} fails what v{old} passed. Change the prompt so that these cases pass again, and others still do.")
    parts = [words.format(new=new, old=old)]
    for cell in shown:
        lines = [
            f"{cell.case}, {cell.model}",
            _("Question: {text}").format(text=_cut(cell.question)),
            _("v{version} answered: {text}").format(version=old, text=_answer(calls[cell.old])),
            _("v{version} answered: {text}").format(version=new, text=_answer(calls[cell.new])),
            *(_("Not passed: {reason}").format(reason=reason) for reason in _reasons(calls[cell.new])),
        ]
        parts.append("\n".join(lines))
    if len(worse) > len(shown):
        parts.append(_("{n} more answers got worse, too.").format(n=len(worse) - len(shown)))
    return "\n\n".join(parts)


def _answer(call: Call) -> str:
    return _cut(call.response.text) if call.response is not None else "–"


def _reasons(call: Call) -> list[str]:
    """What the graders say that the answer did not pass."""
    failed = [each for each in call.grades or () if each["passed"] is False]
    return [_cut(": ".join(filter(None, (each["grader"], each.get("reason") or "")))) for each in failed]


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
