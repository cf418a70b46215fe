"""What a question costs at most, over REST. Nothing is asked, and nothing is recorded."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from projects.rest import ProjectView
from rest.schema import operation
from stages.runs import serializers as shapes
from stages.runs.experiments_api import OneExperimentView
from stages.runs.models import ExperimentKind, ModelProfile
from stages.runs.previews import costs_body, costs_in_experiment, costs_of_question
from stages.runs.reading import run_in
from stages.runs.services.sources import check_source


class ProjectCostsView(ProjectView):
    write_action = "run.start"

    @operation("costs_of_question", takes=shapes.CostQuestion, answer=shapes.CostsInfo)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """What a first question costs at most, with each model that is enabled. Asks nobody."""
        given = self.body(shapes.CostQuestion)
        self.access()
        kind, version = given.get("kind", ExperimentKind.TRY.value), given.get("version")
        unsaved = given.get("unsaved", {})
        repository_id = given.get("repository_id")
        if repository_id is not None:
            check_source(kind, version=version, unsaved=unsaved, repository_id=repository_id, commit="")
        costs = costs_of_question(
            project_id,
            ModelProfile.objects.usable_in(project_id).filter(is_enabled=True),
            text=given["text"],
            version=version,
            unsaved=unsaved,
            kind=kind,
            repository_id=repository_id,
        )
        return self.answer(costs_body(project_id, costs))


class ExperimentCostsView(OneExperimentView):
    @operation("costs_in_experiment", takes=shapes.FurtherCostQuestion, answer=shapes.CostsInfo)
    def post(self, request: Request, experiment_id: UUID) -> HttpResponseBase:
        """What a further question costs at most; the newest message where none is given. Asks nobody."""
        given = self.body(shapes.FurtherCostQuestion)
        project_id = self.access().project.id
        base_run_id = given.get("base_run_id")
        costs = costs_in_experiment(
            self.experiment(),
            ModelProfile.objects.usable_in(project_id).filter(is_enabled=True),
            text=given.get("text"),
            base_run=run_in(experiment_id, base_run_id) if base_run_id else None,
        )
        return self.answer(costs_body(project_id, costs))
