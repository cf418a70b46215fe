"""`/tasks/{id}/…`: experiments under the name that other programs know them by."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from rest.schema import operation
from stages.runs import serializers as shapes
from stages.runs import services
from stages.runs.experiments_api import OneExperimentView
from stages.runs.models import Run
from stages.runs.services.questions import ask_further


class TaskRunsView(OneExperimentView):
    @operation("tasks_start_runs", takes=shapes.NewTaskRuns, answer=shapes.StartedRuns, status=201, repeatable=True)
    def post(self, request: Request, experiment_id: UUID) -> HttpResponseBase:
        """Ask models the newest message of an experiment, or the instruction that is given: all of them, or none."""
        given = self.body(shapes.NewTaskRuns)
        self.access()
        instruction = given.get("instruction")
        asking = {"caller": self.caller(), "experiment_id": experiment_id, "profile_ids": given["model_ids"]}
        if instruction is None:
            runs = services.start_runs(**asking)
            return self.answer({"run_ids": [run.id for run in runs]}, 201)
        message = ask_further(text=instruction, **asking)
        run_ids = Run.objects.filter(message=message).order_by("id").values_list("id", flat=True)
        return self.answer({"run_ids": list(run_ids)}, 200 if message.repeated else 201)
