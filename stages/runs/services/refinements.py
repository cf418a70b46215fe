"""Experiments that refine: they improve a text against a suite, and hold some of its cases back to prove it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from blobs.models import Blob
from drafts.models import Draft
from drafts.reading import get_draft
from kernel.errors import Conflict, ValidationFailed
from projects.access import get_project
from projects.fields import CONFIGURATION, FILES, PROMPT, check_field_name, file_path
from projects.writing import ProjectWrite
from stages.runs.evaluation_plans import EvaluationPlan, check_graders, plan_of, profiles_named, read_plan
from stages.runs.models import Experiment, ExperimentKind, Message
from stages.runs.refinement.settings import DEFAULT_HELD_OUT, Refinement, check_refinement, parts_of
from stages.runs.services.experiments import create_experiment
from stages.runs.suite_paths import suite_path


@dataclass(frozen=True, slots=True)
class RefinementRuns:
    """How runs that refine begin."""

    plan: EvaluationPlan
    refinement: Refinement
    retry_of: UUID | None
    # Earlier answers are taken over from the run that is tried again only.
    reuses: ClassVar[bool] = False

    def facts(self, _profile_id: UUID) -> dict[str, Any]:
        """What the event of a run records of it."""
        parts = parts_of(self.plan, self.refinement)
        cases = {"working": len(parts.working), "held_out": len(parts.held_out)}
        return {
            "suite": self.plan.facts(),
            "refinement": {**self.refinement.as_data(), "cases": cases},
            "reuses": self.reuses,
            "retry_of": str(self.retry_of) if self.retry_of else None,
        }


def create_refinement(
    *,
    caller: Caller,
    project_id: UUID,
    suite: str,
    max_calls: int,
    field: str = PROMPT,
    models: Sequence[str] | None = None,
    held_out: int = DEFAULT_HELD_OUT,
    title: str = "",
    version: int | None = None,
    asking: Callable[[ProjectWrite, Message], object] | None = None,
) -> Experiment:
    """Make an experiment that improves a field of a version (the current one) by a suite of it; nobody is asked yet.

    The text of `field` takes the place of the prompt in what is measured. `models` of the suite (all of them) are
    measured, `max_calls` requests are made at most, and `held_out` percent of the cases are held back. `asking` goes
    on in the same write, as that of `create_experiment`.

    Raises `ValidationFailed`, which names what is wrong or missing, and otherwise as `create_experiment`.
    """
    path = suite_path(suite)
    check_field_name(field)
    get_project(user=caller.user, project_id=project_id, action="run.start")
    draft = get_draft(project_id=project_id, version=version)
    plan = read_plan(draft, path)
    _check_text(draft, field, plan)
    measured = plan.suite.models if models is None else tuple(models)
    refinement = Refinement(field, measured, max_calls, held_out)
    check_refinement(plan, refinement)
    profiles_named(project_id, [*plan.suite.models, *plan.suite.judges])
    check_graders(plan)
    return create_experiment(
        caller=caller,
        project_id=project_id,
        kind=ExperimentKind.REFINE,
        title=title or path,
        text=plan.suite.input,
        version=draft.version_number,
        suite=(path, plan.sha256),
        refinement=refinement.as_data(),
        asking=asking,
    )


def refinement_runs(experiment: Experiment, *, retry_of: UUID | None) -> RefinementRuns:
    """How runs of it begin. Raises `Conflict` for a model of the suite that is disabled, and `ValidationFailed`."""
    plan, refinement = plan_of(experiment), refinement_of(experiment)
    wanted = profiles_named(experiment.project_id, [*refinement.models, *plan.suite.judges])
    for profile in wanted.values():
        if not profile.is_enabled:
            raise Conflict(_("The model {name} is disabled.").format(name=profile.display_name))
    return RefinementRuns(plan, refinement, retry_of)


def refinement_of(experiment: Experiment) -> Refinement:
    """What an experiment that refines states. Raises `ValidationFailed` for one of another kind."""
    if experiment.refinement is None:
        raise ValidationFailed({"experiment": [_("Only an experiment that refines has candidates.")]})
    return Refinement.of(experiment.refinement)


def _check_text(draft: Draft, field: str, plan: EvaluationPlan) -> None:
    """Raise `ValidationFailed` for a field that the version does not have, that is empty, or that measures."""
    if field == CONFIGURATION or field in {FILES + plan.path, plan.suite.cases, *plan.suite.schemas}:
        raise ValidationFailed({"field": [_("Choose the prompt or a file with a prompt.")]})
    sha256 = draft.sha256_of(field)
    if sha256 is None:
        words = _("There is no {field} in v{version}.").format(field=file_path(field), version=draft.version_number)
        raise ValidationFailed({"field": [words]})
    if not Blob.objects.get(pk=sha256).text.strip():
        raise ValidationFailed({"field": [_("The text is empty. Write a first one.")]})
