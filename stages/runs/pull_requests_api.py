"""Pull requests over REST: asking for one, for another change on it, and for what became of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.serializers import PersonSerializer
from kernel.errors import NotFound
from projects.access import Access, get_project
from projects.rest import ProjectView
from rest.fields import Uuid
from rest.pagination import page
from rest.schema import operation, page_of
from stages.runs.models import PullRequest, PullRequestStatus
from stages.runs.reading import visible_experiment, visible_pull_request, visible_run
from stages.runs.services.pull_requests import open_pull_request, sync_pull_request, update_pull_request


class PullRequestInfo(serializers.Serializer[Any]):
    """A branch with the change of a run, and its pull request. `error` says in one word why the last step failed."""

    id = serializers.UUIDField()
    project_id = serializers.UUIDField()
    run_id = serializers.UUIDField()
    repository_id = serializers.UUIDField()
    branch = serializers.CharField()
    commit = serializers.CharField(allow_null=True)
    number = serializers.IntegerField(allow_null=True)
    url = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(PullRequestStatus.choices)
    error = serializers.CharField(allow_blank=True)
    detail = serializers.CharField(allow_blank=True)
    asked_by = PersonSerializer()
    asked_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    synced_at = serializers.DateTimeField(allow_null=True)


class TaskPullRequest(serializers.Serializer[Any]):
    """The run of the experiment whose change is wanted."""

    run_id = Uuid()


class ChangedPullRequest(serializers.Serializer[Any]):
    """The run whose change goes on top of the branch; that of the last one again if left out."""

    run_id = Uuid(required=False)


def pull_request_body(row: PullRequest) -> dict[str, Any]:
    """A pull request as it is shown."""
    return {
        "id": row.id,
        "project_id": row.project_id,
        "run_id": row.run_id,
        "repository_id": row.repository_id,
        "branch": row.branch,
        "commit": row.commit or None,
        "number": row.number,
        "url": row.url or None,
        "status": row.status,
        "error": row.error,
        "detail": row.detail,
        "asked_by": row.asked_by.person(),
        "asked_at": row.asked_at,
        "created_at": row.created_at,
        "synced_at": row.synced_at,
    }


class PullRequestsView(ProjectView):
    @operation("pull_requests_list", answer=page_of(PullRequestInfo), paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The pull requests of a project, newest first."""
        self.access()
        rows = PullRequest.objects.filter(project=project_id).select_related("asked_by")
        return self.answer(page(request, rows, pull_request_body))


class RunPullRequestView(ProjectView):
    """The pull request of one run, whose address does not name its project."""

    write_action = "pull_request.write"

    def access(self) -> Access:
        action = "project.read" if self.request.method in SAFE_METHODS else self.write_action
        run = visible_run(user=self.user(), run_id=self.kwargs["run_id"])
        return get_project(user=self.user(), project_id=run.project_id, action=action)

    @operation("runs_pull_request", answer=PullRequestInfo)
    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """The pull request that has the change of a run."""
        self.access()
        row = PullRequest.objects.filter(run=run_id).select_related("asked_by").order_by("id").first()
        if row is None:
            raise NotFound(_("Pull request not found."))
        return self.answer(pull_request_body(row))

    @operation("runs_open_pull_request", answer=PullRequestInfo, status=202, repeatable=True)
    def post(self, request: Request, run_id: UUID) -> HttpResponseBase:
        """Ask for a branch with the change of a run, and a pull request. What is there already is answered."""
        self.access()
        row = open_pull_request(caller=self.caller(), run_id=run_id)
        return self.answer(pull_request_body(row), 200 if row.repeated else 202)


class _OnePullRequestView(ProjectView):
    """One pull request, whose address does not name its project."""

    write_action = "pull_request.write"

    def pull_request(self) -> PullRequest:
        """The pull request, as the caller may see it."""
        return visible_pull_request(user=self.user(), pull_request_id=self.kwargs["pull_request_id"])

    def access(self) -> Access:
        action = "project.read" if self.request.method in SAFE_METHODS else self.write_action
        return get_project(user=self.user(), project_id=self.pull_request().project_id, action=action)


class PullRequestView(_OnePullRequestView):
    @operation("pull_requests_read", answer=PullRequestInfo)
    def get(self, request: Request, pull_request_id: UUID) -> HttpResponseBase:
        """One pull request."""
        return self.answer(pull_request_body(self.pull_request()))


class UpdatePullRequestView(_OnePullRequestView):
    @operation("pull_requests_update", takes=ChangedPullRequest, answer=PullRequestInfo, status=202, repeatable=True)
    def post(self, request: Request, pull_request_id: UUID) -> HttpResponseBase:
        """Ask for another change on top of the branch. Nothing that others did there is written over."""
        given = self.body(ChangedPullRequest)
        self.access()
        row = update_pull_request(caller=self.caller(), pull_request_id=pull_request_id, **given)
        return self.answer(pull_request_body(row), 200 if row.repeated else 202)


class SyncPullRequestView(_OnePullRequestView):
    @operation("pull_requests_sync", answer=PullRequestInfo)
    def post(self, request: Request, pull_request_id: UUID) -> HttpResponseBase:
        """Ask the server whether it was merged or closed. This also happens every ten minutes."""
        self.access()
        row = sync_pull_request(caller=self.caller(), pull_request_id=pull_request_id)
        return self.answer(pull_request_body(row))


class TaskPullRequestsView(ProjectView):
    """`POST /tasks/{id}/prs`, outside of `/api/v1/`, where a task is an item of the checklist."""

    write_action = "pull_request.write"

    def access(self) -> Access:
        experiment = visible_experiment(user=self.user(), experiment_id=self.kwargs["experiment_id"])
        return get_project(user=self.user(), project_id=experiment.project_id, action=self.write_action)

    @operation("tasks_open_pull_request", takes=TaskPullRequest, answer=PullRequestInfo, status=201)
    def post(self, request: Request, experiment_id: UUID) -> HttpResponseBase:
        """Ask for the pull request of one of the experiment's runs, as `runs/{id}/pull-request/` does."""
        run_id = self.body(TaskPullRequest)["run_id"]
        self.access()
        run = visible_run(user=self.user(), run_id=run_id)
        if run.experiment_id != experiment_id:
            raise NotFound(_("Run not found."))
        return self.answer(pull_request_body(open_pull_request(caller=self.caller(), run_id=run_id)), 201)
