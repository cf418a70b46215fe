"""A run of the kind `evaluate`: the model answers every case of a suite, and graders say whether the answers pass.

What breaks at one case is an error of that cell; what would break at all of them fails the run. A cell that is finished
is never asked for again: not after its worker was lost, and not by a retry.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from stages.runs.agents.answer_agent import AnswerAgent
from stages.runs.agents.base import AgentFailed, AgentRequest
from stages.runs.agents.model import Prompt
from stages.runs.asking import RecordedModel
from stages.runs.cells import OpenCell, answer_facts, open_cells, reusable_answer, verdict_of
from stages.runs.evaluation.cases import variables_of
from stages.runs.evaluation.graders import open_graders
from stages.runs.evaluation.grading import Grader, Subject, grade_answer
from stages.runs.evaluation_plans import EvaluationPlan, plan_of, profiles_named
from stages.runs.kinds.judging import GRADED, Judge
from stages.runs.kinds.work import Work, WorkResult
from stages.runs.llm.errors import Cause, ModelError
from stages.runs.models import Call, ModelProfile
from stages.runs.services.cells import fail_cell, grade_call, reuse_answer
from stages.runs.services.metering import MustWait
from stages.runs.sources import request_of
from stages.runs.threads import in_thread, persist

# Answers of one run that are asked for at once.
WIDTH: Final = 8
# Errors of the provider in a row, after which asking further has no point.
MAX_FAILURES: Final = 20
# Lines of progress on the console.
STEPS: Final = 20
_HOPELESS: Final = frozenset(
    {
        *(Cause.AUTHENTICATION, Cause.PERMISSION, Cause.MODEL_NOT_FOUND),
        *(Cause.ADDRESS_REFUSED, Cause.BUDGET_EXHAUSTED),
    }
)


async def work(at: Work) -> WorkResult:
    """Answer and grade what is left of the suite; the verdict counts all of it."""
    plan, judges, cells = await in_thread(partial(_read, at))
    request = replace(await in_thread(partial(request_of, at.run)), instruction=plan.suite.input)
    judging = {name: Judge(at, profile) for name, profile in judges.items()}
    with ExitStack() as opened:
        opening = open_graders(plan.suite, files=plan.files, judges=judging)
        graders = await asyncio.to_thread(opened.enter_context, opening)
        model = at.model()
        await _Cells(at, model, request, variables_of(plan.cases), graders, plan.cell_count, deque(cells)).finish()
    verdict = await in_thread(partial(verdict_of, at.run, plan))
    for words in verdict.reasons:
        at.console.warn(words)
    count = verdict.passed + verdict.failed
    summary = _("{passed} of {count} cases passed").format(passed=verdict.passed, count=count)
    return WorkResult(summary, [*model.warnings, *verdict.reasons], verdict=verdict.as_data())


def _read(at: Work) -> tuple[EvaluationPlan, dict[str, ModelProfile], list[OpenCell]]:
    try:
        plan = plan_of(at.run.experiment)
        judges = profiles_named(at.run.project_id, plan.suite.judges)
    except ValidationFailed as error:
        raise AgentFailed("invalid_request", error.detail) from None
    return plan, judges, open_cells(at.claim, at.run, plan)


@dataclass(slots=True)
class _Cells:
    """The cells of a run that are worked on."""

    at: Work
    model: RecordedModel
    request: AgentRequest
    variables: Collection[str]
    graders: Sequence[Grader]
    count: int
    waiting: deque[OpenCell]
    failures: int = 0
    must_wait: MustWait | None = None
    done: int = field(init=False)

    def __post_init__(self) -> None:
        self.done = self.count - len(self.waiting)

    async def finish(self) -> None:
        """Finish all of them, several at once.

        Raises `ModelError` for what would break at all of them, and `MustWait` where limits leave no place for one.
        """
        self._tell()
        try:
            async with asyncio.TaskGroup() as group:
                for _number in range(min(WIDTH, len(self.waiting))):
                    group.create_task(self._finish_some())
        except BaseExceptionGroup as found:
            # One of several that ended together.
            raise found.exceptions[0] from None
        if self.must_wait is not None and self.waiting:
            raise self.must_wait

    async def _finish_some(self) -> None:
        while self.waiting:
            cell = self.waiting.popleft()
            GRADED.set({"case": cell.case.key, "repeat": cell.repeat})
            try:
                await self._finish_one(cell)
            except MustWait as wait:
                # Others, which have their place, go on.
                self.waiting.append(cell)
                self.must_wait = wait
                return
            self.done += 1
            if self.done % max(1, self.count // STEPS) == 0:
                self._tell()

    def _tell(self) -> None:
        self.at.console.step(_("{done} of {count} answers").format(done=self.done, count=self.count))

    async def _finish_one(self, cell: OpenCell) -> None:
        request = replace(self.request, members=cell.case.members, variables=self.variables)
        model = self.model.of_cell(case=cell.case.key, repeat=cell.repeat)
        agent = AnswerAgent(model)
        try:
            prompt = agent.build_prompt(request)
            answer = cell.answer or await self._reused(cell, model, prompt)
            if answer is None:
                await model.generate(prompt)
        except AgentFailed as error:
            fail = partial(fail_cell, claim=self.at.claim, profile=self.at.run.profile)
            fail = partial(fail, case=cell.case.key, repeat=cell.repeat)
            await persist(partial(fail, error=error.code, detail=error.detail))
        except ModelError as error:
            self.failures += 1
            if error.cause in _HOPELESS or self.failures >= MAX_FAILURES:
                raise
        else:
            self.failures = 0
            await self._grade(answer.id if answer is not None else model.call_id, request, prompt)

    async def _reused(self, cell: OpenCell, model: RecordedModel, prompt: Prompt) -> Call | None:
        """An earlier answer to the same request, where the run may take one; a repeat is always asked for."""
        if not self.at.run.reuses or cell.repeat > 1:
            return None
        record = await model.record(prompt)
        answer = await in_thread(partial(reusable_answer, self.at.run, record.sha256))
        if answer is None:
            return None
        reuse = partial(reuse_answer, claim=self.at.claim, answer=answer)
        return await persist(partial(reuse, case=cell.case.key, repeat=cell.repeat))

    async def _grade(self, call_id: UUID, request: AgentRequest, prompt: Prompt) -> None:
        facts = await in_thread(partial(answer_facts, call_id))
        question = prompt.messages[-1].content
        subject = Subject(question=question, members=request.members, variables=self.variables, **facts)
        grades = await grade_answer(self.graders, subject)
        await persist(partial(grade_call, claim=self.at.claim, call_id=call_id, grades=grades))
