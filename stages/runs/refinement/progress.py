"""How far a run that refines is: the texts that it has tried, their scores, and the calls that are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stages.runs.evaluation_plans import plan_of
from stages.runs.models import Call, Run
from stages.runs.refinement.scores import (
    Score,
    best_of,
    count_calls,
    finished_cells,
    proposed_texts,
    scores_by_candidate,
    text_in,
)
from stages.runs.refinement.settings import Refinement, answers_of_cases, parts_of
from stages.runs.services.refinements import refinement_of
from stages.runs.sources import source_texts


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that was tried. `answers` are those to working cases so far; a score is None until all are there."""

    number: int
    text: str
    answers: int
    working: Score | None
    held_out: Score | None
    is_best: bool = False

    def as_data(self) -> dict[str, Any]:
        """It as REST shows it."""
        return {
            "number": self.number,
            "text": self.text,
            "answers": self.answers,
            "working": self.working.as_data() if self.working else None,
            "held_out": self.held_out.as_data() if self.held_out else None,
            "is_best": self.is_best,
        }


@dataclass(frozen=True, slots=True)
class Progress:
    """A run that refines. `answers` are those that each text gives to the working cases."""

    run: Run
    refinement: Refinement
    calls: int
    answers: int
    candidates: Sequence[Candidate]

    @property
    def best(self) -> Candidate | None:
        """The text with the best score so far on the working cases."""
        return next((each for each in self.candidates if each.is_best), None)

    @property
    def first(self) -> Candidate:
        """The text of the source."""
        return self.candidates[0]


def progress_of(run: Run) -> Progress:
    """How far a run is. Raises `ValidationFailed` for one of another kind."""
    refinement = refinement_of(run.experiment)
    plan = plan_of(run.experiment)
    parts = parts_of(plan, refinement)
    calls = list(Call.objects.filter(run=run).order_by("number"))
    cells = finished_cells(calls)
    working = scores_by_candidate(cells, [case.key for case in parts.working])
    held_out = scores_by_candidate(cells, [case.key for case in parts.held_out])
    wanted = [answers_of_cases(plan, refinement, len(each)) for each in (parts.working, parts.held_out)]
    is_measured = 0 in working and working[0].answers == wanted[0]
    best = best_of(working) if is_measured else None
    candidates = []
    for number, text in _texts(run, refinement, calls).items():
        tried, proved = working.get(number), held_out.get(number)
        candidates.append(
            Candidate(
                number=number,
                text=text,
                answers=tried.answers if tried else 0,
                working=tried if tried and tried.answers == wanted[0] else None,
                held_out=proved if proved and proved.answers == wanted[1] else None,
                is_best=number == best,
            )
        )
    return Progress(run, refinement, count_calls(calls), wanted[0], candidates)


def _texts(run: Run, refinement: Refinement, calls: Sequence[Call]) -> dict[int, str]:
    """The texts by number; what was proposed as the model wrote it."""
    field = refinement.field
    proposed = [call.pk for call in proposed_texts(calls).values()]
    answered = Call.objects.filter(pk__in=proposed).select_related("response").order_by("candidate")
    texts = {call.candidate: text_in(call.response.text) for call in answered if call.response is not None}
    return {0: source_texts(run.experiment, {field})[field]} | {n: text for n, text in texts.items() if n is not None}
