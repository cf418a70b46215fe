"""Addresses that name an experiment a task, outside of `/api/v1/`, where a task is an entry of a checklist."""

from __future__ import annotations

from django.urls import re_path

from accounts.rest import NothingHere
from kernel.late import late_path

urlpatterns = [
    late_path("<uuid:experiment_id>/runs", "stages.runs.tasks_api:TaskRunsView", name="api_task_runs"),
    late_path("<uuid:experiment_id>/prs", "stages.runs.pull_requests_api:TaskPullRequestsView", name="api_task_prs"),
    re_path("", NothingHere.as_view()),
]
