"""Addresses of the pages of runs."""

from __future__ import annotations

from kernel.late import late_path
from stages.runs.pages.experiment_urls import urlpatterns as of_experiments

app_name = "runs"
# The models of a project are a section of its settings; those of the site have a page.
MODELS = "projects/<uuid:project_id>/settings/models/"
REPOSITORIES = "projects/<uuid:project_id>/settings/repositories/"
REPOSITORY = f"{REPOSITORIES}<uuid:repository_id>/"
REQUESTS = "projects/<uuid:project_id>/runs/pull-requests/"
urlpatterns = [
    late_path("projects/<uuid:project_id>/runs/", "stages.runs.pages.list_views:experiment_list", name="list"),
    late_path("projects/<uuid:project_id>/runs/new/", "stages.runs.pages.new_views:new_experiment", name="new"),
    late_path("projects/<uuid:project_id>/runs/try/", "stages.runs.pages.try_views:try_panel", name="try"),
    late_path(
        "projects/<uuid:project_id>/runs/try/<uuid:experiment_id>/",
        "stages.runs.pages.try_views:try_answers",
        name="try_answers",
    ),
    late_path(REQUESTS, "stages.runs.pages.pull_request_views:pull_requests", name="pull_requests"),
    late_path(
        f"{REQUESTS}<uuid:pull_request_id>/sync/",
        "stages.runs.pages.pull_request_views:sync",
        name="sync_pull_request",
    ),
    late_path(
        f"{REQUESTS}<uuid:pull_request_id>/update/",
        "stages.runs.pages.pull_request_views:update",
        name="update_pull_request",
    ),
    late_path(f"{MODELS}new/", "stages.runs.pages.profile_views:new", name="new_model"),
    late_path(f"{MODELS}limits/", "stages.runs.pages.profile_views:limits", name="limits"),
    late_path(f"{MODELS}<uuid:profile_id>/limits/", "stages.runs.pages.profile_views:limits", name="model_limits"),
    late_path(f"{MODELS}<uuid:profile_id>/", "stages.runs.pages.profile_views:change", name="model"),
    late_path(f"{MODELS}<uuid:profile_id>/key/", "stages.runs.pages.profile_views:key", name="model_key"),
    late_path(f"{MODELS}<uuid:profile_id>/enabled/", "stages.runs.pages.profile_views:enable", name="enable_model"),
    late_path(f"{MODELS}<uuid:profile_id>/check/", "stages.runs.pages.profile_views:check", name="check_model"),
    late_path(f"{REPOSITORIES}new/", "stages.runs.pages.repository_views:new", name="new_repository"),
    late_path(REPOSITORY, "stages.runs.pages.repository_views:change", name="repository"),
    late_path(f"{REPOSITORY}token/", "stages.runs.pages.repository_views:token", name="repository_token"),
    late_path(f"{REPOSITORY}refresh/", "stages.runs.pages.repository_views:refresh", name="refresh_repository"),
    late_path(f"{REPOSITORY}remove/", "stages.runs.pages.repository_views:remove", name="remove_repository"),
    late_path("models/", "stages.runs.pages.profile_views:site_models", name="site_models"),
    late_path("models/new/", "stages.runs.pages.profile_views:new", name="new_site_model"),
    late_path("models/<uuid:profile_id>/limits/", "stages.runs.pages.profile_views:limits", name="site_model_limits"),
    late_path("models/<uuid:profile_id>/", "stages.runs.pages.profile_views:change", name="site_model"),
    late_path("models/<uuid:profile_id>/key/", "stages.runs.pages.profile_views:key", name="site_model_key"),
    late_path("models/<uuid:profile_id>/enabled/", "stages.runs.pages.profile_views:enable", name="enable_site_model"),
    late_path("models/<uuid:profile_id>/check/", "stages.runs.pages.profile_views:check", name="check_site_model"),
    *of_experiments,
]
