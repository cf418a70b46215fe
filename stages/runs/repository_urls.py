"""Addresses of repositories and pull requests under ``/api/v1/``."""

from __future__ import annotations

from kernel.late import late_path

urlpatterns = [
    late_path(
        "projects/<uuid:project_id>/pull-requests/",
        "stages.runs.pull_requests_api:PullRequestsView",
        name="api_pull_requests",
    ),
    late_path(
        "runs/<uuid:run_id>/pull-request/",
        "stages.runs.pull_requests_api:RunPullRequestView",
        name="api_run_pull_request",
    ),
    late_path(
        "pull-requests/<uuid:pull_request_id>/",
        "stages.runs.pull_requests_api:PullRequestView",
        name="api_pull_request",
    ),
    late_path(
        "pull-requests/<uuid:pull_request_id>/update/",
        "stages.runs.pull_requests_api:UpdatePullRequestView",
        name="api_pull_request_update",
    ),
    late_path(
        "pull-requests/<uuid:pull_request_id>/sync/",
        "stages.runs.pull_requests_api:SyncPullRequestView",
        name="api_pull_request_sync",
    ),
    late_path(
        "projects/<uuid:project_id>/repositories/",
        "stages.runs.repositories_api:RepositoriesView",
        name="api_repositories",
    ),
    late_path(
        "repositories/<uuid:repository_id>/", "stages.runs.repositories_api:RepositoryView", name="api_repository"
    ),
    late_path(
        "repositories/<uuid:repository_id>/token/",
        "stages.runs.repositories_api:RepositoryTokenView",
        name="api_repository_token",
    ),
    late_path(
        "repositories/<uuid:repository_id>/refresh/",
        "stages.runs.repositories_api:RefreshRepositoryView",
        name="api_repository_refresh",
    ),
]
