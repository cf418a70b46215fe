"""Addresses that name an experiment a task, outside of `/api/v1/`, where a task is an entry of a checklist."""

from __future__ import annotations

from django.urls import path, re_path

from accounts.rest import NothingHere
from stages.runs import tasks_api
from stages.runs.pull_requests_api import TaskPullRequestsView

urlpatterns = [
    path("<uuid:experiment_id>/runs", tasks_api.TaskRunsView.as_view(), name="api_task_runs"),
    path("<uuid:experiment_id>/prs", TaskPullRequestsView.as_view(), name="api_task_prs"),
    re_path("", NothingHere.as_view()),
]
