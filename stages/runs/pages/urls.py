"""Addresses of the pages of runs."""

from __future__ import annotations

from django.urls import path

from stages.runs.pages import list_views, new_views, try_views
from stages.runs.pages import profile_views as models
from stages.runs.pages import repository_views as repositories
from stages.runs.pages.experiment_urls import urlpatterns as of_experiments

app_name = "runs"
# The models of a project are a section of its settings; those of the site have a page.
MODELS = "projects/<uuid:project_id>/settings/models/"
REPOSITORIES = "projects/<uuid:project_id>/settings/repositories/"
REPOSITORY = f"{REPOSITORIES}<uuid:repository_id>/"
urlpatterns = [
    path("projects/<uuid:project_id>/runs/", list_views.experiment_list, name="list"),
    path("projects/<uuid:project_id>/runs/new/", new_views.new_experiment, name="new"),
    path("projects/<uuid:project_id>/runs/try/", try_views.try_panel, name="try"),
    path("projects/<uuid:project_id>/runs/try/<uuid:experiment_id>/", try_views.try_answers, name="try_answers"),
    path(f"{MODELS}new/", models.new, name="new_model"),
    path(f"{MODELS}limits/", models.limits, name="limits"),
    path(f"{MODELS}<uuid:profile_id>/limits/", models.limits, name="model_limits"),
    path(f"{MODELS}<uuid:profile_id>/", models.change, name="model"),
    path(f"{MODELS}<uuid:profile_id>/key/", models.key, name="model_key"),
    path(f"{MODELS}<uuid:profile_id>/enabled/", models.enable, name="enable_model"),
    path(f"{MODELS}<uuid:profile_id>/check/", models.check, name="check_model"),
    path(f"{REPOSITORIES}new/", repositories.new, name="new_repository"),
    path(REPOSITORY, repositories.change, name="repository"),
    path(f"{REPOSITORY}token/", repositories.token, name="repository_token"),
    path(f"{REPOSITORY}refresh/", repositories.refresh, name="refresh_repository"),
    path(f"{REPOSITORY}remove/", repositories.remove, name="remove_repository"),
    path("models/", models.site_models, name="site_models"),
    path("models/new/", models.new, name="new_site_model"),
    path("models/<uuid:profile_id>/limits/", models.limits, name="site_model_limits"),
    path("models/<uuid:profile_id>/", models.change, name="site_model"),
    path("models/<uuid:profile_id>/key/", models.key, name="site_model_key"),
    path("models/<uuid:profile_id>/enabled/", models.enable, name="enable_site_model"),
    path("models/<uuid:profile_id>/check/", models.check, name="check_site_model"),
    *of_experiments,
]
