"""Evaluations: experiments that ask the models of a suite its cases, and grade the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from drafts.reading import get_draft
from kernel.errors import ValidationFailed
from projects.access import get_project
from projects.fields import CONFIGURATION, PROMPT
from projects.writing import ProjectWrite
from stages.runs.evaluation_plans import EvaluationPlan, check_graders, plan_of, profiles_named, read_plan
from stages.runs.models import Experiment, ExperimentKind, Message
from stages.runs.services.experiments import NO_TEXTS, create_experiment
from stages.runs.suite_paths import suite_path

# What may be evaluated before it is saved. Suite and cases are those of the version.
_UNSAVED: Final = frozenset({PROMPT, CONFIGURATION})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How runs of an evaluation begin. `names` are the names in the suite of the models that are asked, by id."""

    plan: EvaluationPlan
    names: Mapping[UUID, str]
    reuses: bool
    retry_of: UUID | None

    def facts(self, profile_id: UUID) -> dict[str, Any]:
        """What the event of a run records of it."""
        retry_of = str(self.retry_of) if self.retry_of else None
        suite = {**self.plan.facts(), "name": self.names[profile_id]}
        return {"suite": suite, "reuses": self.reuses, "retry_of": retry_of}


def create_evaluation(
    *,
    caller: Caller,
    project_id: UUID,
    suite: str,
    title: str = "",
    version: int | None = None,
    unsaved: Mapping[str, str] = NO_TEXTS,
    asking: Callable[[ProjectWrite, Message], object] | None = None,
) -> Experiment:
    """Make an experiment that measures a version (the current one) by a suite of it; no model is asked yet.

    `asking` goes on in the same write, as that of `create_experiment`.

    Raises `ValidationFailed`, which names the file, the line or the model that is wrong or missing, and otherwise as
    `create_experiment`.
    """
    path = suite_path(suite)
    others = sorted(set(unsaved) - _UNSAVED)
    if others:
        words = _("Only prompt and configuration can be evaluated before they are saved, not {field}.")
        raise ValidationFailed({"unsaved": [words.format(field=others[0])]})
    # A version never changes, so the files are read, and schemas tried out, before anything is locked.
    get_project(user=caller.user, project_id=project_id, action="run.start")
    draft = get_draft(project_id=project_id, version=version)
    plan = read_plan(draft, path)
    profiles_named(project_id, [*plan.suite.models, *plan.suite.judges])
    check_graders(plan)
    return create_experiment(
        caller=caller,
        project_id=project_id,
        kind=ExperimentKind.EVALUATE,
        title=title or path,
        text=plan.suite.input,
        version=draft.version_number,
        unsaved=unsaved,
        suite=(path, plan.sha256),
        asking=asking,
    )


def evaluation_of(
    experiment: Experiment, profile_ids: Sequence[UUID], *, reuse: bool, retry_of: UUID | None
) -> Evaluation:
    """How runs of these models of its suite begin, or of all of them where none is named.

    Raises `ValidationFailed` for one that the suite does not name.
    """
    plan = plan_of(experiment)
    profiles_named(experiment.project_id, plan.suite.judges)
    names = {profile.id: name for name, profile in profiles_named(experiment.project_id, plan.suite.models).items()}
    if not set(profile_ids) <= set(names) or len(set(profile_ids)) < len(profile_ids):
        raise ValidationFailed({"profile_ids": [_("An evaluation asks models that its suite names, each once.")]})
    chosen = {each: names[each] for each in profile_ids} if profile_ids else names
    return Evaluation(plan, chosen, reuse, retry_of)
