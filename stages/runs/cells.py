"""The cells of an evaluation: what the calls of a run say of each answer, and what is left to do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from stages.runs.evaluation.cases import Case
from stages.runs.evaluation.verdicts import Cell, CellKey, Verdict, decide
from stages.runs.evaluation_plans import EvaluationPlan
from stages.runs.llm.requests import ToolCall
from stages.runs.models import Call, Purpose, Run
from stages.runs.services.cells import reuse_answer
from stages.runs.services.working import Claim

# A case and the number of its repeat.
Key = tuple[str, int]

NO_CALLS: Final[Mapping[Key, Call]] = {}


@dataclass(frozen=True, slots=True)
class OpenCell:
    """A cell that is not finished; `answer` is the call whose answer is there, and not graded yet."""

    case: Case
    repeat: int
    answer: Call | None


@dataclass(frozen=True, slots=True)
class CellCall:
    """What results need of the call that speaks for a cell: thousands of them are read at once."""

    id: UUID
    number: int
    case: str
    repeat: int
    passed: bool | None
    score: int | None
    response_id: str | None
    is_ended: bool
    error: str

    @property
    def is_settled(self) -> bool:
        """Whether it says how the cell ended: graded, or an error."""
        return self.passed is not None or bool(self.error)


_LEAN: Final = ("id", "number", "case", "repeat", "passed", "score", "response", "ended_at", "error", "detail")


def read_cells(run_id: UUID, *, after: int = 0) -> dict[Key, CellCall]:
    """For each cell of a run its last call, of those with a number after this one. Bounded by the cells of a suite."""
    calls: Any = Call.objects.filter(run=run_id, purpose=Purpose.GENERATE, number__gt=after).exclude(case="")
    # The grades of those alone that a grader broke at.
    broken = {each.number: why_error(each) for each in calls.filter(grades__isnull=False, passed__isnull=True)}
    found = {}
    for identity, number, case, repeat, passed, score, response, ended_at, error, detail in (
        calls.order_by("number").values_list(*_LEAN).iterator(chunk_size=2000)
    ):
        why = broken.get(number, "")
        if error and passed is None and ended_at is not None:
            why = f"{error}: {detail}" if detail else error
        is_ended = ended_at is not None
        found[case, repeat] = CellCall(identity, number, case, repeat, passed, score, response, is_ended, why)
    return found


def newest_calls(run_id: UUID) -> dict[Key, Call]:
    """The call that speaks for each cell of a run: its last one."""
    calls = Call.objects.filter(run=run_id, purpose=Purpose.GENERATE).exclude(case="")
    calls = calls.select_related("profile").order_by("number")
    return {(call.case, call.repeat): call for call in calls}


def open_cells(claim: Claim, run: Run, plan: EvaluationPlan) -> list[OpenCell]:
    """What is left of a run, after the answers of the run that it tries again were taken over.

    A cell is finished once it is graded, or could not be asked for. Where a worker was lost, errors of the provider are
    asked for again. Raises `RunFenced`.
    """
    there = newest_calls(run.id)
    earlier = newest_calls(run.retry_of_id) if run.retry_of_id else NO_CALLS
    cases = {case.key: case for case in plan.cases}
    found = []
    for key in plan.cell_keys():
        call, former = there.get(key), earlier.get(key)
        if call is None and former is not None and is_answered(former):
            is_graded = former.passed is not None
            call = reuse_answer(claim=claim, answer=former, case=key[0], repeat=key[1], with_grades=is_graded)
        if call is None or not (call.grades is not None or (call.error and call.request_id is None)):
            answer = call if call is not None and is_answered(call) else None
            found.append(OpenCell(cases[key[0]], key[1], answer))
    return found


def reusable_answer(run: Run, request: str) -> Call | None:
    """The newest answer in the project that came to the same request, by its SHA-256, before this run was queued."""
    calls = Call.objects.filter(request=request, profile=run.profile_id, run__project=run.project_id, error="")
    calls = calls.filter(response__isnull=False, started_at__lt=run.queued_at, reused_from__isnull=True)
    return calls.select_related("profile").order_by("-started_at").first()


def verdict_of(run: Run, plan: EvaluationPlan) -> Verdict:
    """What the answers of a run amount to."""
    cells = list(cells_of(newest_calls(run.id).values(), model=run.profile.name))
    return decide(plan.suite.rules, cells, expected=plan.cell_count)


def is_answered(call: Call) -> bool:
    """Whether a whole answer came, graded or not."""
    return call.ended_at is not None and not call.error and call.response_id is not None


def cells_of(calls: Iterable[Call], *, model: str) -> Iterator[Cell]:
    """Cells for a verdict or a comparison, under the model's name in the suite."""
    for call in calls:
        grades = {each["grader"]: each["passed"] for each in call.grades or ()}
        yield Cell(CellKey(call.case, model, call.repeat), call.passed, grades)


def why_error(call: Call) -> str:
    """Why a cell is an error, in words; empty unless it is one."""
    if call.passed is not None or call.ended_at is None:
        return ""
    if call.error:
        return f"{call.error}: {call.detail}" if call.detail else call.error
    broken = [each for each in call.grades or () if each.get("error")]
    return f"{broken[0]['grader']}: {broken[0]['error']}" if broken else ""


def answer_facts(call_id: UUID) -> dict[str, Any]:
    """What graders know of an answer: text, tool calls, cost in millionths and seconds; a reused one has its own."""
    call = Call.objects.select_related("response", "tool_calls", "reused_from").get(pk=call_id)
    paid = call.reused_from or call
    assert call.response is not None
    assert paid.ended_at is not None
    return {
        "text": call.response.text,
        "tool_calls": [ToolCall(**each) for each in json.loads(call.tool_calls.text)] if call.tool_calls else [],
        "cost": paid.cost,
        "seconds": (paid.ended_at - paid.started_at).total_seconds(),
    }
