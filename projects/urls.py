"""Addresses of projects under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from projects import api

urlpatterns = [
    path("projects/", api.ProjectsView.as_view(), name="api_projects"),
    path("projects/<uuid:project_id>/", api.OneProjectView.as_view(), name="api_project"),
    path("projects/<uuid:project_id>/archive/", api.ArchiveProjectView.as_view(), name="api_archive"),
    path("projects/<uuid:project_id>/reopen/", api.ReopenView.as_view(), name="api_reopen"),
    path("projects/<uuid:project_id>/members/", api.MembersView.as_view(), name="api_members"),
    path("projects/<uuid:project_id>/members/<uuid:user_id>/", api.OneMemberView.as_view(), name="api_member"),
    path(
        "projects/<uuid:project_id>/members/<uuid:user_id>/remove/",
        api.RemoveMemberView.as_view(),
        name="api_remove_member",
    ),
    path("projects/<uuid:project_id>/events/", api.EventsView.as_view(), name="api_events"),
]
