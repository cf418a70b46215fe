"""The cells of an evaluation, as its worker writes them: answers that are graded, reused, or could not be asked for."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from kernel.transactions import write_transaction
from stages.runs.choices import Outcome
from stages.runs.costs import month_of
from stages.runs.evaluation.grading import CellGrades, millionths
from stages.runs.models import Call, ModelProfile, Purpose
from stages.runs.models.experiments import MAX_DETAIL
from stages.runs.services.calling import lock_claimed, next_number
from stages.runs.services.metering import read_clock
from stages.runs.services.working import Claim

_OF_ANSWER: Final = (
    *("request_id", "response_id", "tool_calls_id", "outcome"),
    *("finish_reason", "model_reported", "id_reported"),
)


def grade_call(*, claim: Claim, call_id: UUID, grades: CellGrades) -> None:
    """Put on record how the answer to a cell was graded, once. Raises `RunFenced`."""
    with write_transaction():
        lock_claimed(claim)
        call = Call.objects.select_for_update(no_key=True, of=("self",)).get(pk=call_id)
        if call.grades is not None:
            # An earlier try of the same.
            return
        call.grades = [grade.as_data() for grade in grades.grades]
        call.passed, call.score = grades.passed, millionths(grades.score)
        call.save(update_fields=["grades", "passed", "score"])


def fail_cell(
    *,
    claim: Claim,
    profile: ModelProfile,
    case: str,
    repeat: int,
    error: str,
    detail: str,
    candidate: int | None = None,
) -> Call:
    """Put on record that a cell cannot be asked for: nothing was sent. Raises `RunFenced`."""
    with write_transaction():
        call = _call_of(claim, profile, case, repeat)
        call.candidate = candidate
        call.outcome, call.error, call.detail = Outcome.UNKNOWN, error, detail[:MAX_DETAIL]
        call.save(force_insert=True)
    return call


def reuse_answer(
    *,
    claim: Claim,
    answer: Call,
    case: str,
    repeat: int,
    with_grades: bool = False,
    candidate: int | None = None,
) -> Call:
    """Take the answer of an earlier call for a cell, which costs nothing; also its grades, or it is graded anew.

    Where a text is refined it is the answer with the text `candidate`; without a case, what proposed that text. Names
    the call that the answer came with, also where `answer` reused it. Raises `RunFenced`.
    """
    with write_transaction():
        call = _call_of(claim, answer.profile, case, repeat)
        for name in _OF_ANSWER:
            setattr(call, name, getattr(answer, name))
        call.purpose, call.candidate = answer.purpose, candidate
        call.reused_from_id = answer.reused_from_id or answer.id
        if with_grades:
            call.grades, call.passed, call.score = answer.grades, answer.passed, answer.score
        call.save(force_insert=True)
    return call


def _call_of(claim: Claim, profile: ModelProfile, case: str, repeat: int) -> Call:
    """A call that ends as it begins, with the run's row locked; the caller inserts it."""
    lock_claimed(claim)
    return Call(
        id=uuid7(),
        run_id=claim.run_id,
        number=next_number(claim.run_id),
        attempt=claim.attempt,
        purpose=Purpose.GENERATE,
        profile=profile,
        case=case,
        repeat=repeat,
        month=month_of(read_clock()),
        started_at=Now(),
        ended_at=Now(),
    )
