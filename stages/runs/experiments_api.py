"""Experiments over REST: asking, going on, starting models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from kernel.errors import ValidationFailed
from projects.access import Access, get_project
from projects.rest import ProjectView
from rest.pagination import page
from rest.schema import operation, page_of
from stages.runs import serializers as shapes
from stages.runs import services
from stages.runs.bodies import experiment_body, message_body, run_body
from stages.runs.models import Experiment, ExperimentKind, ExperimentState, Message, Run
from stages.runs.reading import shown_proposal, visible_experiment

# Of one page: each can have a text of 1 MiB.
MAX_MESSAGES: Final = 20


class ExperimentsView(ProjectView):
    write_action = "run.start"

    @operation("experiments_list", answer=page_of(shapes.ExperimentInfo), paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The experiments of a project, newest first."""
        self.access()
        experiments = Experiment.objects.filter(project=project_id).select_related("created_by")
        return self.answer(page(request, experiments, experiment_body))

    @operation(
        "experiments_create", takes=shapes.NewExperiment, answer=shapes.ExperimentInfo, status=201, repeatable=True
    )
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Ask something about a version, evaluate it, or refine a text of it. Nothing is sent to a model yet."""
        given = self.body(shapes.NewExperiment)
        if given.get("kind") == ExperimentKind.EVALUATE:
            made = services.create_evaluation(caller=self.caller(), project_id=project_id, **_of_evaluation(given))
        elif given.get("kind") == ExperimentKind.REFINE:
            made = services.create_refinement(caller=self.caller(), project_id=project_id, **_of_refinement(given))
        else:
            made = services.create_experiment(caller=self.caller(), project_id=project_id, **_of_question(given))
        return self.answer(experiment_body(made), 200 if made.repeated else 201)


def _of_question(given: Mapping[str, Any]) -> dict[str, Any]:
    """What a question has. Raises `ValidationFailed` for what it lacks, and for a suite."""
    errors = {name: [_("This field is required.")] for name in ("title", "text") if name not in given}
    if "suite" in given:
        errors["suite"] = [_("Only an evaluation has a suite, and what refines a text.")]
    errors |= _only_of_refinement(given)
    if errors:
        raise ValidationFailed(errors)
    return dict(given)


def _of_evaluation(given: Mapping[str, Any]) -> dict[str, Any]:
    """What an evaluation has. Raises `ValidationFailed` for what it lacks, for a text, and for a repository."""
    if "suite" not in given:
        raise ValidationFailed({"suite": [_("This field is required.")]})
    errors = {"text": [_("An evaluation asks what its suite says.")]} if "text" in given else {}
    if errors := errors | _only_of_refinement(given) | _only_of_change(given):
        raise ValidationFailed(errors)
    return {name: value for name, value in given.items() if name != "kind"}


def _of_refinement(given: Mapping[str, Any]) -> dict[str, Any]:
    """What refining a text has. Raises `ValidationFailed` for what it lacks, and for what it does not have."""
    errors = {name: [_("This field is required.")] for name in ("suite", "max_calls") if name not in given}
    if "text" in given:
        errors["text"] = [_("The models that are measured are asked what the suite says.")]
    if "unsaved" in given:
        errors["unsaved"] = [_("A text of a version is refined. Save it first.")]
    errors |= _only_of_change(given)
    if errors:
        raise ValidationFailed(errors)
    return {name: value for name, value in given.items() if name != "kind"}


def _only_of_refinement(given: Mapping[str, Any]) -> dict[str, list[str]]:
    """What only refining has."""
    names = [name for name in ("field", "models", "max_calls", "held_out") if name in given]
    return {name: [_("Only what refines a text has this.")] for name in names}


def _only_of_change(given: Mapping[str, Any]) -> dict[str, list[str]]:
    """What only a question has: a repository."""
    names = [name for name in ("repository_id", "commit") if name in given]
    return {name: [_("This is about a version, not about a repository.")] for name in names}


class OneExperimentView(ProjectView):
    """What is asked of one experiment, whose address does not name its project."""

    write_action = "run.start"

    @property
    def experiment_id(self) -> UUID:
        found: UUID = self.kwargs["experiment_id"]
        return found

    def experiment(self) -> Experiment:
        """The experiment, as the caller may see it."""
        return visible_experiment(user=self.user(), experiment_id=self.experiment_id)

    def access(self) -> Access:
        action = "project.read" if self.request.method in SAFE_METHODS else self.write_action
        return get_project(user=self.user(), project_id=self.experiment().project_id, action=action)


class ExperimentView(OneExperimentView):
    @operation("experiments_read", answer=shapes.ExperimentInfo)
    def get(self, request: Request, experiment_id: UUID) -> HttpResponseBase:
        """One experiment."""
        return self.answer(experiment_body(self.experiment()))

    @operation("experiments_update", takes=shapes.ChangedExperiment, answer=shapes.ExperimentInfo)
    def patch(self, request: Request, experiment_id: UUID) -> HttpResponseBase:
        """Put it away, or take it up again."""
        state = self.body(shapes.ChangedExperiment)["state"]
        self.access()
        is_archived = state == ExperimentState.ARCHIVED
        move = services.archive_experiment if is_archived else services.restore_experiment
        move(caller=self.caller(), experiment_id=experiment_id)
        return self.answer(experiment_body(self.experiment()))


class MessagesView(OneExperimentView):
    @operation("messages_list", answer=page_of(shapes.MessageInfo), paged=True, max_limit=MAX_MESSAGES)
    def get(self, request: Request, experiment_id: UUID) -> HttpResponseBase:
        """The messages of an experiment, newest first."""
        self.access()
        messages = Message.objects.filter(experiment=experiment_id).select_related("author", "content")
        return self.answer(page(request, messages, message_body, max_limit=MAX_MESSAGES))

    @operation("messages_post", takes=shapes.NewMessage, answer=shapes.MessageInfo, status=201, repeatable=True)
    def post(self, request: Request, experiment_id: UUID) -> HttpResponseBase:
        """Ask something further."""
        given = self.body(shapes.NewMessage)
        self.access()
        made = services.post_message(caller=self.caller(), experiment_id=experiment_id, **given)
        return self.answer(message_body(made), 200 if made.repeated else 201)


class ExperimentRunsView(OneExperimentView):
    @operation("runs_list", answer=page_of(shapes.RunInfo), paged=True)
    def get(self, request: Request, experiment_id: UUID) -> HttpResponseBase:
        """The runs of an experiment, newest first."""
        self.access()
        runs = Run.objects.filter(experiment=experiment_id).select_related("profile", "starter", "chosen_by")
        shown = runs.annotate(shown_proposal_id=shown_proposal(self.user()))
        return self.answer(page(request, shown, run_body))

    @operation("runs_start", takes=shapes.NewRuns, answer=shapes.StartedRuns, status=201)
    def post(self, request: Request, experiment_id: UUID) -> HttpResponseBase:
        """Ask models: all of them, or none."""
        given = {"profile_ids": [], **self.body(shapes.NewRuns)}
        self.access()
        runs = services.start_runs(caller=self.caller(), experiment_id=experiment_id, **given)
        return self.answer({"run_ids": [run.id for run in runs]}, 201)
