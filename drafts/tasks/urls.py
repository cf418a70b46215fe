"""Addresses of the checklist under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from drafts.tasks import api

of_project = [path("tasks/", api.TasksView.as_view(), name="api_tasks")]
urlpatterns = [path("tasks/<uuid:task_id>/", api.OneTaskView.as_view(), name="api_task")]
