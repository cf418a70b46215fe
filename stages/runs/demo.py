"""What this stage adds to the demo: three echo models that change the prompt, of which one is chosen; a measurement.

The demo is made in one go, before a process that runs models: their answers are asked for and recorded here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django.utils.translation import gettext as _

from drafts.models import Draft
from projects.demo import DANIEL, MARA, DemoProject
from projects.fields import PROMPT
from stages.runs.agents.answer_agent import AnswerAgent
from stages.runs.agents.base import AgentFailed, AgentResult
from stages.runs.agents.model import Prompt
from stages.runs.agents.patch_agent import PatchAgent
from stages.runs.cells import answer_facts, open_cells, verdict_of
from stages.runs.choices import Provider
from stages.runs.clients import model_request
from stages.runs.evaluation.cases import variables_of
from stages.runs.evaluation.graders import open_graders
from stages.runs.evaluation.grading import Subject, grade_answer
from stages.runs.evaluation_plans import plan_of
from stages.runs.llm.client import LLMClient
from stages.runs.llm.config import LLMConfig
from stages.runs.llm.requests import ModelResponse
from stages.runs.models import Call, LogKind, ModelProfile, Purpose, Run, RunStatus
from stages.runs.reading import load_run
from stages.runs.services import (
    append_log,
    begin_call,
    choose_run,
    claim_run,
    create_evaluation,
    create_experiment,
    create_profile,
    end_call,
    finish_run,
    start_runs,
)
from stages.runs.services.cells import grade_call
from stages.runs.services.working import Claim
from stages.runs.sources import request_of, source_texts
from stages.runs.trees.tree import DraftTree

# Names of models, what people call them, and the most tokens of an answer: the last one is cut off.
MODELS: Final = (("echo-large", "Echo Large", 8000), ("echo-small", "Echo Small", 2000), ("echo-tiny", "Echo Tiny", 40))
TITLE: Final = "Reports within 24 hours are by telephone"
# The suite of the demo's project, the version that passes it best, and the one after it.
SUITE: Final = "evaluations/protocol.yaml"
MEASURED: Final = (14, 15)
QUESTION: Final = "replace “within 24 hours” with “by telephone within 24 hours” in prompt_text"


class ChangePrompt:
    """Mara adds three models, Daniel has them change the prompt and chooses one."""

    def play(self, demo: DemoProject) -> None:
        profiles = [
            create_profile(
                caller=demo.once(MARA, "model", name),
                project_id=demo.project.id,
                name=name,
                provider=Provider.ECHO.value,
                display_name=display_name,
                token_limit=token_limit,
            )
            for name, display_name, token_limit in MODELS
        ]
        experiment = create_experiment(
            caller=demo.once(DANIEL, "experiment"),
            project_id=demo.project.id,
            kind="change",
            title=TITLE,
            text=QUESTION,
        )
        runs = start_runs(
            caller=demo.once(DANIEL, "runs"),
            experiment_id=experiment.id,
            profile_ids=[profile.id for profile in profiles],
        )
        for run in runs:
            answer(run)
        # A demo that was interrupted may have asked about an earlier version, or left the run to another process.
        if load_run(runs[0].id).patch_id is not None:
            choose_run(caller=demo.once(DANIEL, "choose"), run_id=runs[0].id)


class MeasureVersions:
    """Daniel has two versions measured by the suite of the demo; the newer one is worse in one case.

    It comes after `ChangePrompt`, whose models it asks.
    """

    def play(self, demo: DemoProject) -> None:
        # A demo that was interrupted may not have them yet.
        written = Draft.objects.of_project(demo.project.id).filter(version_number__in=MEASURED)
        for version in sorted(written.values_list("version_number", flat=True)):
            experiment = create_evaluation(
                caller=demo.once(DANIEL, "evaluation", str(version)),
                project_id=demo.project.id,
                suite=SUITE,
                version=version,
            )
            ref = demo.once(DANIEL, "measured", str(version))
            for run in start_runs(caller=ref, experiment_id=experiment.id, profile_ids=[]):
                measure(run)


def answer(run: Run) -> None:
    """Have the echo answer a run that waits; one that has begun is left alone."""
    claim = claim_run(run_id=run.id)
    if claim is None:
        return
    begun = load_run(run.id)
    texts = source_texts(begun.experiment, [PROMPT])
    model = _Echo(begun.profile)
    request = replace(request_of(begun), tree=DraftTree(texts))
    lines: list[str] = []
    try:
        result: AgentResult | AgentFailed = asyncio.run(PatchAgent(model, lines.append).run(request))
    except AgentFailed as failure:
        result = failure
    append_log(claim=claim, lines=[(LogKind.STEP, line) for line in lines])
    model.record(claim)
    if isinstance(result, AgentFailed):
        finish_run(claim=claim, status=RunStatus.FAILED, error=result.code, detail=result.detail)
        return
    finish_run(
        claim=claim,
        status=RunStatus.SUCCEEDED,
        summary=result.summary,
        warnings=result.warnings,
        patch=result.patch,
        files_changed=[file.as_data() for file in result.files_changed],
    )


def measure(run: Run) -> None:
    """Have the echo answer the cases of a run that waits, and grade them."""
    claim = claim_run(run_id=run.id)
    if claim is None:
        return
    begun = load_run(run.id)
    plan = plan_of(begun.experiment)
    request = replace(request_of(begun), instruction=plan.suite.input)
    with open_graders(plan.suite, files=plan.files, judges={}) as graders:
        for cell in open_cells(claim, begun, plan):
            members, variables = cell.case.members, variables_of(plan.cases)
            prompt = AnswerAgent.build_prompt(replace(request, members=members, variables=variables))
            model = _Echo(begun.profile)
            asyncio.run(model.generate(prompt))
            (call,) = model.record(claim, case=cell.case.key, repeat=cell.repeat)
            question = prompt.messages[-1].content
            subject = Subject(question=question, members=members, variables=variables, **answer_facts(call.id))
            grade_call(claim=claim, call_id=call.id, grades=asyncio.run(grade_answer(graders, subject)))
    verdict = verdict_of(begun, plan)
    words = _("{passed} of {count} cases passed").format(passed=verdict.passed, count=verdict.passed + verdict.failed)
    finish_run(claim=claim, status=RunStatus.SUCCEEDED, summary=words, verdict=verdict.as_data())


@dataclass
class _Echo:
    """The echo, asked where nothing can be recorded meanwhile."""

    profile: ModelProfile
    answers: list[tuple[Purpose, str, ModelResponse]] = field(default_factory=list)

    async def generate(self, prompt: Prompt, /) -> ModelResponse:
        client = LLMClient(LLMConfig(str(self.profile.id), Provider.ECHO, self.profile.model_name))
        request = model_request(prompt, self.profile)
        response = await client.generate(request)
        self.answers.append((Purpose(prompt.purpose), client.record(request).text, response))
        return response

    def record(self, claim: Claim, **cell: Any) -> list[Call]:
        """Put on record what was asked and answered; `cell`: the case and the repeat that it belongs to."""
        calls = []
        for purpose, record, response in self.answers:
            call = begin_call(claim=claim, profile=self.profile, record=record, purpose=purpose, **cell)
            if not cell:
                append_log(claim=claim, lines=[(LogKind.TEXT, response.text)])
            end_call(claim=claim, call=call, response=response)
            calls.append(call)
        return calls
