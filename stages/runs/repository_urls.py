"""Addresses of repositories and pull requests under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from stages.runs import pull_requests_api, repositories_api

urlpatterns = [
    path(
        "projects/<uuid:project_id>/pull-requests/",
        pull_requests_api.PullRequestsView.as_view(),
        name="api_pull_requests",
    ),
    path(
        "runs/<uuid:run_id>/pull-request/", pull_requests_api.RunPullRequestView.as_view(), name="api_run_pull_request"
    ),
    path(
        "pull-requests/<uuid:pull_request_id>/",
        pull_requests_api.PullRequestView.as_view(),
        name="api_pull_request",
    ),
    path(
        "pull-requests/<uuid:pull_request_id>/update/",
        pull_requests_api.UpdatePullRequestView.as_view(),
        name="api_pull_request_update",
    ),
    path(
        "pull-requests/<uuid:pull_request_id>/sync/",
        pull_requests_api.SyncPullRequestView.as_view(),
        name="api_pull_request_sync",
    ),
    path(
        "projects/<uuid:project_id>/repositories/",
        repositories_api.RepositoriesView.as_view(),
        name="api_repositories",
    ),
    path("repositories/<uuid:repository_id>/", repositories_api.RepositoryView.as_view(), name="api_repository"),
    path(
        "repositories/<uuid:repository_id>/token/",
        repositories_api.RepositoryTokenView.as_view(),
        name="api_repository_token",
    ),
    path(
        "repositories/<uuid:repository_id>/refresh/",
        repositories_api.RefreshRepositoryView.as_view(),
        name="api_repository_refresh",
    ),
]
