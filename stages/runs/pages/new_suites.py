"""The suites that the form of a new experiment offers, and what evaluating by one costs at most."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext as _

from drafts.models import Draft
from kernel.errors import ValidationFailed
from projects.fields import CONFIGURATION, PROMPT, file_path
from stages.runs.agents.answer_agent import AnswerAgent
from stages.runs.agents.base import AgentFailed
from stages.runs.clients import model_request
from stages.runs.costs import worst_cost_of
from stages.runs.evaluation.cases import variables_of
from stages.runs.evaluation_plans import EvaluationPlan, profiles_named, read_plan
from stages.runs.llm.errors import ModelError
from stages.runs.models import ModelProfile
from stages.runs.sources import agent_request
from stages.runs.suite_paths import suite_path

# Answers whose cost the form adds up; of a larger suite it says none.
MAX_COUNTED: Final = 5000


@dataclass(frozen=True, slots=True)
class SuiteForm:
    """The suites of a version by path, and the chosen one with its models; `problem` says why it cannot be run.

    `worst_cost` is in millionths, None where it is not known. It does not count models that grade.
    """

    paths: Sequence[str]
    chosen: str
    plan: EvaluationPlan | None = None
    models: Sequence[ModelProfile] = ()
    worst_cost: int | None = None
    problem: str = ""

    @property
    def cells(self) -> int:
        return self.plan.cell_count * len(self.models) if self.plan else 0


def suites_of(draft: Draft) -> list[str]:
    """The paths of the suites of a version, sorted."""
    found = []
    for name in draft.fields:
        try:
            found.append(suite_path(file_path(name)))
        except ValidationFailed:
            continue
    return sorted(found)


def suite_form(draft: Draft | None, wanted: str) -> SuiteForm:
    """What the form shows of a version, with the wanted suite chosen, else the first."""
    paths = suites_of(draft) if draft is not None else []
    if draft is None or not paths:
        return SuiteForm(paths, "")
    chosen = wanted if wanted in paths else paths[0]
    try:
        plan = read_plan(draft, chosen)
        models = list(profiles_named(draft.project_id, plan.suite.models).values())
    except ValidationFailed as refusal:
        return SuiteForm(paths, chosen, problem=_words(refusal))
    return SuiteForm(paths, chosen, plan, models, _worst_cost(draft, plan, models))


def _worst_cost(draft: Draft, plan: EvaluationPlan, models: Sequence[ModelProfile]) -> int | None:
    """What all answers cost at most; None for too many to add up, and where they cannot be asked for."""
    if plan.cell_count * len(models) > MAX_COUNTED:
        return None
    texts = {PROMPT: draft.prompt_text or "", CONFIGURATION: draft.model_configuration_text or ""}
    variables = variables_of(plan.cases)
    try:
        request = replace(agent_request(texts, plan.suite.input, ()), variables=variables)
        prompts = [AnswerAgent.build_prompt(replace(request, members=case.members)) for case in plan.cases]
    except (ModelError, AgentFailed):
        return None
    one = sum(worst_cost_of(model, model_request(prompt, model)) for prompt in prompts for model in models)
    return one * plan.suite.repeat


def _words(refusal: ValidationFailed) -> str:
    messages: Iterable[str] = (message for found in refusal.errors.values() for message in found)
    return " ".join(messages) or _("The suite cannot be read.")
