"""Measures texts where one is refined: the models answer cases with it, and graders say how good the answers are.

Unlike in an evaluation, an answer that cannot be had or graded ends the run: texts can only be compared by all of
their answers. What is finished stays, also for the run that tries again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from stages.runs.agents.answer_agent import AnswerAgent
from stages.runs.agents.base import AgentFailed, AgentRequest
from stages.runs.cells import answer_facts, is_answered, why_error
from stages.runs.evaluation.cases import Case
from stages.runs.evaluation.grading import Grader, Subject, grade_answer
from stages.runs.evaluation_plans import EvaluationPlan
from stages.runs.kinds.judging import CALLS_EXHAUSTED, GRADED
from stages.runs.kinds.work import Work
from stages.runs.models import Call, ModelProfile, Purpose
from stages.runs.refinement.scores import CellOf, Score, finished_cells, scores_by_candidate
from stages.runs.refinement.search import Enough
from stages.runs.refinement.settings import calls_of_answer
from stages.runs.services.calling import NoCallsLeft
from stages.runs.services.cells import fail_cell, grade_call, reuse_answer
from stages.runs.services.metering import MustWait
from stages.runs.threads import in_thread, persist

# Answers of one run that are asked for at once.
WIDTH: Final = 8
GRADER_FAILED: Final = "grader_failed"


@dataclass(slots=True)
class Earlier:
    """The calls of this run and of the one that it tries again, as they were when a worker began it."""

    calls: Sequence[Call]
    former: Sequence[Call]

    def answers(self, calls: Iterable[Call]) -> dict[CellOf, Call]:
        """The whole answers among them, graded or not."""
        return {
            CellOf(call.candidate, call.profile_id, call.case, call.repeat): call
            for call in calls
            if call.candidate is not None and call.case and call.purpose == Purpose.GENERATE and is_answered(call)
        }


@dataclass(slots=True)
class Measuring:
    """The answers of a run, which are asked for as they are wanted, each once.

    `texts` are the texts by number; `limit` is how many requests the run may make in all for now.
    """

    at: Work
    plan: EvaluationPlan
    profiles: Sequence[ModelProfile]
    request: AgentRequest
    variables: Collection[str]
    graders: Sequence[Grader]
    texts: Mapping[int, str]
    earlier: Earlier
    limit: int
    cells: dict[CellOf, Call] = field(init=False)
    # What was wanted since this worker began the run.
    wanted: set[CellOf] = field(default_factory=set)
    _answers: dict[CellOf, Call] = field(init=False)
    _former: dict[CellOf, Call] = field(init=False)
    _must_wait: MustWait | None = None

    def __post_init__(self) -> None:
        self.cells = finished_cells(self.earlier.calls)
        self._answers = self.earlier.answers(self.earlier.calls)
        self._former = self.earlier.answers(self.earlier.former)

    def cells_of(self, candidate: int, cases: Iterable[Case]) -> list[CellOf]:
        """The answers with a text to these cases, each once."""
        return [
            CellOf(candidate, profile.id, key, repeat)
            for repeat in range(1, self.plan.suite.repeat + 1)
            for key in dict.fromkeys(case.key for case in cases)
            for profile in self.profiles
        ]

    def score(self, candidate: int, cases: Iterable[Case]) -> Score | None:
        """The score of a text on these cases; None unless it has all answers."""
        keys = [case.key for case in cases]
        found = scores_by_candidate(self.cells, keys).get(candidate)
        whole = len(keys) * len(self.profiles) * self.plan.suite.repeat
        return found if found is not None and found.answers == whole else None

    async def measure(self, candidate: int, cases: Sequence[Case], *, is_search: bool = False) -> None:
        """Have all answers with a text to these cases.

        Raises `Enough` in a search where the calls that are left do not suffice, `AgentFailed`, `ModelError`,
        `RunFenced`, and `MustWait` where limits leave no place for one.
        """
        wanted = self.cells_of(candidate, cases)
        self.wanted |= set(wanted)
        waiting = deque(cell for cell in wanted if cell not in self.cells)
        if is_search:
            await self.check_left(len(waiting) * calls_of_answer(self.plan))
        by_key = {case.key: case for case in cases}
        try:
            async with asyncio.TaskGroup() as group:
                for _number in range(min(WIDTH, len(waiting))):
                    group.create_task(self._finish_some(waiting, by_key))
        except BaseExceptionGroup as found:
            # One of several that ended together.
            raise found.exceptions[0] from None
        if waiting and self._must_wait is not None:
            raise self._must_wait

    async def check_left(self, calls: int) -> None:
        """Raise `Enough` where so many calls more are too many."""
        if calls and await self.used() + calls > self.limit:
            raise Enough

    async def used(self) -> int:
        """How many requests the run has made."""
        made = Call.objects.filter(run=self.at.run, request__isnull=False)
        return await in_thread(made.count)

    async def _finish_some(self, waiting: deque[CellOf], cases: Mapping[str, Case]) -> None:
        while waiting:
            cell = waiting.popleft()
            GRADED.set({"case": cell.case, "repeat": cell.repeat, "candidate": cell.candidate})
            try:
                await self._finish(cell, cases[cell.case])
            except MustWait as wait:
                # Others, which have their place, go on.
                waiting.append(cell)
                self._must_wait = wait
                return

    async def _finish(self, cell: CellOf, case: Case) -> None:
        request = replace(
            self.request, system=self.texts[cell.candidate], members=case.members, variables=self.variables
        )
        named: dict[str, Any] = {"case": cell.case, "repeat": cell.repeat, "candidate": cell.candidate}
        try:
            question = AnswerAgent.build_prompt(request).messages[-1].content
        except AgentFailed as error:
            if not cell.candidate:
                raise
            # The text that was proposed names what the case does not have.
            profile = self._profile(cell)
            fail = partial(fail_cell, claim=self.at.claim, profile=profile, error=error.code, detail=error.detail)
            self.cells[cell] = await persist(partial(fail, **named))
            return
        call_id = await self._answer(cell, request, named)
        facts = await in_thread(partial(answer_facts, call_id))
        subject = Subject(question=question, members=case.members, variables=self.variables, **facts)
        grades = await grade_answer(self.graders, subject)
        await persist(partial(grade_call, claim=self.at.claim, call_id=call_id, grades=grades))
        call = await in_thread(partial(Call.objects.get, pk=call_id))
        if call.passed is None:
            words = _("The answer to case {case} could not be graded: {error}")
            raise AgentFailed(GRADER_FAILED, words.format(case=cell.case, error=why_error(call)))
        self.cells[cell] = call

    async def _answer(self, cell: CellOf, request: AgentRequest, named: Mapping[str, Any]) -> UUID:
        """The call that the answer came with: of before, of the run that is tried again, or a new one."""
        if cell in self._answers:
            return self._answers[cell].id
        model = self.at.model(self._profile(cell)).of_cell(**named)
        model.most = self.limit
        prompt = AnswerAgent.build_prompt(request)
        former = self._former.get(cell)
        if former is not None and former.request_id == (await model.record(prompt)).sha256:
            reuse = partial(reuse_answer, claim=self.at.claim, answer=former)
            return (await persist(partial(reuse, **named))).id
        try:
            await model.generate(prompt)
        except NoCallsLeft:
            words = _("The run has made all of its {count} calls.").format(count=self.limit)
            raise AgentFailed(CALLS_EXHAUSTED, words) from None
        return model.call_id

    def _profile(self, cell: CellOf) -> ModelProfile:
        return next(each for each in self.profiles if each.id == cell.profile)
