"""What the calls of a run that refines say of each text; the run's result, and whoever verifies it, count here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from stages.runs.evaluation.grading import MILLION
from stages.runs.models import Call, Purpose
from stages.runs.refinement.settings import held_out_keys

_FENCE: Final = "```"
_LANGUAGE: Final = re.compile(r"[\w.+-]*[ \t\r]*")


class CellOf(NamedTuple):
    """One answer of a model to a case, with one of the texts."""

    candidate: int
    profile: UUID
    case: str
    repeat: int


@dataclass(frozen=True, slots=True)
class Score:
    """How good a text is: the mean score of its answers in millionths, how many there are, and how many pass."""

    answers: int
    passed: int
    score: int

    def as_data(self) -> dict[str, int]:
        return {"answers": self.answers, "passed": self.passed, "score": self.score}

    @property
    def percent(self) -> float:
        """The score in percent, to one digit."""
        return round(self.score * 100 / MILLION, 1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run that refines amounts to.

    `best` is the number of the text with the best score on the working cases, 0 is the first text; `before` and `after`
    are the scores of the first text and of the best one on the cases that were held back. `candidates` counts the texts
    that were proposed, `calls` all requests.
    """

    best: int
    before: Score
    after: Score
    candidates: int
    calls: int

    @property
    def outcome(self) -> str:
        """`improved`, `not_improved` on the cases that were held back, or `unchanged`: no text was better."""
        if not self.best:
            return "unchanged"
        return "improved" if self.after.score > self.before.score else "not_improved"

    def as_data(self) -> dict[str, Any]:
        """The facts, for the record; what `recounted` counts again."""
        facts = {"outcome": self.outcome, "best": self.best, "candidates": self.candidates, "calls": self.calls}
        return {**facts, "before": self.before.as_data(), "after": self.after.as_data()}


def is_finished(call: Call) -> bool:
    """Whether an answer has its grades, or could not be asked for: its text names what the case does not have."""
    return call.passed is not None or (call.request_id is None and bool(call.error))


def finished_cells(calls: Iterable[Call]) -> dict[CellOf, Call]:
    """The finished answers of a run, which are there once each."""
    return {
        CellOf(call.candidate, call.profile_id, call.case, call.repeat): call
        for call in calls
        if call.candidate is not None and call.case and call.purpose == Purpose.GENERATE and is_finished(call)
    }


def score_of(calls: Sequence[Call]) -> Score:
    """The score of some finished answers. What could not be asked for has none: that is the text's own fault."""
    total = sum(call.score or 0 for call in calls)
    return Score(len(calls), sum(bool(call.passed) for call in calls), total // len(calls) if calls else 0)


def scores_by_candidate(cells: Mapping[CellOf, Call], cases: Iterable[str]) -> dict[int, Score]:
    """The score of each text on these cases."""
    wanted = set(cases)
    found: dict[int, list[Call]] = defaultdict(list)
    for cell, call in cells.items():
        if cell.case in wanted:
            found[cell.candidate].append(call)
    return {candidate: score_of(calls) for candidate, calls in sorted(found.items())}


def best_of(scores: Mapping[int, Score]) -> int:
    """The text with the best score among those that have as many answers as the first one; the first of equals."""
    whole = [candidate for candidate, score in scores.items() if score.answers == scores[0].answers]
    return max(whole, key=lambda candidate: (scores[candidate].score, -candidate))


def outcome_of(calls: Sequence[Call], held_out: int) -> Outcome:
    """What the calls of a run amount to whose first and best texts have answered all cases."""
    cells = finished_cells(calls)
    cases = {cell.case for cell in cells if cell.candidate == 0}
    held = held_out_keys(cases, held_out)
    working = scores_by_candidate(cells, cases - held)
    proved = scores_by_candidate(cells, held)
    best = best_of(working)
    return Outcome(best, proved[0], proved[best], len(proposed_texts(calls)), count_calls(calls))


def count_calls(calls: Iterable[Call]) -> int:
    """How many requests were made, by this run or by the one that it goes on with."""
    return sum(call.request_id is not None for call in calls)


def proposed_texts(calls: Iterable[Call]) -> dict[int, Call]:
    """The calls that proposed a text, by its number."""
    found = {
        call.candidate: call
        for call in calls
        if call.purpose == Purpose.REFLECT and call.candidate is not None and call.response_id and not call.error
    }
    return dict(sorted(found.items()))


def text_in(answer: str) -> str:
    """The text that a model proposes: what it put between its first and its last fence, else all of its answer."""
    start, end = answer.find(_FENCE), answer.rfind(_FENCE)
    if start < 0:
        return answer.strip()
    inside = answer[start + len(_FENCE) : end if end > start else None]
    first, newline, rest = inside.partition("\n")
    # The line of the first fence may name a language.
    return (rest if newline and _LANGUAGE.fullmatch(first) else inside).strip()
