"""A run of the kind `refine`: its model proposes texts, the models of a suite are measured with them, the best stays.

First the text of the source answers the cases that are held back, then texts are tried on the others, and at last the
best one answers those that were held back: both scores are the result. Nothing of these cases goes to the model that
proposes. A run that is begun anew meets its own answers again, and asks only for what is missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from django.utils.translation import gettext as _

from drafts.compare.budget import Budget
from kernel.errors import PayloadTooLarge, ValidationFailed
from locking.working_copies import check_content
from projects.fields import CONFIGURATION
from stages.runs.agents.base import AgentFailed, AgentRequest
from stages.runs.agents.variables import render
from stages.runs.evaluation.cases import Case, variables_of
from stages.runs.evaluation.graders import open_graders
from stages.runs.evaluation.grading import MILLION
from stages.runs.evaluation_plans import EvaluationPlan, plan_of, profiles_named
from stages.runs.kinds.judging import CALLS_EXHAUSTED, Judge
from stages.runs.kinds.measuring import Earlier, Measuring
from stages.runs.kinds.work import Work, WorkResult
from stages.runs.models import Call, ModelProfile
from stages.runs.refinement.lessons import lesson_of, reflection
from stages.runs.refinement.scores import (
    Outcome,
    Score,
    best_of,
    outcome_of,
    proposed_texts,
    scores_by_candidate,
    text_in,
)
from stages.runs.refinement.search import BATCH, Enough, Tried, search
from stages.runs.refinement.settings import Parts, Refinement, answers_of_cases, calls_of_answer, parts_of
from stages.runs.services.calling import NoCallsLeft
from stages.runs.services.cells import reuse_answer
from stages.runs.services.refinements import refinement_of
from stages.runs.sources import agent_request, source_texts
from stages.runs.threads import in_thread, persist
from stages.runs.trees.unified_diffs import file_diff

# Steps of a search without anything that it has not met before, after which it has no point.
MAX_IDLE: Final = 100


@dataclass(frozen=True, slots=True)
class _Given:
    """What a run works on."""

    plan: EvaluationPlan
    refinement: Refinement
    parts: Parts
    profiles: Sequence[ModelProfile]
    judges: dict[str, ModelProfile]
    request: AgentRequest
    text: str
    earlier: Earlier


async def work(at: Work) -> WorkResult:
    """Search for a better text, and prove the best one on the cases that were held back."""
    given = await in_thread(partial(_read, at))
    most = given.refinement.max_calls
    judges = {name: Judge(at, profile, most) for name, profile in given.judges.items()}
    with ExitStack() as opened:
        opening = open_graders(given.plan.suite, files=given.plan.files, judges=judges)
        graders = await asyncio.to_thread(opened.enter_context, opening)
        texts = {0: given.text}
        variables = variables_of(given.plan.cases)
        measuring = Measuring(
            at, given.plan, given.profiles, given.request, variables, graders, texts, given.earlier, most
        )
        host = _Refining(at, given, measuring, texts)
        await host.prove(0)
        best = await host.find_best()
        await host.prove(best)
    outcome = await in_thread(partial(_outcome, at, given.refinement))
    return _result(at, given, outcome, texts[outcome.best])


def _read(at: Work) -> _Given:
    experiment = at.run.experiment
    try:
        plan, refinement = plan_of(experiment), refinement_of(experiment)
        profiles = profiles_named(at.run.project_id, refinement.models)
        judges = profiles_named(at.run.project_id, plan.suite.judges)
    except ValidationFailed as error:
        raise AgentFailed("invalid_request", error.detail) from None
    texts = source_texts(experiment, {refinement.field, CONFIGURATION})
    request = agent_request({CONFIGURATION: texts.get(CONFIGURATION, "")}, plan.suite.input, ())
    calls = Call.objects.select_related("profile", "response").order_by("number")
    former = list(calls.filter(run=at.run.retry_of_id)) if at.run.retry_of_id else []
    earlier = Earlier(list(calls.filter(run=at.run)), former)
    parts = parts_of(plan, refinement)
    return _Given(plan, refinement, parts, list(profiles.values()), judges, request, texts[refinement.field], earlier)


def _outcome(at: Work, refinement: Refinement) -> Outcome:
    return outcome_of(list(Call.objects.filter(run=at.run).order_by("number")), refinement.held_out)


def _result(at: Work, given: _Given, outcome: Outcome, text: str) -> WorkResult:
    """The best text as a change of the source; none where the first is the best."""
    verdict = outcome.as_data()
    if not outcome.best:
        return WorkResult(_("None of {count} texts is better.").format(count=outcome.candidates), verdict=verdict)
    words = _("Text {number}: {before} % → {after} % on cases that were held back")
    summary = words.format(number=outcome.best, before=outcome.before.percent, after=outcome.after.percent)
    warnings = []
    if outcome.outcome != "improved":
        warnings.append(_("On the cases that were held back the best text is no better than the first."))
        at.console.warn(warnings[0])
    name = given.refinement.field
    patch, added, removed = file_diff(name, name, given.text, text, budget=Budget())
    files = [{"path": name, "status": "modified", "added": added, "removed": removed}]
    return WorkResult(summary, warnings, patch, files, verdict)


@dataclass(slots=True)
class _Refining:
    """What gepa asks: measures texts with the working cases, and has new ones proposed."""

    at: Work
    given: _Given
    measuring: Measuring
    texts: dict[int, str]
    proposed: int = 0
    met: int = -1
    idle: int = 0
    _numbers: dict[str, int] = field(default_factory=dict)
    _reflections: dict[int, Call] = field(init=False)
    _former: dict[int, Call] = field(init=False)

    def __post_init__(self) -> None:
        self._numbers[self.given.text] = 0
        self._reflections = proposed_texts(self.given.earlier.calls)
        self._former = proposed_texts(self.given.earlier.former)
        for number, call in self._reflections.items():
            self._keep(number, call)

    @property
    def working(self) -> Sequence[Case]:
        return self.given.parts.working

    async def prove(self, candidate: int) -> None:
        """Measure a text with the cases that are held back."""
        held_out = self.given.parts.held_out
        await self.measuring.measure(candidate, held_out)
        score = self.measuring.score(candidate, held_out)
        assert score is not None
        words = _("{text}: {percent} % on {count} cases that are held back")
        self.at.console.step(words.format(text=_named(candidate), percent=score.percent, count=len(held_out)))

    async def find_best(self) -> int:
        """The number of the text with the best score on the working cases, within the calls that a search may make."""
        plan, refinement = self.given.plan, self.given.refinement
        proof = answers_of_cases(plan, refinement, len(self.given.parts.held_out)) * calls_of_answer(plan)
        self.measuring.limit = refinement.max_calls - proof
        await search(self, text=self.given.text, cases=len(self.working))
        self.measuring.limit = refinement.max_calls
        return best_of(self._scores())

    async def measure(self, text: str, cases: Sequence[int]) -> list[Tried]:
        """See `Host.measure`."""
        candidate = self._numbers[text]
        chosen = [self.working[place] for place in cases]
        was_whole = self.measuring.score(candidate, self.working) is not None
        try:
            await self.measuring.measure(candidate, chosen, is_search=True)
        except AgentFailed as error:
            # Tries that failed count too, so an answer may find none left.
            if error.code == CALLS_EXHAUSTED:
                raise Enough from None
            raise
        if not was_whole:
            self._tell(candidate)
        return await in_thread(partial(self._tried, candidate, chosen))

    async def propose(self, text: str, lessons: Sequence[str]) -> str:
        """See `Host.propose`."""
        plan, refinement = self.given.plan, self.given.refinement
        self.proposed += 1
        number = self.proposed
        call = self._reflections.get(number)
        if call is None:
            trial = answers_of_cases(plan, refinement, min(BATCH, len(self.working))) * calls_of_answer(plan)
            await self.measuring.check_left(1 + trial)
            call = await self._reflect(number, text, lessons)
            self._keep(number, call)
        found = self.texts.get(number, "")
        return found if found and self._numbers[found] == number else ""

    def is_done(self) -> bool:
        """See `Host.is_done`."""
        met = len(self.measuring.wanted) + self.proposed
        self.idle = self.idle + 1 if met == self.met else 0
        self.met = met
        scores = self._scores()
        return self.idle > MAX_IDLE or (bool(scores) and scores[best_of(scores)].score >= MILLION)

    async def _reflect(self, number: int, text: str, lessons: Sequence[str]) -> Call:
        """The call that proposes a text; that of the run which is tried again, where it was asked the same."""
        model = self.at.model().of_cell(candidate=number)
        model.most = self.measuring.limit
        prompt = reflection(text, lessons)
        former = self._former.get(number)
        if former is not None and former.request_id == (await model.record(prompt)).sha256:
            reuse = partial(reuse_answer, claim=self.at.claim, answer=former, case="", repeat=0, candidate=number)
            call_id = (await persist(reuse)).id
        else:
            self.at.console.step(
                _("{model} proposes text {number}").format(model=self.at.run.profile.display_name, number=number)
            )
            try:
                await model.generate(prompt)
            except NoCallsLeft:
                raise Enough from None
            call_id = model.call_id
        calls = Call.objects.select_related("response")
        return await in_thread(partial(calls.get, pk=call_id))

    def _keep(self, number: int, call: Call) -> None:
        """Keep what was proposed, unless it cannot be used."""
        assert call.response is not None
        text = text_in(call.response.text)
        if text and self.given.text.endswith("\n"):
            text += "\n"
        try:
            text = check_content(text, field=self.given.refinement.field, name="text")
        except (ValidationFailed, PayloadTooLarge) as refusal:
            self.at.console.warn(_("{text} cannot be used: {why}").format(text=_named(number), why=refusal.detail))
            return
        if text.strip():
            self.texts[number] = text
            self._numbers.setdefault(text, number)

    def _scores(self) -> dict[int, Score]:
        return scores_by_candidate(self.measuring.cells, [case.key for case in self.working])

    def _tell(self, candidate: int) -> None:
        score = self.measuring.score(candidate, self.working)
        if score is None:
            return
        words = _("{text}: {percent} % on {count} working cases")
        self.at.console.step(words.format(text=_named(candidate), percent=score.percent, count=len(self.working)))

    def _tried(self, candidate: int, cases: Sequence[Case]) -> list[Tried]:
        """How a text did in each of these cases."""
        cells = {each: self.measuring.cells[each] for each in self.measuring.cells_of(candidate, cases)}
        calls = Call.objects.select_related("response").in_bulk([call.pk for call in cells.values()])
        found = []
        for case in cases:
            answers = [calls[call.pk] for cell, call in cells.items() if cell.case == case.key]
            score = sum(call.score or 0 for call in answers) / (len(answers) * MILLION)
            found.append(Tried(score, self._lesson(case, answers)))
        return found

    def _lesson(self, case: Case, calls: Sequence[Call]) -> str:
        question = render(self.given.plan.suite.input, case.members)
        said = [(call.response.text if call.response else call.detail, call.grades or ()) for call in calls]
        return lesson_of(case.members, question, said)


def _named(candidate: int) -> str:
    """A text in words."""
    return _("Text {number}").format(number=candidate) if candidate else _("The first text")
