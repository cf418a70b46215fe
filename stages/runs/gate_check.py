"""The check of the gate of evaluations (`stages.runs.gate`), which is loaded when a release is asked for.

Runs count that evaluated this very content, with the suite as it is in the version, each of its models, and only
answers of their own experiment: of such runs the newest one of each model decides. Retries keep the answers of their
experiment, so they count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from audit.models import Event
from drafts.models import Draft
from kernel.errors import ValidationFailed
from publishing.gates import GateAnswer, GateLink, GateQuestion
from stages.runs.evaluation_plans import EvaluationPlan, read_plan
from stages.runs.models import Call, Experiment, ExperimentKind, Run, RunStatus
from stages.runs.suite_paths import name_of_suite


@dataclass(frozen=True, slots=True)
class SuiteAnswer:
    """What there is of one suite: its facts, and why it is not passed; empty where it is."""

    facts: dict[str, Any]
    problem: str
    plan: EvaluationPlan | None = None


def check_evaluations(question: GateQuestion) -> GateAnswer:
    """Whether every suite of the policy was passed by this content."""
    enforcement = str(question.parameters.get("enforcement", "block"))
    answers = _answers(question)
    facts = {"enforcement": enforcement, "suites": [answer.facts for answer in answers]}
    problems = tuple(answer.problem for answer in answers if answer.problem)
    if enforcement == "block":
        return GateAnswer(facts=facts, refusal=" ".join(problems))
    return GateAnswer(facts=facts, warnings=problems)


def links_to_evaluations(question: GateQuestion) -> list[GateLink]:
    """For each suite that is not passed its results; where this content was never evaluated, the form to do so."""
    return [_link(question.draft, answer) for answer in _answers(question) if answer.problem and answer.plan]


def _answers(question: GateQuestion) -> list[SuiteAnswer]:
    return [_suite_answer(question.draft, path) for path in question.parameters.get("suites") or ()]


def _link(draft: Draft, answer: SuiteAnswer) -> GateLink:
    path = str(answer.facts["path"])
    assert answer.plan is not None
    measured = Experiment.objects.filter(
        project=draft.project_id,
        kind=ExperimentKind.EVALUATE,
        content_hash=draft.content_hash,
        suite=path,
        suite_sha256=answer.plan.sha256,
        unsaved={},
    )
    newest = measured.order_by("-id").first()
    name = name_of_suite(path)
    # Answers that do not count, such as those of other experiments, lead to asking anew.
    if newest is not None and (answer.facts["runs"] or Run.objects.unended().filter(experiment=newest).exists()):
        label = _("Results of {suite}").format(suite=name)
        return GateLink(label, reverse("runs:results", args=[draft.project_id, newest.id]))
    query = urlencode({"kind": ExperimentKind.EVALUATE.value, "version": draft.version_number, "suite": path})
    label = _("Evaluate v{version} by {suite}").format(version=draft.version_number, suite=name)
    return GateLink(label, f"{reverse('runs:new', args=[draft.project_id])}?{query}")


def _suite_answer(draft: Draft, path: str) -> SuiteAnswer:
    try:
        plan = read_plan(draft, path)
    except ValidationFailed as error:
        sha256 = draft.sha256_of(f"files/{path}")
        return SuiteAnswer({"path": path, "sha256": sha256, "runs": []}, f"{path}: {error.detail}")
    runs = _counting_runs(draft, plan)
    facts = {"path": path, "sha256": plan.sha256, "runs": [_run_facts(name, run) for name, run in runs.items()]}
    problems = {name: _problem(runs.get(name)) for name in plan.suite.models}
    words = [f"{path}, {name}: {problem}" for name, problem in problems.items() if problem]
    return SuiteAnswer(facts, " ".join(words), plan)


def _counting_runs(draft: Draft, plan: EvaluationPlan) -> dict[str, Run]:
    """The run that decides for each model that has one, in the order of the suite."""
    runs = Run.objects.filter(
        experiment__kind=ExperimentKind.EVALUATE,
        experiment__project=draft.project_id,
        experiment__content_hash=draft.content_hash,
        experiment__suite=plan.path,
        experiment__suite_sha256=plan.sha256,
        experiment__unsaved={},
        status=RunStatus.SUCCEEDED,
        profile__name__in=plan.suite.models,
    )
    found = {run.profile.name: run for run in _fresh(runs.select_related("profile").order_by("id"))}
    return {name: found[name] for name in plan.suite.models if name in found}


def _fresh(runs: Iterable[Run]) -> list[Run]:
    """Those without an answer of another experiment."""
    every = list(runs)
    reused = Call.objects.filter(run__in=every, reused_from__isnull=False)
    reused = reused.exclude(reused_from__run__experiment=F("run__experiment"))
    stale = set(reused.values_list("run", flat=True).distinct())
    return [run for run in every if run.id not in stale]


def _problem(run: Run | None) -> str:
    if run is None:
        return _("this content was not evaluated, or only with answers of other experiments. Evaluate it under Runs.")
    verdict = run.verdict or {"outcome": "errors", "errors": 0, "passed": 0, "failed": 0}
    if verdict["outcome"] == "errors":
        return _("{count} answers could not be graded. Try it again.").format(count=verdict["errors"])
    if verdict["outcome"] == "failed":
        words = _("not passed: {passed} of {count} cases.")
        return words.format(passed=verdict["passed"], count=verdict["passed"] + verdict["failed"])
    return ""


def _run_facts(name: str, run: Run) -> dict[str, Any]:
    ended = Event.objects.of_project(run.project_id).get(action="run.succeeded", target_id=str(run.id))
    return {"model": name, "run": str(run.id), "record_sha256": ended.data["record_sha256"], "verdict": run.verdict}
