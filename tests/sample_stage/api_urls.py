"""Addresses of the sample stage under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from tests.sample_stage.api import NotesView

urlpatterns = [path("projects/<uuid:project_id>/notes/", NotesView.as_view(), name="api_notes")]
