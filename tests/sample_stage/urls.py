"""Addresses of the sample stage's pages."""

from __future__ import annotations

from django.urls import path

from tests.sample_stage import views

app_name = "sample_stage"
urlpatterns = [
    path("projects/<uuid:project_id>/notes/", views.notes, name="notes"),
    path("notes/", views.count, name="count"),
]
